"""Tables of several inputs, from the command to report, store and replay: columns, holdouts, seeds, offsets."""

import json
import random
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sweep
from tests.conftest import Command
from tests.tracking.stored import runs

TABLE = ("data=csv", "data.path=own.csv", "data.target=yield")


@pytest.fixture
def own(ready_store: Path) -> pd.DataFrame:
    """``own.csv`` in the current folder: years and rain, and a yield that follows both."""
    dice = random.Random(5)
    rain = [round(dice.gauss(500, 80), 1) for _ in range(40)]
    rows = [(1980 + k, each, round(0.05 * k + 0.01 * each + dice.gauss(0, 0.3), 3)) for k, each in enumerate(rain)]
    table = pd.DataFrame(rows, columns=["year", "rain", "yield"])
    table.to_csv("own.csv", index=False)
    return table


def report() -> str:
    (page,) = Path("outputs").glob("sweep-*/report.md")
    return page.read_text()


def rows() -> pd.DataFrame:
    (file,) = Path("outputs").glob("sweep-*/runs.csv")
    return pd.read_csv(file)


def test_several_inputs_are_swept_reported_and_replayed(command: Command, own: pd.DataFrame) -> None:
    words = (*TABLE, "data.input=all", "problem=linear", "data.standardize=true", "lr=0.1,0.5,1.9", "epochs=200")
    said = command(*words)
    assert said.code == 0, said.err
    found = rows()
    assert found["outcome"].tolist() == ["CONVERGED", "CONVERGED", "DIVERGED"]
    x = np.column_stack([own[["year", "rain"]], np.ones(len(own))])
    best, residual, *_ = np.linalg.lstsq(x, own["yield"], rcond=None)
    assert found["final_loss"][0] == pytest.approx(residual[0] / len(own), rel=1e-4)
    text = report()
    cells = re.search(r"^\| least squares +\|(.*)\|$", text, re.MULTILINE)
    assert cells
    assert [float(cell) for cell in cells[1].split("|")[:3]] == pytest.approx(best, rel=1e-5)
    assert "3 of 3 runs have the outcome that theory predicts" in text
    (stored,) = Path("outputs/artifacts").rglob("plan.json")
    (data,) = json.loads(stored.read_text())["data"].values()
    assert (data["input_names"], data["target_name"], "input_name" in data) == (["year", "rain"], "yield", False)
    assert command(module="sweep.report").code == 0
    assert report() == text
    replayed = command(module="sweep.replay")
    assert "identical, bit for bit" in replayed.out
    assert "3 done already, 0 to train" in command(*words).out


def test_what_is_held_out_is_followed_stored_and_decides_which_run_is_best(command: Command, own: pd.DataFrame) -> None:
    words = (*TABLE, "data.input=[rain,year]", "problem=linear", "data.standardize=true", "data.holdout=last:0.25")
    said = command(*words, "lr=0.3", "epochs=2,6,60")
    assert said.code == 0, said.err
    found = rows()
    least = found["holdout_loss"].min()
    assert f"{least:.4g} on what is held out" in said.out
    for run in runs():
        epochs = int(run.data.params["epochs"])
        assert run.data.metrics["final_holdout_loss"] == found.set_index("epochs")["holdout_loss"][epochs]
        assert "holdout_loss" in run.data.metrics
    assert "identical, bit for bit" in command(module="sweep.replay").out
    _, curves = sweep.frame()
    ends = curves.groupby("key", observed=True).last()["holdout_loss"]
    assert ends[found["key"]].tolist() == found["holdout_loss"].tolist()
    assert len(curves) == 3 + 7 + 61


def test_the_length_of_each_tensor_stands_for_its_numbers_where_they_are_many(
    command: Command, ready_store: Path
) -> None:
    dice = np.random.default_rng(1)
    table = pd.DataFrame(dice.normal(size=(30, 17)), columns=[*(f"x{k}" for k in range(16)), "yield"])
    table.to_csv("own.csv", index=False)
    for inputs in (5, 15, 16):
        names = f"data.input=[{','.join(table.columns[:inputs])}]"
        said = command(*TABLE, names, "problem=linear", "epochs=9", "lr=1e-2", f"name=n{inputs}")
        assert said.code == 0, said.err
        (folder,) = Path("outputs").glob(f"n{inputs}-*")
        told = ["w.norm", "b"] if inputs == 16 else [*(f"w.{k}" for k in range(inputs)), "b"]
        file, frame = pd.read_csv(folder / "runs.csv"), sweep.frame(f"n{inputs}").runs
        assert [name for name in map(str, file) if name[0] in "wb"] == told
        assert [name for name in map(str, frame) if name[0] in "wb"] == told
        metrics = next(run.data.metrics for run in runs() if run.data.tags["key"] == frame["key"][0])
        ends = {name: value for name, value in metrics.items() if name[0] in "wb"}
        assert ends == {name: frame[name][0] for name in told}
        heads = "".join(f'<button type="button">{name}</button>' for name in ("w.norm", "b"))
        assert re.sub(r'<th scope="col" aria-sort="none">', "", (folder / "report.html").read_text()).count(heads) == 1
        assert re.search(r"\| final loss +\| w\.norm +\| b +\| note", said.out)
        assert re.search(r"\| final loss +\| w\.norm +\| b +\| note", (folder / "report.md").read_text())


def test_a_parameter_that_a_run_has_not_is_no_number_of_it(command: Command, own: pd.DataFrame) -> None:
    words = (*TABLE, "data.input=year", "data.standardize=true", "scale=0.1", "lr=1e-2", "epochs=9")
    assert command(*words, "problem=line,linear", "start=random").code == 0
    (file,) = Path("outputs").glob("sweep-*/runs.csv")
    found = pd.read_csv(file, dtype=str, keep_default_na=False)
    assert [name for name in map(str, found) if name[0] in "wb"] == ["w", "b", "w.0"]
    empty = {name: [cell == "" for cell in found[name]] for name in ("w", "b", "w.0")}
    assert empty == {"w": [False, True], "b": [False, False], "w.0": [True, False]}


@pytest.mark.parametrize("inputs", ["year", "[year,rain]"])
def test_an_offset_that_makes_descent_slow_is_named_with_the_command_that_takes_it_off(
    command: Command, own: pd.DataFrame, inputs: str
) -> None:
    problem = ("problem=linear",) * inputs.startswith("[")
    said = command(*TABLE, f"data.input={inputs}", *problem, "scale=0.01", "lr=1e-3", "epochs=50")
    assert said.code == 0, said.err
    promise = r"the offset of the inputs makes descent slow \(condition .*\): ([\d,]+) epochs by theory"
    found = re.search(rf"\d+\. `sweep (.*?)`: {promise}", report())
    assert found
    assert "data.center=true" in found[1]
    said = command(*shlex.split(found[1]))
    assert (said.code, "1 converged" in said.out) == (0, True), said.out
    assert f"within tolerance from epoch {found[2].replace(',', '')}" in said.out


def test_a_comma_takes_each_column_alone_and_is_told_how_to_take_them_together(
    command: Command, own: pd.DataFrame
) -> None:
    said = command(*TABLE, "data.input=year,rain", "data.center=true", "lr=1e-5", "scale=0.1", "epochs=5")
    assert said.code == 0, said.err
    line = "data.input=year,rain takes each column alone; [year,rain] takes them together, with problem=linear."
    assert line in said.out
    assert "| own year |" in said.out
    assert "for own rain, not converged: " in said.out
    own.assign(straw=own["yield"] ** 2).to_csv("own.csv", index=False)
    said = command(*TABLE[:2], "data.target=yield,straw", "data.input=year,rain", "dry_run=true")
    assert (said.code, said.out.count(line)) == (0, 1), said.err


def test_columns_of_classes_are_told_together_without_another_problem(command: Command) -> None:
    Path("two.csv").write_text("x,z,kind\n1,2,no\n2,1,yes\n3,5,yes\n4,1,no\n")
    said = command(
        "data=csv", "data.path=two.csv", "data.input=x,z", "data.target=kind", "problem=logistic", "epochs=5"
    )
    assert (said.code, said.err) == (0, ""), said.err
    assert "data.input=x,z takes each column alone; [x,z] takes them together.\n" in said.out


def test_an_axis_of_seeds_that_changes_nothing_is_folded_and_told(command: Command, ready_store: Path) -> None:
    said = command("seed=1,2,3", "epochs=5", "dry_run=true")
    assert "2 asked for twice and folded" in said.out
    assert "Not every point uses seed: those that differ in nothing that they use are one." in said.out
    said = command("seed=1,2,3", "start=random", "epochs=5", "dry_run=true")
    assert "3 points, 15 epochs in all; 0 done" in said.out


@pytest.mark.parametrize(
    ("words", "told", "step"),
    [
        (("data.input=[year,rain]",), "data.input has 2 columns of own, and problem=line takes one", "problem=linear"),
        (("data.input=[year,yield]", "problem=linear"), "column yield is taken twice", "leave it out"),
        (("data.input=[year,year]", "problem=linear"), "data.input=['year', 'year'] is not allowed", "give another"),
        (("data.input=[]", "problem=linear"), "data.input=[] is not allowed", "give another"),
        (("data.input=[all]", "problem=linear"), "all of them is a word without brackets", "write data.input=all"),
        (("data.input=[year,rian]", "problem=linear"), "data.input=rian: no such column", "did you mean rain?"),
        (("data.input=year", "problem=linear", "init.w=2"), "init.w: not used by problem=linear", "leave init.w out"),
        (
            ("data.input=year", "problem=linear", "start=given"),
            "start=given: problem=linear has no keys",
            "leave start",
        ),
        (("data.input=year", "problem=quadratic"), "problem=quadratic: no such problem", "--help"),
        (("data.input=year", "data.holdout=1.5"), "data.holdout=1.5 is not allowed", "give another"),
        (("data.input=year", "data.holdout=0.99"), "leaves fewer than 2 to train", "hold a smaller part out"),
        (("data.input=year", "seed=-1"), "seed=-1 is not allowed", "give another"),
    ],
)
def test_what_cannot_be_is_answered_in_one_message_and_nothing_is_stored(
    command: Command, own: pd.DataFrame, words: tuple[str, ...], told: str, step: str
) -> None:
    said = command(*TABLE, *words, "epochs=5")
    assert (said.code, said.out) == (1, "")
    assert told in said.err
    assert step in said.err
    assert not list(Path("outputs").glob("sweep-*"))


def test_loss_curves_on_what_is_held_out_are_drawn_beside_the_others(command: Command, own: pd.DataFrame) -> None:
    words = (*TABLE, "data.input=all", "problem=linear", "data.standardize=true", "lr=0.1,1.9", "epochs=40")
    for holdout, drawn in (("0", 0), ("0.25", 2)):
        assert command(*words, f"data.holdout={holdout}", f"name=held{drawn}").code == 0
        (picture,) = Path("outputs").glob(f"held{drawn}-*/curves.svg")
        text = picture.read_text()
        assert text.count(", held out</title>") == drawn
        assert text.count("loss on what is held out") == bool(drawn)


def test_weights_that_no_data_tells_apart_are_named_before_training_and_in_the_report(
    command: Command, own: pd.DataFrame
) -> None:
    own["inches"] = own["rain"] / 25.4
    own["century"] = own["year"] / 100 - 19
    own["both"] = own["rain"] + own["year"]
    own.to_csv("own.csv", index=False)
    words = (*TABLE, "data.input=all", "problem=linear", "lr=1e-7", "epochs=3")
    lines = [
        "own: columns rain and inches depend on one another, so that no data tells their weights apart: another start "
        "ends at other ones. Without inches the fit is as good.",
        "own: columns year, century and the intercept depend on one another, so that",
        "own: columns year, rain and both depend on one another, so that",
    ]
    said = command(*words, "dry_run=true")
    assert [line in said.out for line in lines] == [True] * 3, said.out
    said = command(*words)
    assert [line in said.out for line in lines] == [True] * 3, said.out
    assert [line in report() for line in lines] == [True] * 3
    before = report()
    assert command(module="sweep.report").code == 0
    assert report() == before


@pytest.mark.parametrize(
    ("kept", "rain", "line"),
    [
        (2, "rain", "own: 2 samples for 3 weights, the intercept among them, leave 1 direction in which no prediction"),
        (40, "rain * 1e12", "own: 1 direction of the weights so much less steep than others that float64 takes them"),
        (40, "rain", ""),
    ],
)
def test_weights_that_are_too_many_or_too_uneven_are_told(
    command: Command, own: pd.DataFrame, kept: int, rain: str, line: str
) -> None:
    own["rain"] = own.eval(rain)
    own[:kept].to_csv("own.csv", index=False)
    said = command(*TABLE, "data.input=all", "problem=linear", "dtype=float64", "dry_run=true")
    assert said.code == 0, said.err
    assert line in said.out
    assert ("own: " in said.out) is bool(line)
