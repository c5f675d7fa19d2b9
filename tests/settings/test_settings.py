"""The keys: each has a default, a comment and a place in the help; each refuses what is out of its range."""

import math
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweep.errors import BadInput
from sweep.settings import composition
from sweep.settings.conf_files import conf_folder
from sweep.settings.keys import KEYS, SET_BY_GROUP
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import DType, environment, rounded_to
from tests.conftest import Command

CONF = Path(conf_folder())
FILES = (
    *("config.yaml", "preparation.yaml", "posed.yaml", "stepped.yaml", "problem/line.yaml"),
    *("data/csv.yaml", "tracking/local.yaml", *(f"optimizer/{name}.yaml" for name in OptimizerKind)),
)


def test_every_key_stands_in_the_configuration_with_a_comment_and_in_the_help() -> None:
    text = "\n".join((CONF / name).read_text() for name in FILES)
    for name in KEYS:
        leaf = name.rpartition(".")[2]
        lines = [line for line in map(str.strip, text.splitlines()) if line.removeprefix("- ").startswith(f"{leaf}:")]
        assert lines, f"{name} has no default"
        if name not in (*SET_BY_GROUP, "data", "problem", "tracking.uri", "tracking.experiment"):
            assert any("#" in line for line in lines), f"{name} has no comment"
    shown = composition.keys_help()
    assert all(f"  {name} " in shown for name in KEYS if name not in SET_BY_GROUP)


@given(value=st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_rounding_agrees_with_the_c_float(value: float) -> None:
    rounded = rounded_to(value, DType.float32)
    assert rounded_to(value, DType.float64) == value
    if math.isfinite(rounded):
        assert struct.unpack("<f", struct.pack("<f", value))[0] == rounded
    else:
        assert abs(value) > 3.4e38


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("lr=-1", "lr=-1.0 is not allowed"),
        ("lr=0", "lr=0.0 is not allowed"),
        ("lr=nan", "lr=nan is not allowed"),
        ("lr=inf", "lr=inf is not allowed"),
        ("lr=1e-46", "lr=1e-46 is not allowed"),
        ("lr=1e39", "lr=1e+39 is not allowed"),
        ("lr=abc", "lr=abc is not allowed"),
        ("lr=[1,2]", "lr=[1,2] is not allowed"),
        ("lr=null", "lr=null is not allowed"),
        ("scale=0", "scale=0.0 is not allowed"),
        ("scale=1e-46", "scale=1e-46 is not allowed"),
        ("epochs=0", "epochs=0 is not allowed"),
        ("epochs=1.5", "epochs=1.5 is not allowed"),
        ("epochs=abc", "epochs=abc is not allowed"),
        ("init.w=inf", "init.w=inf is not allowed"),
        ("init.b=1e300", "init.b=1e+300 is not allowed"),
        ("init=3", "init=3 is not allowed"),
        ("gradient=exact", "gradient=exact is not allowed"),
        ("delta=0", "delta=0.0 is not allowed"),
        ("dtype=float16", "dtype=float16 is not allowed"),
        ("device=gpu", "device=gpu is not allowed"),
        ("device=cuda:9", "device=cuda:9: torch finds "),
        ("data=weather", "data=weather: no such data"),
        ("data.path=x.csv", "data.path: not used by data=thermometer"),
        ("data.samples=5", "data.samples: not used by data=thermometer"),
        ("outcome.tolerance=0", "outcome.tolerance=0.0 is not allowed"),
        ("rerun=maybe", "rerun=maybe is not allowed"),
        ("name=../up", "name=../up is not allowed"),
        ("name='a b'", "name=a b is not allowed"),
        ("tracking.uri=mlruns", "tracking.uri=mlruns is not allowed"),
        ("tracking.uri=sqlite:///:memory:", "tracking.uri=sqlite:///:memory: is not allowed"),
        ("tracking.uri=sqlite://", "tracking.uri=sqlite:// is not allowed"),
        ("tracking.uri=sqlite:///file::memory:", "tracking.uri=sqlite:///file::memory: is not allowed"),
        ("tracking.uri=sqlite://me:secret@h", "tracking.uri=sqlite://***@h is not allowed"),
        ("tracking.experiment=''", "tracking.experiment= is not allowed"),
        ("+tracking.tags.kind=1", "tracking.tags has the tag 'kind'"),
        ("tracking.tags.team=a", "tracking.tags.team: a new tag takes a +"),
        ("lrr=1", "lrr: no such key"),
        ("init.q=1", "init.q: no such key"),
        ("+foo=1", "foo: no such key"),
        ("grid=sed", "grid=sed: no such grid"),
        ("+grid=seed", "+grid=seed: grid is there already"),
        ("grid=seed,paired", "grid belongs to the sweep as a whole and cannot be an axis"),
        ("outcome.tolerance=0.1,0.2", "outcome.tolerance belongs to the sweep as a whole and cannot be an axis"),
        ("~lr", "lr must be given"),
        ("~init", "init.w, init.b must be given"),
        ("~init.w", "~init.w: every key must have a value"),
        ("~tracking.tags", "~tracking.tags: every key must have a value"),
        ("lr", "lr has no value"),
        ("=1", "a group got a value that is no name"),
        ("lr==1", "lr==1 cannot be read"),
        ("name=été", "name=été cannot be read"),
        ("lr=range(a,b)", "lr=range(a,b): mismatch type"),
        ("lr=glob(*)", "lr=glob(*) has no values"),
        ("+lr=3", "+lr: lr is there already"),
        ("+init.c=3", "init.c: no such key"),
        ("+init._target_=os.system", "init._target_: no such key"),
        ("~lr=1", "~lr: every key must have a value"),
        ("hydra/launcher=nope", "hydra/launcher=nope: no such hydra/launcher"),
        ("data.kind=csv", "data.path, data.input, data.target must be given"),
        ("data.target_unit='a\x1bb'", "data.target_unit=a\\x1bb is not allowed"),
        ("+tracking.tags.a='\udcff'", "tracking.tags has the tag 'a'"),
        ("+tracking.tags.a=null", "tracking.tags.a=null is not allowed"),
        (f"+tracking.tags.{'a' * 242}=1", f"tracking.tags.{'a' * 46}…: a key of 256 letters is too long"),
        (f"lr={'9' * 5000}", "a number of 5000 digits is too long"),
        ("data={path: x.csv}", "data.path: not used by data=thermometer"),
        ("lr=interval(0,1)", "lr=interval(0,1): an interval has no list of values"),
        ("lr=range(0,1,1e-9)", "the grid has 1,000,000,000 points: up to 90 TB in the store and 555.6 hours or more"),
        ("lr=range(1,0,1)", "lr=range(1,0,1) has no values"),
        ("hydra.foo=1", "hydra.foo: Hydra has no such key"),
    ],
)
def test_bad_settings_are_named_with_what_is_allowed_and_leave_nothing_behind(
    command: Command, tmp_path: Path, override: str, named: str
) -> None:
    said = command(override)
    assert said.code == 1
    assert said.err.startswith(f"sweep: {named}")
    assert "\n  allowed: " in said.err
    assert "\n  next:    " in said.err
    assert "Traceback" not in said.err
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("override", "line", "words"),
    [
        ("tracking.uri=sqlite:///:memory:", 1, "not one in memory, which ends with the command"),
        ("tracking.tags.team=a", 2, "+tracking.tags.team"),
        ("lr=é", 1, "a finite number > 0"),
        ("name=été", 1, "letters, digits"),
        ("gradient=analytical", 2, "did you mean gradient=analytic?"),
        ("dtype=Float_64", 2, "did you mean dtype=float64?"),
        ("rerun=ture", 2, "did you mean rerun=true?"),
        ("data=CSV", 2, "did you mean csv?"),
        ("grid=treshold", 2, "did you mean threshold?"),
        ("learning_rate=1", 2, "did you mean lr?"),
        ("input_scale=1", 2, "did you mean scale?"),
        ("uri=x", 2, "did you mean tracking.uri?"),
        ("tolerance=1", 2, "did you mean outcome.tolerance?"),
        ("Epochs=5", 2, "did you mean epochs?"),
        ("~lr=1", 2, "leave ~lr out"),
    ],
)
def test_what_is_allowed_or_next_speaks_of_the_fault(command: Command, override: str, line: int, words: str) -> None:
    assert words in command(override).err.splitlines()[line]


def test_another_sweeper_is_refused(command: Command) -> None:
    said = command("hydra/sweeper=basic")
    assert said.code == 1
    assert said.err.startswith("sweep: hydra/sweeper=basic: another sweeper neither tracks nor judges\n")


def test_an_unknown_key_is_told_the_nearest_known_one(command: Command) -> None:
    assert "did you mean epochs?" in command("epoch=3").err


def test_one_bad_point_in_a_grid_stops_the_sweep_before_anything_trains(command: Command, tmp_path: Path) -> None:
    said = command("lr=1e-2,1e-4,-1")
    assert (said.code, said.out, "lr=-1.0 is not allowed" in said.err) == (1, "", True)
    assert not list(tmp_path.rglob("*"))


def test_all_mandatory_keys_of_a_group_are_asked_for_at_once(command: Command) -> None:
    assert "data.input, data.path, data.target must be given" in command("data=csv").err


@pytest.mark.parametrize(
    "name", ["..", "../up", "/etc/x", "a/b", "a\\b", "a\nb", "a\n", "'", "", "é", "…", ".x", "-x", 300 * "a"]
)
def test_a_name_cannot_lead_out_of_outputs(command: Command, tmp_path: Path, name: str) -> None:
    text = name.replace("\\", r"\\").replace("'", r"\'")
    said = command(f"name='{text}'", "epochs=1")
    assert (said.code, "letters, digits" in said.err) == (1, True)
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("variable", "value", "key"),
    [("MLFLOW_TRACKING_URI", "mlruns", "tracking.uri"), ("MLFLOW_EXPERIMENT_NAME", "a\nb", "tracking.experiment")],
)
def test_a_bad_value_from_the_environment_is_told_by_the_name_of_its_variable(
    command: Command, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, key: str
) -> None:
    monkeypatch.setenv(variable, value)
    shown = value.replace("\n", r"\n")
    said = command("epochs=1")
    assert said.err.startswith(f"sweep: {variable}={shown} is not allowed\n")
    assert said.err.endswith(f"next:    correct {variable}, or give {key}=…\n")
    assert command(f"{key}=''", "epochs=1").err.startswith(f"sweep: {key}= is not allowed\n")


def test_cfg_and_help_show_one_point_and_say_what_lists_several(command: Command) -> None:
    said = command("--cfg", "job", "lr=1,2")
    assert (said.code, "dry_run=true lists the points" in said.err) == (1, True)


@pytest.mark.parametrize("flags", [["--foo"], ["--cfg"], ["--cfg", "job", "--info"], ["--resolve"]])
def test_a_malformed_flag_exits_with_2_and_the_usage(command: Command, flags: list[str]) -> None:
    said = command(*flags)
    assert said.code == 2
    assert said.err.startswith("usage: sweep ")


def test_multirun_flag_does_no_harm_beside_cfg(command: Command) -> None:
    said = command("-m", "--cfg", "job", "lr=3e-4")
    assert said.code == 0
    assert OmegaConf.create(said.out).lr == 3e-4


@pytest.mark.parametrize(("value", "expected"), [(None, "fallback"), ("", "fallback"), ("set", "set")])
def test_an_empty_environment_variable_counts_as_unset(
    monkeypatch: pytest.MonkeyPatch, value: str | None, expected: str
) -> None:
    monkeypatch.delenv("SWEEP_TEST", raising=False)
    if value is not None:
        monkeypatch.setenv("SWEEP_TEST", value)
    assert environment("SWEEP_TEST", "fallback") == expected


def test_bad_input_says_what_is_allowed_and_what_next() -> None:
    assert str(BadInput("lr=-1", "> 0", "try 1")) == "lr=-1\n  allowed: > 0\n  next:    try 1"


def test_bad_input_moves_no_cursor_and_tells_no_secret() -> None:
    error = BadInput("x=\x1b[2J\nhttp://me:pw@host", "\u202e", "a\tb")
    assert str(error) == "x=\\x1b[2J\\nhttp://***@host\n  allowed: \\u202e\n  next:    a\\tb"


def test_a_file_given_as_data_is_answered_with_the_settings_that_read_it(command: Command) -> None:
    said = command("data='my table.csv'", "problem=logistic")
    assert said.err.startswith("sweep: data=my table.csv: no such data\n")
    assert "data=csv 'data.path=\"my table.csv\"' data.input=… data.target=…\n" in said.err
