"""Data with classes, as tests make it."""

from dataclasses import replace

import numpy as np
import torch

from sweep.data.readings import Floats, Readings
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.logistic import Logistic
from sweep.settings.schema import ProblemKind, Start
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from tests.conftest import point


def of(x: Floats, y: Floats) -> Readings:
    """Inputs of shape ``(n_samples, n_inputs)``, and the number of each sample's class."""
    names = tuple(f"x{number}" for number in range(x.shape[1]))
    classes = tuple("abcdefghij"[: int(max(y)) + 1])
    told = {"name": "c", "source": "c", "input_names": names, "target_name": "kind", "classes": classes}
    return Readings.of_columns(x.T.tolist(), y.tolist(), **told)


def table(samples: int, inputs: int, classes: int, seed: int, offset: float = 0.0) -> Readings:
    """Classes that overlap, so that an optimum exists; each has a sample."""
    noise = np.random.default_rng(seed)
    x = noise.normal(size=(samples, inputs))
    y = (x @ noise.normal(size=(inputs, classes)) + 2 * noise.gumbel(size=(samples, classes))).argmax(axis=1)
    y[:classes] = np.arange(classes)
    return of(x + offset, y)


def run(data: Readings, **changes: object) -> Point:
    """A point of ``data``."""
    base = point(problem=ProblemKind.logistic, start=Start.random, scale=1.0, data=data.fingerprint)
    return replace(base, **changes)  # type: ignore[arg-type]


def logistic(data: Readings, **changes: object) -> Logistic:
    """The problem that ``data`` poses."""
    (found,) = problems({data.fingerprint: data}, [run(data, **changes).task]).values()
    assert isinstance(found, Logistic)
    return found


def trained(data: Readings, *points: Point) -> list[Curve]:
    """A curve of each point."""
    return in_process(points, problems({data.fingerprint: data}, [each.task for each in points]))


def loss_in_torch(data: Readings, theta: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
    """Cross-entropy as torch has it, of the parameters in our order."""
    x, y = torch.tensor(scale * data.inputs), torch.tensor(data.targets)
    if len(data.classes) == 2:
        return torch.nn.functional.binary_cross_entropy_with_logits(x @ theta[:-1] + theta[-1], y)
    free = len(data.classes)
    logits = x @ theta[:-free].view(free, -1).T + theta[-free:]
    return torch.nn.functional.cross_entropy(logits, y.long())
