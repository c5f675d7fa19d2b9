"""``sweep.frame(where=…)``: what is asked for and nothing else, read from the parts that have it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sweep
from sweep.api.frame import Frames
from sweep.api.where import Where
from sweep.errors import BadInput
from sweep.tracking.artifacts import FolderArtifacts
from tests.conftest import run

GRID = ("lr=1e-2,3e-3,1e-4", "scale=1,0.1", "epochs=40")
WHOLE: dict[str, Any] = {"experiment": "whole"}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """A folder in which :data:`GRID` was swept twice: with a part a point, and in one part."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "outputs").mkdir()
    shutil.copyfile(empty_store, folder / "outputs" / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
            patch.delenv(name, raising=False)
        assert run(*GRID, "tracking.experiment=whole").code == 0
        patch.setattr("sweep.training.execute.CHUNK_LOSSES", 1)
        assert run(*GRID).code == 0
    return folder


@pytest.fixture
def parts_read(swept: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that are read from here on, in the folder with both sweeps."""
    monkeypatch.chdir(swept)
    read: list[str] = []
    get = FolderArtifacts.get

    def noted(own: FolderArtifacts, run_id: str, path: str, *rest: Any) -> bytes:
        read.extend([path] * path.endswith(".parquet"))
        return get(own, run_id, path, *rest)

    monkeypatch.setattr(FolderArtifacts, "get", noted)
    return read


@pytest.fixture(scope="module")
def whole(swept: Path) -> Frames:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(swept)
        return sweep.frame()


ASKED: dict[str, tuple[Where, Callable[[pd.DataFrame], Any], int]] = {
    "a value": ({"scale": 0.1}, lambda runs: runs["scale"] == 0.1, 3),
    "several values": ({"lr": np.array([1e-2, 1e-4])}, lambda runs: runs["lr"].isin([1e-2, 1e-4]), 4),
    "a function of a setting": ({"lr": lambda lr: lr < 5e-3}, lambda runs: runs["lr"] < 5e-3, 4),
    "two settings": ({"scale": 1, "lr": 1e-4}, lambda runs: (runs["scale"] == 1) & (runs["lr"] == 1e-4), 1),
    "a text about settings": ("lr > 1e-3 and scale == 0.1", lambda r: (r["lr"] > 1e-3) & (r["scale"] == 0.1), 2),
    "a name in backticks": ("`init.w` == 1 & lr == 0.01", lambda runs: runs["lr"] == 0.01, 2),
    "an outcome": ({"outcome": "DIVERGED"}, lambda runs: runs["outcome"] == "DIVERGED", 6),
    "a setting and an outcome": (
        "scale == 1 and outcome == 'DIVERGED'", lambda r: (r["scale"] == 1) & (r["outcome"] == "DIVERGED"), 3,
    ),
    "an epoch that may be missing": ("first_inf > 3", lambda runs: (runs["first_inf"] > 3).fillna(False), 6),
    "a function of a loss, which may be nan": (
        {"final_loss": lambda loss: not loss < 100}, lambda runs: ~(runs["final_loss"] < 100), 6,
    ),
    "a setting or a result": ("lr == 1e-4 or final_loss < 50", lambda r: (r["lr"] == 1e-4) | (r["final_loss"] < 50), 6),
    "what is missing": ({"first_inf": None}, lambda runs: runs["first_inf"].isna(), 6),
    "a status, which needs no curve": ({"status": "FAILED"}, lambda runs: runs["status"] == "FAILED", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_for_is_what_pandas_leaves_of_the_whole_and_no_other_part_is_read(
    name: str, whole: Frames, parts_read: list[str]
) -> None:
    where, of_pandas, parts = ASKED[name]
    runs, curves = whole
    found, some = sweep.frame(where=where)
    assert len(parts_read) == parts
    expected = runs[of_pandas(runs).astype(bool)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_dtype=len(expected) > 0)
    rows = curves[curves["key"].isin(expected["key"])]
    assert some["loss"].to_numpy().tobytes() == rows["loss"].to_numpy().tobytes()
    assert some["key"].tolist() == rows["key"].tolist()


def test_runs_alone_are_the_table_that_stands_beside_the_curves(parts_read: list[str]) -> None:
    runs = sweep.frame().runs
    assert len(parts_read) == 6
    pd.testing.assert_frame_equal(sweep.frame(curves=False), runs)
    some = sweep.frame(where="outcome != 'DIVERGED'", curves=False)
    assert {*some["outcome"]} == {"UNFINISHED"}


@pytest.mark.parametrize("where", [{"lr": 3e-3}, "final_loss < 1000 and lr == 3e-3"], ids=["rows", "results"])
def test_a_curve_that_is_kept_holds_on_to_no_other_of_its_part(parts_read: list[str], where: Where) -> None:
    from sweep.api.frame import _keeping
    from sweep.api.selection import select
    from tests.tracking.stored import opened

    store = opened(experiment="whole")
    from sweep.tracking import record

    kept: dict[int, Any] = {}
    numbers = [run.number for run in _keeping(select(store, record.find(store, None), where).runs(), kept, part=True)]
    assert len(parts_read) == 1
    assert [*kept] == numbers != []
    for _, curve in kept.values():
        held = curve.losses
        while isinstance(held.base, np.ndarray):
            held = held.base
        assert held.nbytes == curve.losses.nbytes
    assert sweep.frame(where=where, **WHOLE).runs["lr"].tolist() == [3e-3] * len(numbers)


def test_the_settings_of_some_runs(parts_read: list[str]) -> None:
    assert sweep.frame(where={"scale": 0.1}, repeats=True)["lr"].tolist() == [1e-2, 3e-3, 1e-4]


REFUSED: dict[str, tuple[Any, str]] = {
    "another name": ({"lrr": 1}, "no column 'lrr'.*did you mean lr?"),
    "a name in a text": ("outcom == 'DIVERGED'", "no column 'outcom'.*did you mean outcome?"),
    "a dotted name without backticks": ("init.w == 1", "did you mean `init.w`?"),
    "half a text": ("lr <", "cannot be read: invalid syntax"),
    "a variable of the caller": ("lr < @most", "cannot be read"),
    "what is no condition": ("lr + 1", "cannot be read"),
    "numbers against text": ("lr < 'a'", "cannot be read: Invalid comparison"),
    "an outcome that is none": ({"outcome": "converged"}, "never 'converged'.*did you mean CONVERGED?"),
    "a text for a number": ({"lr": "0.01"}, "lr is a number"),
    "another kind of thing": (3, "a mapping from columns to values, or text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_asked_is_refused_with_what_was_meant(name: str, parts_read: list[str]) -> None:
    where, said = REFUSED[name]
    with pytest.raises(BadInput, match=f"(?s){said.replace('?', '[?]')}"):
        sweep.frame(where=where)


def test_what_a_function_of_the_caller_raises_is_raised_as_it_is(parts_read: list[str]) -> None:
    def fails(_: object) -> bool:
        raise ValueError("mine")

    for name in ("lr", "final_loss"):
        with pytest.raises(ValueError, match=r"^mine$"):
            sweep.frame(where={name: fails})


def test_a_sweep_has_its_runs_without_curves_and_curves_of_some(parts_read: list[str]) -> None:
    found = sweep.load()
    assert len(found.runs) == 6
    assert found.curves({"lr": 1e-4, "scale": 0.1})["epoch"].tolist() == list(range(41))
    assert len(found.curves()) == 6 * 41
