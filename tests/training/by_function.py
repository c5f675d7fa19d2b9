"""Points of the training functions of :mod:`tests.training.training_loops`, and what they bring."""

from dataclasses import replace
from typing import Any

from sweep.problem.choice import problems
from sweep.problem.function import Function
from sweep.settings.schema import OutcomeRule, Posed, ProblemKind, Settings
from sweep.training.curve import Curve, Failure, Result
from sweep.training.function import train
from tests.problem.posed import planned
from tests.tracking.stored import settings
from tests.training import training_loops


def asked(name: str, *, stop: bool = False, changes: dict[str, Any] | None = None, **own: Any) -> Settings:
    """A point of a training function, with arguments of its ``own``."""
    function = {"_target_": f"{training_loops.__name__}.{name}", **own}
    posed = Posed(ProblemKind.function, {}, "mse", 1.0, None, function)
    return replace(settings(), problem=posed, outcome=OutcomeRule(0.001, True, stop), **(changes or {}))


def trained(name: str, *, stop: bool = False, changes: dict[str, Any] | None = None, **own: Any) -> Result:
    """What a training function brings."""
    plan = planned([asked(name, stop=stop, changes=changes, **own)])
    (point,) = plan.points
    problem = problems(plan.readings, [point.task])[point.task]
    assert isinstance(problem, Function)
    return train(point, problem)


def curve(name: str, **more: Any) -> Curve:
    """The same, which has a curve."""
    found = trained(name, **more)
    assert isinstance(found, Curve), found
    return found


def failure(name: str, **more: Any) -> Failure:
    """The same, which fails."""
    found = trained(name, **more)
    assert isinstance(found, Failure), found
    return found
