"""What every engine does, written once: rows, failures, lost workers, limits, and nothing left behind.

An engine to come is one more of :data:`ENGINES`.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from sweep.engines.engine import Engine, Here
from sweep.engines.processes import Processes
from sweep.engines.ray_engine import Ray
from sweep.engines.slurm import Slurm
from sweep.engines.slurm_asked import Asked
from sweep.errors import BadInput
from sweep.provenance import here
from sweep.training.bitwise import first_difference
from sweep.training.compute import compute
from sweep.training.curve import Curve, Failure
from sweep.training.in_process import in_process
from tests.conftest import point as line
from tests.engines.deadly import DRIVER
from tests.engines.loops import looping
from tests.engines.trained import at_work, doing, of_points, results
from tests.problem.posed import asked, planned, spec
from tests.processes import gone
from tests.tracking.stored import settings

Make = Callable[..., Engine]

WITH_WORKERS: Mapping[str, Make] = {
    "processes": lambda timeout=None: Processes(2, timeout),
    "sweep_ray": lambda timeout=None: Ray("auto", None, timeout),
    "slurm, local": lambda timeout=None: Slurm(Asked(executor="local", workers=2), timeout),
}
"""Engines whose points train in other processes than the driver's; each with a limit of seconds a point."""

ENGINES: Mapping[str, Make] = {"in process": lambda: Here(compute), **WITH_WORKERS}

LOSING = {name: make for name, make in WITH_WORKERS.items() if name != "slurm, local"}
"""Engines that tell of a lost worker in their own ways; a job has the same as *processes*, and passes on what comes."""

every_engine = pytest.mark.parametrize("make", ENGINES, indirect=True)
with_workers = pytest.mark.parametrize("make", WITH_WORKERS, indirect=True)
losing = pytest.mark.parametrize("make", LOSING, indirect=True)


@pytest.fixture
def make(
    request: pytest.FixtureRequest, forked_workers: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Make]:
    """What makes the engine of that name; of what it starts nothing is left at work, and of its files none is there."""
    monkeypatch.chdir(tmp_path)
    if request.param == "sweep_ray":
        request.getfixturevalue("ray_cluster")
    monkeypatch.setenv(DRIVER, str(os.getpid()))
    before = at_work()
    yield ENGINES[request.param]
    assert gone(sorted(at_work() - before))
    assert not any((tmp_path / "outputs").rglob("*"))


@every_engine
def test_rows_have_the_bits_that_they_have_in_process_whatever_the_order_of_points(make: Make) -> None:
    lines = [settings(lr=1e-4 * (1 + place), epochs=40 + place % 3) for place in range(70)]
    models = [asked(spec("Net", width=width), seed=seed, curvature=True) for width in (2, 3) for seed in range(20)]
    posed = planned([*lines, *models])
    expected = dict(zip([point.key for point in posed.points], in_process(posed.points, posed.problems), strict=True))
    for reverse in (False, True):
        found = results(make(), posed, reverse)
        for point in posed.points:
            curve, result = expected[point.key], found[point.key]
            assert first_difference(curve, result, posed.parameters_of[point.task]) == ""
            assert isinstance(result, Curve)
            assert (result.trained, result.stalled) == (curve.trained, curve.stalled)
            assert result.where == (here() if make in WITH_WORKERS.values() else {})


@every_engine
def test_a_point_that_raises_fails_alone_and_says_with_what(
    make: Make, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(DRIVER, "")
    calm, bad, other = of_points(make(), [doing("nothing"), doing("raise"), doing("nothing", seed=1)])
    assert isinstance(bad, Failure)
    assert (bad.kind, bad.message) == ("ArithmeticError", "no number")
    if make is not WITH_WORKERS["slurm, local"]:  # Whose jobs have no terminal.
        assert "raising, as it prints\n" in capfd.readouterr().out
    assert "in _do" in bad.traceback
    assert bad.where == (here() if make in WITH_WORKERS.values() else {})
    assert isinstance(calm, Curve)
    assert isinstance(other, Curve)


@every_engine
def test_what_is_under_way_grows_to_all_of_a_chunk_and_then_to_that_of_the_next(make: Make) -> None:
    """A point of 60 epochs is worth as much as two of 30; in all, as much as there are points."""
    posed = planned([settings(lr=1e-4 * (1 + place), epochs=30 + 30 * (place % 2)) for place in range(70)])
    heard: list[float] = []
    done = 0.0
    for chunk in make().run(posed.points, posed.problems, heard.append):
        own = sum(point.epochs for point, _ in chunk) / 45
        assert heard[-1] == pytest.approx(own) or heard[-1] > own
        done += own
    assert done == pytest.approx(70)
    assert all(0 <= each < 70.001 for each in heard)


@pytest.mark.parametrize("make", [name for name in ENGINES if name != "slurm, local"], indirect=True)
def test_a_single_long_point_moves(make: Make) -> None:
    for one in (settings(lr=1e-4, epochs=60_000), looping("dawdle")):
        posed = planned([one])
        heard: list[float] = []
        chunks = list(make().run(posed.points, posed.problems, heard.append))
        assert isinstance(chunks[0][0][1], Curve)
        assert len({each for each in heard if 0 < each < 1}) >= 2
        assert heard == sorted(heard)
        assert heard[-1] == 1


@every_engine
def test_nothing_to_train_is_no_work(make: Make) -> None:
    engine = make()
    assert list(engine.run([], {})) == []
    assert (engine.told, list(engine.workers)) == ("", [])


@with_workers
def test_a_device_that_no_worker_has_is_refused(make: Make) -> None:
    with pytest.raises(BadInput, match="device=cuda"):
        make().check([line(device="cuda:97")])


@with_workers
def test_a_chunk_whose_worker_is_killed_is_tried_once_more(make: Make, tmp_path: Path) -> None:
    points = [doing("kill once", tmp_path / "mark", seed=seed) for seed in range(3)]
    engine = make()
    assert all(isinstance(each, Curve) for each in of_points(engine, points))
    assert (tmp_path / "mark").exists()
    assert "chunks: 1, of up to 3 points; workers lost: 1" in engine.told


@losing
def test_a_point_that_always_ends_its_worker_is_one_failure_and_its_neighbours_are_done(make: Make) -> None:
    found = of_points(make(), [doing("nothing"), doing("kill"), doing("nothing", seed=1)])
    assert [type(each) for each in found] == [Curve, Failure, Curve]
    assert isinstance(failure := found[1], Failure)
    said = "the process that trained it was ended by SIGKILL, each time"
    assert (failure.kind, failure.message) == ("WorkerDied", said)
    assert failure.where == here()


@losing
def test_a_failure_tells_the_exit_code_of_a_worker_that_ended(make: Make) -> None:
    (failure,) = of_points(make(), [doing("exit")])
    assert isinstance(failure, Failure)
    assert failure.message == "the process that trained it ended with exit code 3, each time"


@losing
def test_a_point_that_takes_longer_than_the_limit_is_one_failure(make: Make) -> None:
    found = of_points(make(timeout=2.0), [doing("nothing"), doing("hang")])
    assert [type(each) for each in found] == [Curve, Failure]
    assert isinstance(failure := found[1], Failure)
    assert (failure.kind, failure.message) == ("TimeLimit", "it took longer than training.timeout=2 s")


@with_workers
def test_chunks_come_as_they_are_done_and_a_run_that_is_closed_leaves_nothing_at_work(make: Make) -> None:
    """The first chunk is there though the second one never ends."""
    calm = [doing("nothing", seed=seed) for seed in range(32)]
    posed = planned([*calm, doing("hang")])
    before = at_work()
    chunks = make().run(posed.points, posed.problems)
    assert {point.key for point, _ in next(filter(None, chunks))} == {point.key for point in posed.points[:32]}
    training = sorted(at_work() - before)
    assert training
    chunks.close()
    assert gone(training)


@every_engine
def test_a_function_brings_the_curve_that_it_brings_here_and_what_it_leaves(make: Make) -> None:
    points = [looping(seed=seed) for seed in range(3)]
    expected = compute((posed := planned(points)).points, posed.problems)
    for seed, (one, found) in enumerate(zip(expected, of_points(make(), points), strict=True)):
        assert isinstance(one, Curve)
        assert isinstance(found, Curve)
        assert found.losses.tobytes() == one.losses.tobytes()
        assert (found.final_loss, found.watched["at"].tobytes()) == (one.final_loss, one.watched["at"].tobytes())
        assert found.leavings.files == {"end.txt": f"{seed}".encode()}
        said = [f"child of {seed}", *(f"epoch {each} of {seed}" for each in range(3))]
        assert found.leavings.output.splitlines() == said
    assert len({each.final_loss for each in expected if isinstance(each, Curve)}) == 3


@every_engine
def test_a_function_that_raises_fails_alone_and_keeps_what_it_printed(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DRIVER, "")
    calm, bad = of_points(make(), [looping(), looping("raise", seed=1)])
    assert isinstance(calm, Curve)
    assert isinstance(bad, Failure)
    assert (bad.kind, bad.message) == ("ArithmeticError", "no number")
    assert bad.leavings.output == "child of 1\nepoch 0 of 1\n"


@with_workers
def test_a_function_that_ends_its_worker_or_hangs_is_one_failure(make: Make) -> None:
    found = of_points(make(timeout=4.0), [looping(), looping("kill"), looping("hang"), looping(seed=1)])
    kinds = [each.kind if isinstance(each, Failure) else "" for each in found]
    assert kinds == ["", "WorkerDied", "TimeLimit", ""], found
    assert [each.leavings.output for each in found[1:3]] == ["child of 0\nepoch 0 of 0\n"] * 2
