"""Training functions: what they switch is switched back, and how they are shared out."""

import signal
from pathlib import Path

import numpy as np
import torch

from sweep.engines.cut import Cutter
from sweep.training.compute import compute
from sweep.training.curve import Curve
from tests.engines.loops import looping
from tests.problem.posed import planned
from tests.threads import two_threads


def state() -> tuple[object, ...]:
    """Of this process, what a function may switch."""
    tiny = float(torch.tensor(1e-40) * 1e30)  # 0 where such numbers are flushed.
    torchs = torch.get_default_dtype(), torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), tiny
    return Path.cwd(), torchs, np.geterr(), signal.getsignal(signal.SIGTERM)


@two_threads()
def test_what_a_function_switches_is_as_it_was_for_the_next_one() -> None:
    before = state()
    posed = planned([looping("switch")])
    (found,) = compute(posed.points, posed.problems)
    assert isinstance(found, Curve)
    assert state() == before


def test_functions_are_shared_out_one_at_a_time_until_it_is_known_how_long_one_takes() -> None:
    posed = planned([looping(seed=seed) for seed in range(40)])
    cutter = Cutter(posed.points, posed.problems, workers=2)
    assert len(cutter.next()) == 1
    cutter.learn(posed.points[:1], seconds=0.5)
    assert len(cutter.next()) == 4
