"""One point as a Hydra job: what another launcher than ours calls, in this process or in one of its own.

It returns the curve and writes nothing; the sweeper, in the driver, tracks.
"""

from omegaconf import DictConfig

from sweep import composed, data, engine, plan
from sweep.curve import Curve
from sweep.keys import validate

composed.register()  # A worker that unpickles ``train`` imports this file before it composes.


def train(config: DictConfig) -> Curve:
    """The curve of the point that ``config`` describes."""
    one = plan.make([validate(composed.settings(config))], data.read)
    (curve,) = engine.in_process(one.points, one.readings)
    return curve
