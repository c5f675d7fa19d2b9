"""A text that Hydra's grammar reads as something else is said to be, with a word that a shell and Hydra take."""

import shlex
from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweep.errors import BadInput, nearest
from sweep.settings import quoting
from sweep.settings.ranges import TEXT
from tests.conftest import Command

NAMES = [
    *("p, Pa", "T [°C]", "a=b", "it's", 'say "x"', "${lr}", r"\${lr}", "{a}", "f(x)", "a#b", "~b", r"x\,y", r"a\'"),
    *("[1]", "{a: b}", "null,", "choice(a,b)", "µ", "a;b", "a&b", "a'b\"c", "${oc.env:HOME}", "range(1,3)"),
]
AS_THEY_STAND = ["x", "x y", "T/K", "100%", "a:b", "$x"]


def read(word: str) -> tuple[str, object]:
    """Key and value of a word as a POSIX shell hands it over, and Hydra and omegaconf read it."""
    (argument,) = shlex.split(word)
    override = OverridesParser.create().parse_override(argument)
    key = override.get_key_element().lstrip("+")
    config = OmegaConf.create()
    OmegaConf.update(config, key, override.value())
    return key, OmegaConf.select(config, key)


@given(text=st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from("\\'\"${}[](),=: °"), min_size=1))
def test_whatever_text_is_quoted_is_read_back(text: str) -> None:
    if TEXT.fullmatch(text):
        assert read(quoting.quoted("data.path", text)) == ("data.path", text)


@pytest.mark.parametrize("name", NAMES)
def test_a_column_of_any_name_is_told_with_the_quotes_that_work(command: Command, tmp_path: Path, name: str) -> None:
    cells = [f'"{each}"' for each in (name.replace('"', '""'), "y")]
    (tmp_path / "my.csv").write_text(f"{','.join(cells)}\n1,2\n2,3\n3,5\n")
    source = ["dry_run=true", "data=csv", "data.path=my.csv", "data.target=y"]
    said = command(*source, f"data.input={name}")
    assert said.code == 1
    assert said.err.startswith("sweep: data.input=") or "${" in name
    shown = said.err.rstrip("\n").rpartition("as one text: ")[2]
    assert read(shown) == ("data.input", name)
    assert command(*source, *shlex.split(shown)).code == 0


@pytest.mark.parametrize("name", AS_THEY_STAND)
def test_a_text_that_stands_for_itself_is_not_told_to_be_quoted(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / "my.csv").write_text(f"{name},y\n1,2\n2,3\n3,5\n")
    source = ["dry_run=true", "data=csv", "data.path=my.csv"]
    assert command(*source, f"data.input={name}", "data.target=y").code == 0
    assert "as one text" not in command(*source, f"data.input={name}", "data.target=Y?").err


@pytest.mark.parametrize(
    "word",
    [
        *("data.path=my, data.csv", "data.path=a(1).csv", "data.input_unit=m, s", "data.target_unit=m·s⁻¹"),
        *("tracking.experiment=a, b", "tracking.experiment=[x]", "+tracking.tags.a=T [C]", "+tracking.tags.a=b,c"),
    ],
)
def test_other_keys_of_text_are_told_likewise(command: Command, tmp_path: Path, word: str) -> None:
    (tmp_path / "my.csv").write_text("x,y\n1,2\n2,3\n3,5\n")
    source = ["data=csv", "data.path=my.csv", "data.input=x", "data.target=y"]
    said = command(*source, "dry_run=true", word)
    assert said.code == 1
    key, _, text = word.lstrip("+").partition("=")
    assert read(said.err.rstrip("\n").rpartition("as one text: ")[2]) == (key, text)


def test_other_commands_tell_it_too_and_an_address_is_not_repeated(command: Command) -> None:
    said = command("tracking.experiment=a, b", module="sweep.report")
    assert (said.code, said.err.count("'tracking.experiment=\"a, b\"'")) == (1, 1)
    said = command("tracking.uri=postgresql://bob:se,cret@host/db", module="sweep.report")
    assert said.code == 1
    assert "cret" not in said.err
    assert "'tracking.uri=\"…\"'" in said.err
    said = command("+tracking.tags.from=https://bob:secret@host/a, b")
    assert (said.code, "secret" in said.err, "as one text" in said.err) == (1, False, True)


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("lr=0,01", "lr=0.0 is not allowed; lr=0,01 is read as several values: 0; 01", "0.5 for 0,5"),
        ("epochs=1,000", "epochs=0 is not allowed; epochs=1,000 is read as several values: 1; 000", "1000 for 1,000"),
        ("lr=[1e-2,1e-3]", "lr=[1e-2,1e-3] is not allowed", "for an axis, lr=1e-2,1e-3"),
        ("init.w=[1, 2]", "init.w=[1, 2] is not allowed", "for an axis, 'init.w=1, 2'"),
        (
            "schedule.milestones=30,60",
            "schedule.milestones=30 is not allowed; schedule.milestones=30,60 is read as several values: 30; 60",
            "or, as one list, 'schedule.milestones=[30,60]'",
        ),
        (
            "schedule.milestones=[60,30]",
            "schedule.milestones=[60, 30] is not allowed",
            "give another schedule.milestones=…",
        ),
        ("lr=(1e-2,1e-3)", "lr=(1e-2,1e-3) cannot be read", "for an axis, lr=1e-2,1e-3"),
    ],
)
def test_a_number_with_a_comma_and_an_axis_in_brackets_are_told_how_to_write_them(
    command: Command, word: str, first: str, last: str
) -> None:
    said = command(*(["schedule=step"] if word.startswith("schedule") else []), word, "dry_run=true")
    assert (said.code, said.err.splitlines()[0]) == (1, f"sweep: {first}")
    assert last in said.err.splitlines()[-1]
    assert ("; or, " in said.err.splitlines()[-1]) is (not word.startswith("schedule.milestones=["))


def test_what_a_text_is_read_as_is_shown_as_it_is() -> None:
    assert quoting.read_as(r"data.path=C:\\a\\x.csv") == r"C:\a\x.csv"
    assert quoting.read_as("data.path=a b, c") == "several values: a b; c"


def test_a_message_about_another_key_stays_as_it_is() -> None:
    told = BadInput("data.input_unit=1: no", "this", "that")
    assert quoting.explained(told, ["data.input=a,b", "name=a,b", "data.path"]) is told


def test_the_nearest_name_is_found_whatever_its_capitals_blanks_and_letters() -> None:
    known = ["Temperature", "p / Pa", "µm", "x"]
    for word, near in (("temprature", "Temperature"), ("P/PA", "p / Pa"), ("μm", "µm"), ("zzz", None), ("", None)):
        assert nearest(word, known) == near
