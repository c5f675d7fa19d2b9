"""One point as a Hydra job: what another launcher than ours calls, in this process or in one of its own.

It returns the curve and writes nothing; the sweeper, in the driver, tracks.
"""

from dataclasses import replace

from omegaconf import DictConfig

from sweep.data import sources
from sweep.plan import plan
from sweep.provenance import here
from sweep.settings import composition
from sweep.settings.keys import validate
from sweep.training.compute import compute
from sweep.training.curve import Result

composition.register()  # A worker that unpickles ``train`` imports this file before it resolves values.


def train(config: DictConfig) -> Result:
    """The curve of the point that ``config`` describes; or that its function raised."""
    one = plan.make([validate(composition.settings(config))], sources.read)
    (result,) = compute(one.points, one.problems)
    return replace(result, where=here())
