"""Two drivers at once with workers of their own, on one PostgreSQL: nothing is lost, and nothing is there twice."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import sweep
from tests.chaos import looks
from tests.conftest import Command
from tests.engines.deadly import DRIVER
from tests.quick_start import FORKER, Popen, forker

ROOT = Path(__file__).parent.parent.parent
WORKERS = ("hydra/launcher=processes", "hydra.launcher.workers=1")
LINE = ("scale=1e-3", "epochs=20")
NET = ("problem=torch", "problem.model._target_=tests.engines.deadly.Net", "problem.model.mark=mark", "epochs=3")
FATAL = (*NET, "problem.model.does=nothing,kill once")

GRIDS: dict[str, list[tuple[str, ...]]] = {
    "the same sweep": [("lr=range(1,41)", *LINE)] * 2,
    "sweeps that share points, and a worker is killed": [("seed=range(20)", *FATAL), ("seed=range(10,30)", *FATAL)],
}
"""More points than a tile has, so that each has several chunks."""


def begun(place: Path, words: Sequence[str]) -> Popen:
    """A sweep in a folder of its own, in which every process but none of a driver may be killed by its model."""
    place.mkdir()
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return Popen(
        [sys.executable, "-m", "sweep", *words, *WORKERS],
        cwd=place,
        env=os.environ | {"PYTHONPATH": path, DRIVER: "0", FORKER: forker()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("case", GRIDS)
def test_what_two_drivers_leave_is_what_one_process_leaves_that_sweeps_twice(
    command: Command, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    grids, where = GRIDS[case], (f"tracking.uri={uri}", "tracking.experiment=both")
    drivers = [begun(tmp_path / str(number), (*grid, *where)) for number, grid in enumerate(grids)]
    said = [driver.communicate(timeout=300)[0] for driver in drivers]
    assert [driver.returncode for driver in drivers] == [0, 0], said
    assert ("workers lost: 1" in "".join(said)) == ("killed" in case), said

    (tmp_path / "calm").mkdir()
    monkeypatch.chdir(tmp_path / "calm")
    monkeypatch.setenv(DRIVER, str(os.getpid()))
    for grid in dict.fromkeys(grids):
        assert command(*grid, where[0], "tracking.experiment=calm").code == 0
    assert [*looks.differences(looks.points(uri, "calm"), looks.points(uri, "both"))] == []
    assert looks.summaries(uri, "both") == looks.summaries(uri, "calm")

    standing: set[str] = set()
    for sweep_id, status in looks.summaries(uri, "both"):
        assert status == "FINISHED"
        runs, curves = sweep.frame(sweep_id, uri=uri, experiment="both")
        assert runs["run_id"].notna().all(), "a plan names no run of a point"
        assert (curves.groupby("key", observed=True).size() == runs["epochs"].iloc[0] + 1).all()
        assert set(curves["key"]) == set(runs["key"])
        standing |= set(runs["run_id"])
    assert len(standing) == len(looks.points(uri, "both")), "two plans name another run of a point"

    calm = looks.reports(tmp_path / "calm")
    for number in range(len(drivers)):
        left = looks.reports(tmp_path / str(number))
        assert left
        assert left.items() <= calm.items()
