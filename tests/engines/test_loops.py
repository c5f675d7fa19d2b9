"""Training functions: what they switch is switched back, and how they are shared out."""

from pathlib import Path

import torch

from sweep.engines.cut import Cutter
from sweep.training.compute import compute
from tests.engines.loops import looping
from tests.problem.posed import planned


def test_a_function_leaves_folder_and_types_as_they_were() -> None:
    before = Path.cwd(), torch.get_default_dtype(), torch.get_num_threads()
    posed = planned([looping()])
    compute(posed.points, posed.problems)
    assert (Path.cwd(), torch.get_default_dtype(), torch.get_num_threads()) == before


def test_functions_are_shared_out_one_at_a_time_until_it_is_known_how_long_one_takes() -> None:
    posed = planned([looping(seed=seed) for seed in range(40)])
    cutter = Cutter(posed.points, posed.problems, workers=2)
    assert len(cutter.next()) == 1
    cutter.learn(posed.points[:1], seconds=0.5)
    assert len(cutter.next()) == 4
