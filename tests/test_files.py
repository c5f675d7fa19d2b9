"""Files of one's own, from the command to report and replay: how they were read is kept, told and suggested."""

import json
import random
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweep.data import sources
from sweep.plan import plan
from sweep.plan.remarks import remarks
from sweep.tracking import manifest
from sweep.tracking.typed import Malformed
from tests.conftest import Command
from tests.problem.made import data as data_of
from tests.tracking import stored

GERMAN = "data.separator=semicolon data.decimal=comma"


@pytest.fixture
def rents(ready_store: Path) -> None:
    """``rents.csv`` in the current folder, as Excel in German writes it: areas, rents, and towns; two cells missing."""
    dice = random.Random(5)
    areas = [round(dice.uniform(30, 120), 1) for _ in range(30)]
    rows = [f"{area};{round(9 * area + dice.gauss(0, 40), 2)};{'Bern' if area > 70 else 'Köln'}" for area in areas]
    rows += ["NA;700;Bern", "51.5;;Köln"]
    Path("rents.csv").write_text("area;rent;town\r\n" + "\r\n".join(rows).replace(".", ","), encoding="utf-8-sig")


def report() -> str:
    (page,) = Path("outputs").glob("sweep-*/report.md")
    return page.read_text()


@pytest.mark.usefixtures("rents")
@pytest.mark.parametrize(
    "words", ["data.target=rent data.store=true", "data.target=town problem=logistic data.store=false"]
)
def test_what_a_message_suggests_is_read_swept_reported_and_read_again(command: Command, words: str) -> None:
    first = ["data=csv", "data.path=rents.csv", "data.input=area", *words.split(), "data.standardize=true"]
    told = command(*first)
    assert told.code == 1
    assert told.err.endswith(f"it looks like semicolons between the cells and decimal commas\n"
                             f"  allowed: one of area;rent;town\n  next:    read it with {GERMAN}\n")  # fmt: skip
    told = command(*first, *GERMAN.split())
    assert told.code == 1
    (drop,) = re.findall(r"add (data\.missing=drop)", told.err)
    said = command(*first, *GERMAN.split(), drop, "lr=0.1", "epochs=3,9", "dtype=float64")
    assert said.code == 0, said.err
    lost = 2 if "target=rent" in words else 1
    are = "is" if lost == 1 else "are"
    assert f"rents.csv: {lost} of 32 rows {are} left out: a cell is missing in a column that is used." in said.out
    assert f"{32 - lost} readings (area, " in report()
    assert f"from rents.csv, without {lost} row{'s' * (lost > 1)} where a cell is missing" in report()
    assert "identical, bit for bit" in command(module="sweep.replay").out
    (kept,) = Path("outputs/artifacts").rglob("plan.json")
    (data,) = json.loads(kept.read_text())["data"].values()
    assert data["form"] == {"separator": "semicolon", "decimal": "comma", "missing": "drop"}
    assert data["dropped"] == lost
    suggested = re.findall(r"`sweep (.*?)`", report())
    assert {*GERMAN.split(), drop} <= {*shlex.split(suggested[0])}
    assert command(*shlex.split(suggested[0]), "dry_run=true").code == 0
    if "store=false" in words:
        Path("rents.csv").write_text(Path("rents.csv").read_text(encoding="utf-8-sig").replace("Bern", "Genf"))
        assert "the readings have changed" in command(module="sweep.replay").err


def test_a_plan_of_an_earlier_release_or_of_a_plain_file_says_nothing_of_how_it_was_read(
    command: Command, ready_store: Path
) -> None:
    Path("own.csv").write_text("x,y\n1,2\n2,3\n4,5\n")
    assert command("data=csv", "data.path=own.csv", "data.input=x", "data.target=y", "epochs=2").code == 0
    (kept,) = Path("outputs/artifacts").rglob("plan.json")
    (data,) = json.loads(kept.read_text())["data"].values()
    assert data.keys().isdisjoint({"form", "dropped", "classes"})


def test_of_many_columns_that_are_taken_alone_a_remark_names_some(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    names = [f"column{k}" for k in range(100)]
    rows = [",".join([*(str(k**row) for k in range(2, 102)), str(row)]) for row in range(3)]
    path.write_text("\n".join([",".join([*names, "y"]), *rows]))
    sources_of = [data_of("csv", path=str(path), input=name, target="y") for name in names]
    planned = plan.make([replace(stored.settings(), data=each) for each in sources_of], sources.reader())
    (line,) = [line for line in remarks(planned) if "alone" in line]
    assert line.startswith("data.input=column0,column1,")
    assert len(line) < 300


@pytest.mark.parametrize(
    ("member", "value"),
    [("form", {"separator": "x"}), ("form", {"decimal": ""}), ("form", {"missing": "keep"}), ("form", {"point": "."}),
     ("form", "comma"), ("dropped", -1), ("dropped", 1.5)],
)  # fmt: skip
def test_a_plan_that_says_a_file_was_read_as_none_is_names_the_field(tmp_path: Path, member: str, value: Any) -> None:
    path = tmp_path / "own.csv"
    path.write_text("x;y\n1;2\n2;3\nNA;5\n")
    how = {"separator": ";", "missing": "drop", "store": False}
    source = data_of("csv", path=str(path), input="x", target="y", **how)
    asked = replace(stored.settings(), data=source)
    planned = plan.make([asked], sources.read)
    content = manifest.encode(planned, {})
    read, _ = manifest.read(lambda path, value_of: value_of(content))
    assert read == planned
    document = json.loads(content)
    del document["checksum"]
    (labels,) = document["data"].values()
    assert (labels["form"]["separator"], labels["dropped"]) == ("semicolon", 1)
    labels[member] = value
    with pytest.raises(Malformed, match=rf"plan\.json: data\.[0-9a-f]{{32}}\.{member}"):
        manifest.read(lambda path, value_of: value_of(json.dumps(document).encode()))


@pytest.mark.parametrize(
    ("word", "said", "step"),
    [
        ("data.separator=;", "data.separator=; cannot be read", """'data.separator=";"'"""),
        ("data.decimal=,", "data.decimal=, cannot be read", """'data.decimal=","'"""),
        (
            "data.separator=semikolon",
            "data.separator=semikolon is not allowed",
            "did you mean data.separator=semicolon?",
        ),
        ("data.decimal=commas", "data.decimal=commas is not allowed", "did you mean data.decimal=comma?"),
        ("data.missing=keep", "data.missing=keep is not allowed", "give another data.missing=…"),
        ("data.separator=''", "data.separator= is not allowed", "give another"),
    ],
)
def test_what_no_file_is_written_with_is_refused(command: Command, word: str, said: str, step: str) -> None:
    told = command("data=csv", "data.path=own.csv", "data.input=x", "data.target=y", word)
    assert (told.code, said in told.err) == (1, True)
    assert step in told.err.splitlines()[2]


@pytest.mark.parametrize("word", ["data.separator=tab", "data.decimal=comma", "data.missing=drop"])
def test_how_a_file_is_read_is_refused_where_no_file_is(command: Command, word: str) -> None:
    assert command(word).err.startswith(f"sweep: {word.partition('=')[0]}: not used by data=thermometer\n")


@pytest.mark.parametrize(
    ("word", "sign"),
    [("'data.separator=\";\"'", ";"), ("'data.separator=|'", "|"), ("data.separator='\\t'", "\t"),
     ("data.separator=tab", "\t"), ("data.separator=pipe", "|"),
     ("'data.separator=\" \"'", "  "), ("data.separator=comma", ",")],
)  # fmt: skip
def test_a_separator_may_be_typed_as_its_name_or_as_itself(command: Command, word: str, sign: str) -> None:
    Path("own.csv").write_text(f"x{sign}y\n1{sign}2\n2{sign}3\n4{sign}5\n")
    said = command("data=csv", "data.path=own.csv", "data.input=x", "data.target=y", "dry_run=true", *shlex.split(word))
    assert said.code == 0, said.err
