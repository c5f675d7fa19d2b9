"""The loss axis of the saved view suits the runs that fall, where others rise."""

import math

import numpy as np

from sweep.tracking.view_axes import loss_range
from sweep.training.curve import Curve, Failure, Result


def curve(*losses: float, final: float) -> Curve:
    return Curve(np.array(losses, np.float64), (0.0, 0.0), final, False)


def test_the_loss_axis_holds_the_curves_that_fall_and_a_decade_of_those_that_rise() -> None:
    falling = [curve(100.0, 10.0, final=1.0), curve(50.0, 60.0, final=5.0)]
    rising: list[Result] = [
        curve(1e3, 1e9, final=math.inf),
        curve(1e-9, math.nan, final=math.nan),
        Failure("ValueError", "broke"),
    ]
    rising.append(curve(10.0, math.inf, final=1.0))
    assert loss_range([*falling, *rising]) == {"yMin": -0.15, "yMax": 3.0}
    assert loss_range([*falling, curve(20.0, 1.0, final=0.0), *rising]) == {"yMin": -0.15, "yMax": 3.0}
    assert loss_range(rising) == {}
    assert loss_range(falling) == {}
    assert loss_range([curve(0.0, 0.0, final=0.0), *rising]) == {}


def test_of_training_functions_whose_curves_are_their_last_loss_alone_that_counts() -> None:
    named = Curve(np.zeros(0), (), 1.0, False, {"accuracy": np.ones(1)}, {"best": 1.0})
    assert loss_range([named, curve(1.0, 2.0, final=3.0)]) == {"yMin": -0.05, "yMax": 1.0}
