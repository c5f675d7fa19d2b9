"""Tables of several inputs, as tests make them."""

from dataclasses import replace

import numpy as np

from sweep.data.readings import Floats, Readings
from sweep.plan.point import Point
from sweep.settings.schema import ProblemKind, Start
from tests.conftest import point


def table(samples: int, inputs: int, seed: int, offset: float = 0.0) -> Readings:
    """Inputs of various spreads, and a target that follows all of them."""
    noise = np.random.default_rng(seed)
    x = noise.normal(size=(samples, inputs)) * noise.uniform(0.2, 3, inputs) + offset
    t = x @ noise.normal(size=inputs) + noise.normal(size=samples) + 2
    return of(x, t)


def of(x: Floats, t: Floats) -> Readings:
    """Inputs of shape ``(n_samples, n_inputs)``, and targets."""
    names = tuple(f"x{number}" for number in range(x.shape[1]))
    return Readings.of_columns(x.T.tolist(), t.tolist(), name="t", source="t", input_names=names, target_name="y")


def run(data: Readings, **changes: object) -> Point:
    """A point of ``data``."""
    base = point(problem=ProblemKind.linear, start=Start.random, scale=1.0, data=data.fingerprint)
    return replace(base, **changes)  # type: ignore[arg-type]
