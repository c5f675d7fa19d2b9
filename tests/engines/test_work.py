"""What a worker does with what it is given, here in the process of the tests."""

import os
import signal

import pytest

from sweep.engines.work import Bench, Kit
from sweep.training.curve import Failure
from tests.engines import deadly
from tests.problem.posed import asked, planned


def test_a_model_that_raises_a_ctrl_c_as_it_is_made_costs_its_runs_and_no_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker ignores it, so nobody can have typed it; where somebody can, the work ends."""
    monkeypatch.setenv(deadly.DRIVER, str(os.getpid()))
    posed = planned([asked({"_target_": "tests.engines.deadly.Net"}, epochs=3)])
    kit = Kit.of(posed.problems)

    def raising(*_: object) -> None:
        raise KeyboardInterrupt("the end")

    monkeypatch.setattr(deadly.Net, "__init__", raising)
    with pytest.raises(KeyboardInterrupt):
        Bench(kit).prepare(posed.points)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        (bench := Bench(kit)).prepare(posed.points)
        (found,) = bench.results_of(posed.points)
    finally:
        signal.signal(signal.SIGINT, before)
    assert isinstance(found, Failure)
    assert (found.kind, found.message) == ("KeyboardInterrupt", "the end")
