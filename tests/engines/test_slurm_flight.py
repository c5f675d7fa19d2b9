"""Jobs under way, by a queue that ends them as it is told: what is tried again, what is lost, how many there are."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from sweep.engines import slurm, slurm_pack, slurm_submission
from sweep.engines.answer import Chunk
from sweep.engines.engine import Chunk as Results
from sweep.engines.slurm import Slurm
from sweep.engines.slurm_asked import Asked
from sweep.engines.slurm_folder import Array, End, Folder, Order, Part
from sweep.engines.slurm_pack import Packer
from sweep.engines.slurm_queue import Ending, Refused
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.training.curve import Curve, Failure
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER, lines, point

PROBLEMS = lines(THERMOMETER)
POINTS = [point(lr=1e-6 * (1 + place), epochs=2) for place in range(200)]
LATE = Ending("its Slurm job 1 ended as TIMEOUT", late=True)

Does = Callable[[Sequence[Point]], tuple[int, Ending | None]]
"""Of a job's points, how many it trains, and how it ends before its time; None: it does not."""


class Scripted:
    """A queue that runs a job as soon as it is submitted, or refuses it."""

    every, late = 0.02, 0.05

    def __init__(self, does: Does, most: int = 3, takes: int = 1000, begins: bool = True) -> None:
        self.does, self.most, self._takes, self._begins = does, most, takes, begins
        self.arrays: list[tuple[int, int]] = []
        self.sizes: list[int] = []
        self._endings: dict[str, Ending] = {}
        self.cancelled: list[str] = []

    def check(self) -> None: ...

    def submit(self, folder: Folder, name: str, numbers: Sequence[int], at_once: int) -> list[str]:
        assert len(numbers) <= self.most
        if len(numbers) > self._takes:
            raise Refused("there may be no more")
        self.arrays.append((len(numbers), at_once))
        for number in numbers:
            points = folder.chunk(number).points
            self.sizes.append(len(points))
            done, ending = self.does(points)
            if self._begins:
                folder.write(f"{number}.begun", {"host": "node"})
            if done:
                results = zip([each.key for each in points], in_process(points[:done], PROBLEMS), strict=False)
                folder.write(f"{number}.0.part", Part(list(results), 0.001 * done))
            if ending:
                self._endings[str(number)] = ending
            else:
                folder.write(f"{number}.end", End(1, done, 0, []))
        return [str(number) for number in numbers]

    def at_work(self) -> Mapping[str, str]:
        return {}

    def waiting(self) -> str:
        return ""

    def ending(self, job: str) -> Ending:
        return self._endings[job]

    def cancel(self, jobs: Iterable[str]) -> None:
        self.cancelled += jobs

    def settle(self) -> None: ...


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No job is too short, and nothing is waited for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(slurm_pack, "LEAST", 0.0)
    monkeypatch.setattr(slurm_submission, "PATIENCE", 0.02)
    monkeypatch.setattr(slurm, "SHORTEST", 0.0)
    monkeypatch.setattr(slurm, "LONGEST", 0.001)


def run(monkeypatch: pytest.MonkeyPatch, queue: Scripted, points: Sequence[Point], workers: int = 4) -> list[Results]:
    monkeypatch.setattr(slurm, "queue", lambda _: queue)
    chunks = [chunk for chunk in Slurm(Asked(workers=workers)).run(points, PROBLEMS) if chunk]
    pairs = [each for chunk in chunks for each in chunk]
    assert sorted(each.key for each, _ in pairs) == sorted(each.key for each in points)
    assert not list(Path("outputs").glob("slurm-*"))
    return chunks


def everything(points: Sequence[Point]) -> tuple[int, Ending | None]:
    return len(points), None


def test_jobs_are_arrays_within_the_clusters_size_and_no_more_than_asked_for_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = Scripted(everything)
    chunks = run(monkeypatch, queue, POINTS)
    assert all(isinstance(result, Curve) for chunk in chunks for _, result in chunk)
    assert queue.sizes[0] == 32
    assert queue.arrays == [(1, 4), (3, 2), (3, 1)]  # The measured one is still there when its result has come.
    assert queue.sizes[1:] == [32, 32, 32, 32, 32, 8]
    single = Scripted(everything, most=1)
    run(monkeypatch, single, POINTS)
    assert single.arrays[:4] == [(1, 4), (1, 1), (1, 1), (1, 1)]
    assert min(at_once for _, at_once in single.arrays) == 1


def test_what_a_job_did_before_its_time_was_over_is_kept_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Scripted(lambda points: (10, LATE) if len(points) > 10 else (len(points), None))
    chunks = run(monkeypatch, queue, POINTS[:32])
    assert queue.sizes == [32, 22, 12, 2]
    assert [len(chunk) for chunk in chunks] == [10, 10, 10, 2]


def test_a_point_that_takes_longer_than_slurm_gives_is_one_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = POINTS[3].key
    queue = Scripted(lambda points: (0, LATE) if bad in [each.key for each in points] else everything(points))
    pairs = [each for chunk in run(monkeypatch, queue, POINTS[:8]) for each in chunk]
    failures = [(each.key, result) for each, result in pairs if isinstance(result, Failure)]
    assert [key for key, _ in failures] == [bad]
    said = failures[0][1]
    assert (said.kind, said.message, said.where) == ("TimeLimit", LATE.words, {"host": "node"})
    assert queue.sizes == [8, 4, 4, 2, 2, 1, 1]  # By halves at once: no second try would be quicker.


def test_jobs_that_are_not_taken_go_fewer_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Scripted(everything, takes=1)
    run(monkeypatch, queue, POINTS, workers=100)
    assert {count for count, _ in queue.arrays} == {1}


def test_jobs_that_are_found_again_are_told_before_any_of_them_has_brought_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By an empty chunk, with which an engine asks to be heard."""
    queue, (one,) = Scripted(everything), POINTS[:1]
    folder = Folder.made(Path("outputs").absolute() / f"slurm-{os.getuid()}", Order(b"", "", [], 1, None))
    folder.write("0.points", Chunk([one]))
    folder.write("0.array", Array("sweep", [0], queue.submit(folder, "sweep", [0], 1)))
    folder.let_go()
    monkeypatch.setattr(slurm, "queue", lambda _: queue)
    engine = Slurm(Asked())
    chunks = engine.run([one], PROBLEMS)
    assert (next(chunks), engine.told) == ([], "Jobs found again: 1.")
    assert [each.key for chunk in chunks for each, _ in chunk] == [one.key]
    assert engine.told == "Jobs found again: 1; workers: 0; chunks: 1, of up to 1 point."


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (8, "Jobs: 1 is submitted, of 8 points."),
        (40, "Jobs: 1 is submitted, of 32 points; how long it takes tells how many the next ones have."),
    ],
)
def test_the_first_job_is_told_before_it_has_brought_something(
    count: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job may be in the queue for hours, in which nothing else is there to be seen."""
    monkeypatch.setattr(slurm, "queue", lambda _: Scripted(everything))
    engine = Slurm(Asked())
    chunks = engine.run(POINTS[:count], PROBLEMS)
    assert (next(chunks), engine.told) == ([], told)
    assert len([each for chunk in chunks for each in chunk]) == count


def test_a_queue_that_takes_no_job_ends_the_sweep_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="sbatch takes no such job: there may be no more"):
        run(monkeypatch, Scripted(everything, takes=0), POINTS)
    assert not list(Path("outputs").glob("slurm-*"))


def test_jobs_that_end_before_they_begin_end_the_sweep_and_are_not_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = Scripted(lambda _: (0, Ending("its Slurm job 1 ended as FAILED, with exit code 127")), begins=False)
    with pytest.raises(
        BadInput, match="jobs end before they begin: its Slurm job 1 ended as FAILED, with exit code 127"
    ):
        run(monkeypatch, queue, POINTS)
    assert len(queue.sizes) == 4


def test_a_job_takes_minutes_where_there_is_much_and_none_is_shorter_than_is_worth_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slurm_pack, "LEAST", 60.0)
    many = [point(lr=1e-9 * (1 + place), epochs=2) for place in range(20_000)]

    def size(seconds_a_point: float, workers: int, cpus: int = 1) -> int:
        packer = Packer(many, PROBLEMS, workers, cpus, 600.0)
        packer.learn(first := packer.next(), seconds_a_point * len(first))
        return len(packer.next())

    assert size(1.0, 10) == 576  # 10 minutes, in whole tiles.
    assert size(1.0, 10, cpus=4) == 1984  # A tenth of the rest, which takes 8 minutes.
    assert size(0.1, 10) == 1984
    assert size(0.1, 1000) == 576  # A minute.
    assert size(1e-4, 1000) == 20_000 - 32
    assert size(100.0, 10) == 32


def test_nothing_is_packed_until_the_first_job_is_measured_unless_none_is_at_work() -> None:
    packer = Packer(POINTS, PROBLEMS, 2, 1, 600.0)
    assert len(packer.next()) == 32
    assert packer.next(is_first=False) == []
    assert len(packer.next(is_first=True)) == 32
