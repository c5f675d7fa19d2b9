"""Which problem a task poses."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sweep.data.readings import Readings
from sweep.errors import BadInput, nearest, raised
from sweep.models.facts import Facts
from sweep.models.spec import TARGET
from sweep.problem.function import Function
from sweep.problem.line import Line
from sweep.problem.linear import Linear
from sweep.problem.logistic import Logistic
from sweep.problem.network import Network
from sweep.problem.predicted import Predicted
from sweep.problem.prepared import Prepared, prepare
from sweep.problem.problem import BATCH_TILE, Problem, Setup
from sweep.problem.task import CLASSIFY, Task
from sweep.settings.schema import MODELS, OWN_KEYS, STARTS, ProblemKind, Settings, Start

KINDS: Mapping[ProblemKind, Callable[[Prepared], Problem]] = {
    ProblemKind.line: Line,
    ProblemKind.linear: Linear,
    ProblemKind.logistic: Logistic,
}

OF_MODELS = (*OWN_KEYS[:2], "problem.loss_delta", "problem.spread", "outcome.curvature")
"""Keys that problems which are no models do not use."""

OF_FUNCTIONS = (OWN_KEYS[2], "outcome.stop_diverged")
"""Keys that a training function alone uses."""


def refuse_unused(given: Iterable[str], points: Sequence[Settings]) -> None:
    """Raise :class:`BadInput` where a start cannot be as it is given, or a key is given that no problem uses.

    Parameters
    ----------
    given : the keys that a user gave.
    """
    given = list(given)
    for point in points:
        if point.start is Start.given and point.problem.kind is not ProblemKind.line:
            what = f"start=given: problem={point.problem.kind} has no keys to give one by"
            raise BadInput(what, "start=random", "leave start out, or choose problem=line")
    starts = sorted(key for key in given if key == "init" or key in STARTS)
    if starts and not any(point.start is Start.given for point in points):
        key, first = starts[0], points[0]
        how = f"problem={first.problem.kind} start={first.start}"
        raise BadInput(f"{key}: not used by {how}", "problem=line with start=given", f"leave {key} out")
    _refuse_of_models(given, points)


def _refuse_of_models(given: Sequence[str], points: Sequence[Settings]) -> None:
    kinds = dict.fromkeys(point.problem.kind for point in points)
    models = [kind for kind in kinds if kind in MODELS]
    own = [key for key in given if _is_of(key, OF_MODELS)]
    if own and not models:
        what = f"{own[0]}: not used by problem={','.join(kinds)}"
        raise BadInput(what, "problem=mlp, problem=torch", f"add problem=mlp, or leave {own[0]} out")
    own = [key for key in given if _is_of(key, OF_FUNCTIONS)]
    if own and ProblemKind.function not in kinds:
        what = f"{own[0]}: not used by problem={','.join(kinds)}"
        raise BadInput(what, "problem=function", f"add problem=function, or leave {own[0]} out")
    slopes = [key for key in ("gradient", "delta") if key in given]
    if slopes and all(kind in (*MODELS, ProblemKind.function) for kind in kinds):
        what = f"{slopes[0]}: not used by problem={','.join(kinds)}"
        why = "nothing: a model's gradient is torch's own" if models else "nothing: a function finds its own gradient"
        raise BadInput(what, why, f"leave {slopes[0]} out")
    losses = dict.fromkeys(_word(point.problem.loss) for point in points)
    if "problem.loss_delta" in given and "huber" not in losses:
        what = f"problem.loss_delta: not used by problem.loss={','.join(losses)}"
        raise BadInput(what, "problem.loss=huber", "add problem.loss=huber, or leave problem.loss_delta out")
    for point in points:
        if point.problem.kind is ProblemKind.torch and not point.problem.model.get(TARGET):
            what = "problem=torch: problem.model._target_ must be given"
            meant = nearest(TARGET, point.problem.model)
            step = f"did you mean {OWN_KEYS[0]}.{TARGET} where {OWN_KEYS[0]}.{meant} is written?"
            if meant is None:
                step = "add problem.model._target_=…; the file with it in the current folder, or installed"
            raise BadInput(what, "MODULE.CLASS of a torch.nn.Module, or a function that returns one", step)


def _is_of(key: str, keys: Sequence[str]) -> bool:
    return key.startswith(tuple(f"{each}." for each in keys)) or key in keys


def _word(loss: Any) -> str:
    return str(loss[TARGET] if isinstance(loss, dict) else loss)


def problems(
    readings: Mapping[str, Readings], tasks: Iterable[Task], facts: Mapping[Task, Facts] | None = None
) -> dict[Task, Problem]:
    """The problem of each of ``tasks``, whose readings are found by their fingerprint.

    Parameters
    ----------
    facts : of models, where they are known: then no model is imported before it trains.
    """
    found: dict[Task, Problem] = {}
    for task in dict.fromkeys(tasks):
        data = readings[task.data]
        if task.problem in MODELS:
            found[task] = Network(prepare(data, task), task, (facts or {}).get(task))
            continue
        if task.problem is ProblemKind.function:
            found[task] = Function(prepare(data, task), task)
            continue
        if task.problem in CLASSIFY and not data.classes:
            raise BadInput(
                f"problem={task.problem}: the target of {data.name} is a quantity",
                "a column of classes, as text or whole numbers",
                "choose such data, or problem=linear",
            )
        found[task] = KINDS[task.problem](prepare(data, task))
    return found


def predicted(problem: Problem, point: Setup, parameters: Sequence[float]) -> Predicted | None:
    """What a page needs of a model at the ``parameters`` that a run of it ended at; None of what is no model.

    Imports a user's model, and raises whatever it raises.
    """
    return problem.predicted(point, parameters) if isinstance(problem, Network) else None


def again(problem: Problem, trained: Mapping[str, int]) -> Problem:
    """``problem``, for points that were ``trained`` as :data:`sweep.problem.problem.TRAINED` has it.

    Raises
    ------
    BadInput : its model cannot be made, or cannot train, any more; where it raises by itself, its runs will.
    """
    if not isinstance(problem, Network):
        return problem
    try:
        _ = problem.traits
    except BadInput:
        raise
    except raised():
        return problem
    if "tile" not in trained:
        return problem
    return problem.in_tiles_of(trained["tile"], trained.get(BATCH_TILE, 1))
