"""Keys that take text take what was typed, in tags and as an axis too; text in a file is taken as it is, or refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient
from omegaconf import OmegaConf

from sweep.errors import BadInput
from sweep.settings import composition, defaults
from sweep.settings.conf_files import conf_folder
from sweep.settings.grammar import as_typed
from sweep.settings.schema import TEXT_KEYS, takes_text
from tests.conftest import Command
from tests.hydra_plugins.expanded import expanded

NUMBERS = [
    "2026_11_25",
    "1.10",
    "1e3",
    "1E3",
    "-0",
    "+5",
    "5.",
    ".5",
    "1_000.0",
    "-1.50e-03",
    "1e400",
    "inf",
    "NaN",
    "-INF",
    "true",
    "True",
    "FALSE",
]
"""What Hydra reads as a number, true or false."""

OTHERS = ["NO", "no", "on", "0x10", "0123", "12:30:00", "1.2.3", "2026-11-25", "1/2", "1e3x", "a1.10", "Nulls"]
"""What Hydra takes as it is."""


def shown(command: Command, *words: str) -> dict[str, object]:
    """The settings that ``--cfg job`` shows for ``words``."""
    said = command("--cfg", "job", *words)
    assert said.err == ""
    settings = OmegaConf.to_container(OmegaConf.create(said.out))
    assert isinstance(settings, dict)
    return settings  # type: ignore[return-value]


def test_every_key_of_text_is_known() -> None:
    assert {"name", "device", "data.path", "data.input", "data.target_unit", "tracking.uri", "grid"} < TEXT_KEYS
    assert takes_text("tracking.tags.any.thing")
    assert takes_text("grid.pair.data.input")
    assert not any(map(takes_text, ("lr", "init.w", "grid.lr", "tracking.patience", "data.store", "outcome.tolerance")))


def test_a_tag_takes_what_was_typed(command: Command) -> None:
    texts = (*NUMBERS, *OTHERS)
    tracking = shown(command, *(f"+tracking.tags.t{place}={text}" for place, text in enumerate(texts)))["tracking"]
    assert tracking["tags"] == {f"t{place}": text for place, text in enumerate(texts)}  # type: ignore[index]


@pytest.mark.parametrize("text", ["2026_11_25", "1.10", "true"])
def test_every_key_of_text_takes_what_was_typed(command: Command, text: str) -> None:
    keys = ("name", "device", "tracking.experiment", *(key for key in TEXT_KEYS if key.startswith("data.")))
    settings = OmegaConf.create(shown(command, *(f"{key}={text}" for key in keys)))
    assert {key: OmegaConf.select(settings, key) for key in keys} == dict.fromkeys(keys, text)


@pytest.mark.parametrize(
    "form", ["{}", " {} ", "'{}'", '"{}"', "choice( {} )", "sort({})", "tag(a,choice({}))", "str({})"]
)
def test_an_axis_of_text_takes_what_was_typed(form: str) -> None:
    word = f"data.input={form.format('1.10')}"
    assert [p.data.input for p in expanded("data=csv", "data.path=a", word, "data.target=y")] == ["1.10"]


def test_values_of_an_axis_stay_apart_and_numbers_stay_numbers() -> None:
    words = ("data=csv", "data.path=1_0,10 , 010", "data.input=sort(1.10,1.1)", "data.target=y")
    points = expanded(*words, "init={w:1_0,b:1e1},{w:1}")
    assert list(dict.fromkeys(p.data.path for p in points)) == ["1_0", "10", "010"]
    assert list(dict.fromkeys(p.data.input for p in points)) == ["1.1", "1.10"]
    assert {(p.init.w, p.init.b) for p in points} == {(10, 10), (1, 0)}


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("tracking={experiment:1.10,curve_points:1_000,tags:{a:1e3,b: true}}",
         "tracking={experiment:'1.10',curve_points:1_000,tags:{a:'1e3',b: 'true'}}"),
        ("++data={input:1.10,store:false,target:x1}", "++data={input:'1.10',store:false,target:x1}"),
        ("data=2024,1e3", "data='2024','1e3'"),
        ("grid=2026_11_25", "grid='2026_11_25'"),
        ("+any=2024", "+any='2024'"),
        ("=1", "=1"),
        ("data.input=sort(1.10,1.2,reverse=true)", "data.input=sort('1.10','1.2',reverse=true)"),
        ("data.input=str(1.10)", "data.input=str('1.10')"),
        ("data.path=range(1,3)", "data.path=range(1,3)"),
        ("data.path=int(1.0)", "data.path=int(1.0)"),
        ("data.input_unit=null", "data.input_unit=null"),
        ("data.input=1.10 2", "data.input=1.10 2"),
        ("data.path=(1", "data.path=(1"),
        ("lr=1e3", "lr=1e3"),
        ("init={w:1e3}", "init={w:1e3}"),
        ("~tracking.tags.a", "~tracking.tags.a"),
        ("name=", "name="),
    ],
)  # fmt: skip
def test_only_what_text_gets_is_put_into_quotes(word: str, quoted: str) -> None:
    assert as_typed(word) == quoted
    assert as_typed(quoted) == quoted


def test_a_sweep_is_stored_under_the_words_that_were_typed(command: Command, ready_store: Path) -> None:
    words = (
        "tracking.experiment=2026_11_25",
        "name=1.10",
        "+tracking.tags.build=1e3",
        "tracking.uri=sqlite:///outputs/mlflow.db",
    )
    said = command("epochs=2", *words)
    assert (said.code, said.err) == (0, "")
    assert [path.name.rpartition("-")[0] for path in Path("outputs").glob("1*")] == ["1.10"]
    client = MlflowClient("sqlite:///outputs/mlflow.db")
    experiment = client.get_experiment_by_name("2026_11_25")
    assert experiment is not None
    assert {run.data.tags["build"] for run in client.search_runs([experiment.experiment_id])} == {"1e3"}
    assert composition.tracking(["tracking.experiment=2026_11_25"]).experiment == "2026_11_25"
    assert command("tracking.experiment=2026_11_25", module="sweep.report").code == 0


Own = Callable[[str, str], None]


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """``own("grid/mine", text)`` writes a file below a folder of one's own, for ``--config-dir own``."""

    def write(name: str, text: str) -> None:
        path = tmp_path / "own" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


CSV = "kind: csv\npath: a\ntarget: y\ninput_unit: null\ntarget_unit: null\nstore: true\n"


@pytest.mark.parametrize(
    ("name", "text", "words", "told"),
    [
        ("tracking/mine", "defaults: [local]\nexperiment: 2026_11_25\n", ["tracking=mine"],
         "mine.yaml, line 2: tracking.experiment: YAML reads 2026_11_25 as 20261125"),
        ("tracking/mine", "defaults: [local]\ntags:\n  site: NO\n", ["tracking=mine"],
         "mine.yaml, line 3: tracking.tags.site: YAML reads NO as False"),
        ("tracking/mine", "defaults: [local]\ntags: {at: 12:30:00}\n", ["tracking=mine"],
         "YAML reads 12:30:00 as 45000"),
        ("any/mine", "# @package _global_\nname: 1.10\n", ["+any=mine"], "name: YAML reads 1.10 as 1.1"),
        ("data/mine", f"input: 0x10\n{CSV}", ["data=mine"], "data.input: YAML reads 0x10 as 16"),
        ("data/mine", f"input: 1e3\n{CSV}", ["data=mine,thermometer"], "data.input: YAML reads 1e3 as 1000.0"),
        ("data/mine", f"defaults: [base]\n{CSV}", ["data=thermometer", "data=mine"],
         "base.yaml, line 1: data.input: YAML reads 1.10 as 1.1"),
        ("grid/mine", "data.input: [1.1, 1.10]\n", ["grid=mine"], "grid.data.input: YAML reads 1.10 as 1.1"),
        ("grid/mine", "data: {input: [yes]}\n", ["grid=mine"], "grid.data.input: YAML reads yes as True"),
        ("grid/mine", "data: [0123]\n", ["grid=mine"], "grid.data: YAML reads 0123 as 83"),
        ("grid/mine", "pair: [{data: csv, data.path: true, lr: 1}]\n", ["grid=mine"], "YAML reads true as True"),
    ],
)  # fmt: skip
def test_text_that_yaml_reads_as_something_else_is_refused_with_the_quotes(
    command: Command, own: Own, name: str, text: str, words: list[str], told: str
) -> None:
    own("data/base", "input: 1.10\n")
    own(name, text)
    said = command("--config-dir", "own", *words)
    assert said.code == 1
    assert told in said.err.splitlines()[0]
    source = told.partition("reads ")[2].partition(" ")[0]
    assert said.err.splitlines()[2] == f"  next:    write '{source}'"
    assert not Path("outputs").exists()


def test_text_that_yaml_reads_as_it_stands_needs_no_quotes(own: Own, tmp_path: Path) -> None:
    own("data/mine", f"input: '1.10'\n{CSV}")
    own("tracking/mine", "defaults: [local]\nexperiment: 1.1\npatience: 1e1\ntags: {a: 5, b: 'NO', c: 2026-11-25}\n")
    own("grid/mine", "lr: [1e-3, 1_0]\ndata.input_unit: [null, 'true', K]\ninit: {w: [0x10]}\n")
    points = expanded("data=mine", "tracking=mine", "grid=mine", extra=tmp_path / "own")
    assert [p.data.input_unit for p in points] == [None, "true", "K"] * 2
    assert {(p.data.input, p.init.w, p.tracking.experiment, p.tracking.patience) for p in points} == {
        ("1.10", 16, "1.1", 10)
    }
    assert points[0].tracking.tags == {"a": "5", "b": "NO", "c": "2026-11-25"}


@pytest.mark.parametrize("resolver", ["oc.env", "sweep.env"])
def test_the_default_of_an_environment_variable_is_no_number(resolver: str) -> None:
    word = f"tracking.experiment=${{{resolver}:SWEEP_NOT_SET,{{}}}}"
    for text in ("2026_11_25", " true"):
        with pytest.raises(BadInput, match=rf"reads {text.strip()} as .*\n.*\n  next:    write \"{text.strip()}\""):
            expanded(word.replace("{}", text))
    for text in ("'1.10'", "5"):
        assert expanded(word.replace("{}", text))[0].tracking.experiment == text.strip("'")


def test_text_of_a_file_is_refused_wherever_the_store_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    conf = tmp_path / "conf"
    groups = ("problem/line", "optimizer/sgd", "schedule/constant", "data/thermometer", "tracking/local")
    for name in ("config", "preparation", "posed", "stepped", *groups):
        (conf / name).parent.mkdir(parents=True, exist_ok=True)
        text = (Path(conf_folder()) / f"{name}.yaml").read_text()
        (conf / f"{name}.yaml").write_text(
            text.replace("tags: {}", "tags: {day: 2026_11_25}").replace("  - override", "#")
        )
    for each in (composition, defaults):
        monkeypatch.setattr(each, "conf_folder", lambda: str(conf))
    with pytest.raises(
        BadInput, match=r"local\.yaml, line \d+: tracking\.tags\.day: YAML reads 2026_11_25 as 20261125"
    ):
        composition.tracking([])
