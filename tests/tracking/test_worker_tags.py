"""Where a point was trained: on its run, by a worker or not, also where the store is away at first."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweep import app, provenance, sync
from sweep.engines.engine import Here
from sweep.errors import StoreAway
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import parts
from sweep.training import in_process
from sweep.training.curve import Curve, Failure, Result
from tests.tracking.stored import rename, runs, settings

WORKER = {"host": "attic", "processor": "abacus", "sweep": "0", "python": "2.7", "torch": "0.1", "numpy": "0.2"}


def trained(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Result]:
    """The first one here, the second one by a worker, whose process the third one ends."""
    curves: list[Result] = [*in_process.in_process(points, problems)]
    return [
        {
            1e-2: curve,
            1e-3: replace(curve, where=WORKER),
            1e-4: Failure("WorkerDied", "it died", where=WORKER),
        }[point.lr]
        for point, curve in zip(points, curves, strict=True)
    ]


def told() -> dict[str, dict[str, str]]:
    """By lr, of each run."""
    names = ("worker.host", "worker.processor", "versions")
    return {run.data.params["lr"]: {name: run.data.tags[name] for name in names} for run in runs()}


def check() -> None:
    """Every run says who trained it, and the version of each package is that of whoever imported it."""
    here, versions = provenance.here(), provenance.this_execution()["versions"]
    said = told()
    assert said["0.01"] == {
        "worker.host": here["host"],
        "worker.processor": here["processor"],
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
    }
    others = versions | {name: number for name, number in WORKER.items() if name in versions}
    there = {
        "worker.host": "attic",
        "worker.processor": "abacus",
        "versions": ", ".join(f"{name} {number}" for name, number in others.items()),
    }
    assert (said["0.001"], said["0.0001"]) == (there, there)


@pytest.mark.usefixtures("ready_store")
def test_every_run_says_on_which_host_and_processor_and_by_which_torch_it_was_trained() -> None:
    app.run([settings(lr=lr) for lr in (1e-2, 1e-3, 1e-4)], Here(trained))
    check()


@pytest.mark.usefixtures("ready_store")
def test_results_that_wait_in_a_spool_say_so_too() -> None:
    asked = [settings(lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    for each in asked:
        each.tracking.patience = 0.2

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Result]:
        rename("params", "gone")
        return trained(points, problems)

    with pytest.raises(StoreAway, match="3 results wait"):
        app.run(asked, Here(train))
    rename("gone", "params")
    sync.sync(None, [])
    check()


def curve(**where: str) -> Curve:
    return Curve(np.ones(3, np.float32), (1.0, 2.0), 3.0, False, where=where)


def test_a_part_keeps_where_each_curve_was_trained_and_is_as_ever_where_no_worker_was() -> None:
    import pyarrow.parquet as pq

    path, content = parts.encode(["a", "b"], [curve(**WORKER), curve()])
    assert [read.where for _, read in parts.decode(path, content, 3)] == [WORKER, {}]
    columns = pq.read_table(io.BytesIO(parts.encode(["a"], [curve()])[1])).column_names
    assert columns == ["key", "losses", "parameters", "final_loss", "stalled"]


@pytest.mark.parametrize("text", ["nonsense", "[1]", '{"host": 3}', f'{{"host": "{"x" * 1000}"}}'])
def test_a_part_that_says_where_in_another_form_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def encoded(where: Any) -> str:
        return text

    monkeypatch.setattr("sweep.tracking.worker_text.encoded", encoded)
    path, content = parts.encode(["a"], [curve(host="attic")])
    assert path == f"curves/{hashlib.sha256(content).hexdigest()}.parquet"
    with pytest.raises(parts.DamagedPart, match=path):
        parts.decode(path, content, 3)


@pytest.mark.parametrize(
    ("told", "processor"),
    [
        ("processor\t: 0\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\n\nmodel name\t: other\n", "AMD EPYC"),
        ("processor : 0\nmodel name : ARMv7\n", "ARMv7"),
    ],
)
def test_a_processor_is_told_by_its_model_and_numbers(tmp_path: Path, told: str, processor: str) -> None:
    (tmp_path / "cpuinfo").write_text(told)
    numbers = ", cpu family 26, model 2" if "family" in told else ""
    assert provenance.processor(tmp_path / "cpuinfo") == processor + numbers


def test_a_processor_that_is_not_told_is_of_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "vax")
    (tmp_path / "cpuinfo").write_text("processor : 0\n")
    assert provenance.processor(tmp_path / "cpuinfo") == provenance.processor(tmp_path / "none") == "vax"
