"""Chunks: of whole tiles, sized by time; and what is tried again of one that is lost. No process is started."""

from collections import deque
from collections.abc import Sequence

from sweep.engines import order
from sweep.engines.answer import Answer, Chunk, Done, Lost
from sweep.engines.cut import Cutter
from sweep.engines.pool import IN_FLIGHT, Tally, pooled, tried_again
from sweep.problem import by_tile
from sweep.training.curve import Curve, Failure
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER, lines, point

PROBLEMS = lines(THERMOMETER)
POINTS = [point(lr=1e-6 * (1 + place), epochs=2) for place in range(3000)]


def cuts(cutter: Cutter, seconds_a_point: float) -> list[int]:
    """How many points each chunk has, each taking its time."""
    found = []
    while chunk := cutter.next():
        found.append(len(chunk))
        cutter.learn(chunk, seconds_a_point * len(chunk))
    return found


def test_a_tile_comes_first_then_whole_tiles_that_take_their_time_and_no_more_than_a_share() -> None:
    assert order.TILE == by_tile.TILE
    quick = cuts(Cutter(POINTS, PROBLEMS, 2, seconds=2.0), 0.004)
    assert (quick[0], quick[1]) == (32, 480)  # 500 points take 2 s; whole tiles of these.
    assert max(quick) == 480
    assert sum(quick) == len(POINTS)
    assert all(size % 32 == 0 for size in quick[:-1])
    shared = cuts(Cutter(POINTS, PROBLEMS, 2, seconds=2.0), 1e-6)
    assert shared[:3] == [32, 1472, 736]  # Half of what is left, and half of that.
    slow = cuts(Cutter(POINTS, PROBLEMS, 2, seconds=2.0), 60.0)
    assert set(slow[:-1]) == {32}


def test_the_size_of_chunks_is_told_once_it_is_known_where_each_worker_has_more_than_one_to_come() -> None:
    cutter = Cutter(POINTS, PROBLEMS, 2, seconds=2.0)
    chunk = cutter.next()
    assert cutter.told == ""
    cutter.learn(chunk, 0.128)
    assert cutter.told == "Workers: 2; points a chunk: 480, about 1.9 s; left: 2,968."
    cutter.learn(cutter.next(), 0.01)
    assert "points a chunk: 480" in cutter.told
    slow = Cutter(POINTS, PROBLEMS, 2, seconds=2.0)
    slow.learn(slow.next(), 100.0)
    assert slow.told == "Workers: 2; points a chunk: 32, about 100.0 s; left: 2,968."
    for tiny in (Cutter(POINTS, PROBLEMS, 2), Cutter(POINTS[:64], PROBLEMS, 2), Cutter(POINTS[:20], PROBLEMS, 2)):
        tiny.learn(tiny.next(), 0.001)
        assert tiny.told == ""


def test_one_slow_chunk_is_no_rule() -> None:
    cutter = Cutter(POINTS, PROBLEMS, 1, seconds=2.0)
    first = cutter.next()
    cutter.learn(first, 0.1)
    assert len(cutter.next()) == 640
    cutter.learn(first, 100.0)
    assert len(cutter.next()) == 320


LOST = Lost("WorkerDied", "it died", again=True)
LATE = Lost("TimeLimit", "it took long", again=False)


def sizes(chunks: Sequence[Chunk]) -> list[tuple[int, int]]:
    return [(len(each.points), each.tries) for each in chunks]


def test_what_is_lost_is_tried_once_more_then_by_halves_and_a_point_alone_twice() -> None:
    assert sizes(tried_again(Chunk(POINTS[:5]), LOST)) == [(5, 1)]
    assert sizes(tried_again(Chunk(POINTS[:5], 1), LOST)) == [(2, 1), (3, 1)]
    assert sizes(tried_again(Chunk(POINTS[:3], 1), LOST)) == [(1, 0), (2, 1)]
    assert sizes(tried_again(Chunk(POINTS[:1]), LOST)) == [(1, 1)]
    assert sizes(tried_again(Chunk(POINTS[:1], 1), LOST)) == []
    assert sizes(tried_again(Chunk(POINTS[:5]), LATE)) == [(2, 1), (3, 1)]
    assert sizes(tried_again(Chunk(POINTS[:1]), LATE)) == []


class Unlucky:
    """A crew of one that loses each chunk which has one of ``fatal`` in it, and counts what it has at a time."""

    size = 1

    def __init__(self, fatal: set[str]) -> None:
        self.fatal, self.most = fatal, 0
        self.given: deque[Chunk] = deque()

    def give(self, chunk: Chunk) -> None:
        self.given.append(chunk)
        self.most = max(self.most, len(self.given))

    def answer(self) -> tuple[Chunk, Answer]:
        chunk = self.given.popleft()
        if self.fatal & {each.key for each in chunk.points}:
            return chunk, LOST
        return chunk, Done(list(in_process(chunk.points, PROBLEMS)), 0.01)


def test_of_many_points_the_fatal_ones_fail_and_all_others_are_done() -> None:
    points = POINTS[:200]
    crew, tally = Unlucky({points[place].key for place in (0, 77, 199)}), Tally()
    pairs = [pair for chunk in pooled(crew, Cutter(points, PROBLEMS, 1), tally) for pair in chunk]
    found = {each.key: result for each, result in pairs}
    assert len(pairs) == len(found) == 200
    failed = {key for key, result in found.items() if isinstance(result, Failure)}
    assert failed == crew.fatal
    assert sum(isinstance(result, Curve) for result in found.values()) == 197
    assert crew.most <= IN_FLIGHT
    assert tally.points == 200
