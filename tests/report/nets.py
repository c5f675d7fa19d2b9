"""Points of perceptrons, and a sweep of some with what its driver keeps of their outputs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from sweep.data.readings import Floats, Readings
from sweep.models.spec import canonical
from sweep.plan.own_code import PERCEPTRON
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.choice import predicted
from sweep.problem.predicted import Predicted
from sweep.report.judged_runs import Run, judged
from sweep.settings.schema import ProblemKind, Start
from sweep.tracking.record import SweepRecord
from sweep.training.curve import Curve
from tests.conftest import point
from tests.problem.nets import output, sizes_of
from tests.report.made import record


def net(data: Readings, width: int = 4, loss: str = "mse", **changes: Any) -> Point:
    """A point of a perceptron with two hidden layers."""
    model = canonical({"width": width, "depth": 2, "activation": "tanh"})
    told: dict[str, Any] = {
        "model": model,
        "loss": canonical(loss),
        "code": PERCEPTRON,
        "start": Start.random,
        "scale": 1.0,
    }
    base = point(problem=ProblemKind.mlp, data=data.fingerprint, epochs=40, lr=0.1)
    return replace(base, **(told | changes))


def swept(*points: Point, data: Sequence[Readings]) -> SweepRecord:
    """Trained, with what is kept of every run that has an end."""
    made = record(*points, data=tuple(data))
    found: dict[str, Predicted] = {}
    for each in points:
        curve = made.results[each.key]
        assert isinstance(curve, Curve)
        if each.task in made.plan.facts and curve.final_loss == curve.final_loss:
            kept = predicted(made.plan.problem(each), each, curve.parameters)
            found |= {each.key: kept} if kept else {}
    return replace(made, predictions=found)


def outputs(made: SweepRecord, one: Point, inputs: Floats, width: int = 4) -> torch.Tensor:
    """What a perceptron with the run's final parameters makes of inputs as they were read; by plain torch."""
    prepared, curve = made.plan.problem(one).prepared, made.results[one.key]
    assert isinstance(curve, Curve)
    x = one.scale * torch.tensor((inputs - prepared.shift) / prepared.divisor)
    sizes = sizes_of(width, 2, x.shape[1])
    sizes[-1] = len(prepared.readings.classes) or 1
    return output(sizes, torch.tensor(curve.parameters, dtype=torch.float64), x)


def runs_of(made: SweepRecord) -> list[Run]:
    """Judged, with what is kept of them."""
    return judged(made.plan, made.results, None, made.predictions)


def only(made: SweepRecord, *points: Point) -> SweepRecord:
    """The sweep of some of its points."""
    readings = {each.data: made.plan.readings[each.data] for each in points}
    plan = Plan(points, readings, 0.001, problems=made.plan.problems)
    return replace(made, plan=plan)
