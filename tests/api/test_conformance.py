"""A call and a command are held against each other: keys, store, reuse, report, and what is refused."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sweep
from sweep.errors import BadInput
from sweep.plan.plan import Plan
from sweep.settings.schema import Settings
from tests.conftest import Command

HARVEST = Path(__file__).parent.parent.parent / "docs" / "harvest.csv"
SPACED = "lr: {from: 1e-4, to: 1e-2, points: 3, spacing: log}\nscale: [1, 0.1]\nepochs: 5\n"


@dataclass(frozen=True)
class Asked:
    """The same sweep, as words of a command and as what a call is given."""

    words: Sequence[str]
    grid: Mapping[str, Any] | str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def spaced(start: float, stop: float, points: int) -> dict[str, Any]:
    return {"from": start, "to": stop, "points": points, "spacing": "log"}


ASKED = {
    "a grid of two axes": Asked(
        ("lr=1e-2,1e-4", "scale=1,0.1", "epochs=5"), {"lr": [1e-2, 1e-4], "scale": [1, 0.1]}, {"epochs": 5}
    ),
    "a single point": Asked(("epochs=5",), None, {"epochs": 5}),
    "arrays, ranges and columns as axes": Asked(
        ("lr=1e-3,1e-2", "epochs=2,3", "seed=0,1", "start=random"),
        {"lr": np.array([1e-3, 1e-2]), "epochs": range(2, 4), "seed": pd.Series([0, 1])}, {"start": "random"},
    ),
    "a grid file by its name": Asked(("grid=seed", "epochs=4"), "seed", {"epochs": 4}),
    "a spaced axis": Asked(
        ("--config-dir", "grids", "grid=spaced"), {"lr": spaced(1e-4, 1e-2, 3), "scale": [1, 0.1], "epochs": 5}
    ),
    "keys that go together": Asked(
        ("grid=paired", "epochs=3"), "paired", {"epochs": 3}
    ),
    "an optimizer, a schedule and batches": Asked(
        ("optimizer=adam", "optimizer.beta1=0.8,0.9", "schedule=cosine", "batch_size=4", "lr=0.1", "epochs=6",
         "seed=3"),
        {"optimizer.beta1": [0.8, 0.9]},
        {"optimizer": "adam", "schedule": {"kind": "cosine"}, "batch_size": 4, "lr": 0.1, "epochs": 6, "seed": 3},
    ),
    "a group's choice as an axis": Asked(
        ("optimizer=sgd,adam", "lr=0.01", "scale=0.1", "epochs=4"),
        {"optimizer": ["sgd", "adam"]}, {"lr": 0.01, "scale": 0.1, "epochs": 4},
    ),
    "a group's choice with what is below": Asked(
        ("optimizer=adam", "optimizer.beta1=0.8", "init.w=0.5", "epochs=4"), None,
        {"optimizer": {"kind": "adam", "beta1": 0.8}, "init": {"w": 0.5}, "epochs": 4},
    ),
    "a file": Asked(
        ("data=csv", f"data.path={HARVEST}", "data.input=[rain,heat]", "data.target=harvest", "problem=linear",
         "data.standardize=true", "data.holdout=0.2", "lr=0.02,0.5", "epochs=6"),
        {"lr": [0.02, 0.5]},
        {"data": {"path": HARVEST, "input": ["rain", "heat"], "target": "harvest"}, "problem": "linear", "epochs": 6,
         "data.standardize": True, "data.holdout": "0.2"},
    ),
    "classes": Asked(
        ("problem=logistic", "data=moons", "data.samples=40", "lr=0.1,5", "epochs=5"),
        {"lr": [0.1, 5]}, {"problem": "logistic", "data": "moons", "data.samples": 40, "epochs": 5},
    ),
    "a perceptron's width": Asked(
        ("problem=mlp", "problem.model.width=2,3", "data=waves", "data.samples=16", "epochs=3", "lr=0.1"),
        {"problem.model.width": [2, 3]},
        {"problem": "mlp", "data": "waves", "data.samples": 16, "epochs": 3, "lr": 0.1},
    ),
    "another tolerance, a name and tags": Asked(
        ("epochs=3", "outcome.tolerance=0.1", "name=first", "+tracking.tags.team=blue"), None,
        {"epochs": 3, "outcome": {"tolerance": 0.1}, "name": "first", "+tracking.tags.team": "blue"},
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def grids(ready_store: Path) -> None:
    folder = Path("grids/grid")
    folder.mkdir(parents=True)
    (folder / "spaced.yaml").write_text(SPACED, encoding="utf-8")


def plan_of(report: Path) -> dict[str, Any]:
    """The rows of ``runs.csv`` as text, and the folder."""
    rows = (report / "runs.csv").read_text(encoding="utf-8")
    return {"folder": report.name, "runs": rows, "report": (report / "report.html").read_bytes()}


@pytest.mark.parametrize("name", ASKED)
def test_a_call_asks_for_the_points_and_the_settings_that_the_command_asks_for(
    name: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, seen = ASKED[name], []

    def train(first: Settings, planned: Plan, *_: object) -> SimpleNamespace:
        asks = replace(first, grid={})  # Axes of a command stand in its words.
        seen.append((asks, planned.points, planned.unused, planned.tolerance, planned.name, planned.readings.keys()))
        return SimpleNamespace(plan=planned, findings=SimpleNamespace(counts={}))

    monkeypatch.setattr("sweep.app._train", train)
    assert command(*asked.words).code == 0
    sweep.run(asked.grid, **asked.settings, quiet=True)
    assert len(seen) == 2
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", ["another tolerance, a name and tags", "a perceptron's width", "a file"])
def test_a_call_finds_all_done_that_the_command_has_trained_and_reports_the_same_bytes(
    name: str, command: Command
) -> None:
    asked = ASKED[name]
    assert command(*asked.words).code == 0
    (folder,) = Path("outputs").glob("*-????????")
    before = plan_of(folder)
    shutil.move(folder, "before")
    found = sweep.run(asked.grid, **asked.settings, quiet=True)
    assert isinstance(found, sweep.Sweep)
    assert plan_of(found.report.path.parent) == before
    executions = json.loads(found.report.files["provenance.json"])["executions"]
    assert [(each["trained"], each["reused"]) for each in executions] == [(len(found.runs), 0), (0, len(found.runs))]


@pytest.mark.parametrize("name", ["a grid of two axes", "a perceptron's width", "a file"])
def test_a_command_finds_all_done_that_a_call_has_trained(name: str, command: Command) -> None:
    asked = ASKED[name]
    found = sweep.run(asked.grid, **asked.settings, quiet=True)
    said = command(*asked.words)
    assert f"{len(found.runs)} done already, 0 to train" in said.out


REFUSED: dict[str, tuple[Sequence[str], Asked]] = {
    "a value out of range": (("lr=-1",), Asked((), {"lr": [-1]})),
    "a key that there is not": (("lrr=1",), Asked((), None, {"lrr": 1})),
    "a value of another kind": (("epochs=many",), Asked((), None, {"epochs": "many"})),
    "a choice that there is not": (("optimizer=adamm",), Asked((), None, {"optimizer": "adamm"})),
    "a grid that there is not": (("grid=sed",), Asked((), "sed")),
    "a column that there is not": (
        ("data=csv", f"data.path={HARVEST}", "data.input=rian", "data.target=harvest"),
        Asked((), None, {"data": {"path": HARVEST, "input": "rian", "target": "harvest"}}),
    ),
    "a point that no engine can end": (("training.timeout=1",), Asked((), None, {"training": {"timeout": 1}})),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_call_is_refused_in_the_words_of_the_command(name: str, command: Command) -> None:
    words, asked = REFUSED[name]
    said = command(*words)
    with pytest.raises(BadInput) as refused:
        sweep.run(asked.grid, **asked.settings, quiet=True)
    assert (said.code, said.err) == (1, f"sweep: {refused.value}\n")
    assert not Path("outputs").joinpath("data").exists()
