"""Points of models as tests pose them, on the thermometer's readings, and what comes of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sweep.data import sources
from sweep.plan import plan
from sweep.settings.schema import DType, Posed, ProblemKind, Settings, Start
from sweep.training.curve import Curve, Result
from sweep.training.execute import execute
from sweep.training.in_process import in_process
from tests.problem import any_modules, bad_modules, curved_modules
from tests.tracking.stored import settings

EPOCHS, RATES = 50, (2e-4, 5e-4, 1e-3)


def spec(name: str, **arguments: Any) -> dict[str, Any]:
    """A model of ``any_modules``, ``bad_modules`` or ``curved_modules`` with its arguments."""
    place = next(each for each in (any_modules, bad_modules, curved_modules) if hasattr(each, name))
    return {"_target_": f"{place.__name__}.{name}", **arguments}


def asked(
    model: dict[str, Any], *, lr: float = RATES[0], seed: int = 0, curvature: bool = False, **changes: Any
) -> Settings:
    """A point of ``model``, on standardised inputs, in float64."""
    base = settings(lr=lr, scale=1.0, epochs=changes.pop("epochs", EPOCHS))
    posed = Posed(ProblemKind.torch, model, changes.pop("loss", "mse"), 1.0, None, {})
    own = {"dtype": DType.float64, "start": Start.random, "seed": seed, "problem": posed, **changes}
    own |= {"outcome": replace(base.outcome, curvature=curvature)}
    return replace(base, data=replace(base.data, standardize=True), **own)


def planned(points: Sequence[Settings]) -> plan.Plan:
    return plan.make(points, sources.reader())


def trained(points: Sequence[Settings]) -> list[Result]:
    posed = planned(points)
    return [result for chunk in execute(posed.points, posed.problems, in_process) for _, result in chunk]


def curves(points: Sequence[Settings]) -> list[Curve]:
    found = trained(points)
    assert all(isinstance(each, Curve) for each in found), found
    return [each for each in found if isinstance(each, Curve)]
