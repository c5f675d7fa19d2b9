"""Training functions against the clock: one that ends, one that is asked for epochs, one that does neither."""

import signal
import time
from itertools import count
from typing import Any

import pytest

from sweep.cost import functions
from sweep.cost.functions import Found
from sweep.cost.timing import Clock, Stand
from sweep.models.spec import canonical
from sweep.problem.function import Function
from sweep.settings.schema import ProblemKind
from sweep.training.compute import compute
from sweep.training.curve import Curve, Failure
from tests.conftest import THERMOMETER, lines, point

(LINE,) = lines(THERMOMETER).values()


def found(
    name: str, takes: str = "", seconds: float = 2.0, points: int = 4, clock: Clock | None = None, **changes: Any
) -> Found:
    """What is found of a function of tests/cost/loops.py; a clock of our own is a second further at each look."""
    ticks = count()
    spec = canonical({"_target_": f"tests.cost.loops.{name}"})
    some = [
        point(problem=ProblemKind.function, function=spec, takes=takes, lr=1e-3 * (1 + place), **changes)
        for place in range(points)
    ]
    stand = Stand({}, compute, clock or (lambda: float(next(ticks))))
    return functions.rate(some, Function(LINE.prepared, some[0].task), stand, seconds)


def test_of_functions_that_end_each_point_takes_what_those_took_that_were_tried() -> None:
    tried = found("quick", "lr", seconds=1e6)
    assert len(tried.trained) == 4
    assert not tried.longer
    assert (tried.rate.epoch, tried.rate.row) == (0.0, 0.0)
    assert tried.rate.end > 0
    for _, result in tried.trained:
        assert isinstance(result, Curve)
        assert result.losses.tolist() == [1.0, 0.5]


def test_one_that_is_asked_for_epochs_is_ended_and_takes_as_many_times_as_long() -> None:
    tried = found("asked", "epochs folder", seconds=100.0, epochs=5000)
    ((_, result),) = tried.trained
    assert isinstance(result, Curve)
    assert 50 < len(result.losses) < 100
    assert dict(result.leavings.files) == {"left.txt": b"here"}
    assert not tried.longer
    assert tried.rate.seconds([5000], 1) == pytest.approx(5000, rel=0.1)  # A second an epoch.


def test_one_that_yields_nothing_in_that_time_is_interrupted_and_takes_longer_nobody_knows_how_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(functions, "GRACE", 0.1)
    before = signal.getsignal(signal.SIGALRM)
    tried = found("silent", seconds=0.1, points=1, clock=time.perf_counter)
    assert tried.longer
    assert isinstance(tried.trained[0][1], Failure)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_one_that_is_asked_for_none_and_does_not_end_takes_longer_too() -> None:
    tried = found("endless", seconds=100.0)
    assert tried.longer
    assert isinstance(tried.trained[0][1], Curve)
    assert tried.rate.end == pytest.approx(100, rel=0.1)


def test_one_that_raises_is_through() -> None:
    tried = found("broken", seconds=1e6)
    assert [type(result) for _, result in tried.trained] == [Failure] * 4
    assert not tried.longer
