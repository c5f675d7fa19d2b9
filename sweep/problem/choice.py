"""Which problem a task poses."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sweep.data.readings import Readings
from sweep.errors import BadInput
from sweep.models.facts import Facts
from sweep.models.spec import TARGET
from sweep.problem.line import Line
from sweep.problem.linear import Linear
from sweep.problem.logistic import Logistic
from sweep.problem.network import Network
from sweep.problem.prepared import Prepared, prepare
from sweep.problem.problem import Problem
from sweep.problem.task import CLASSIFY, Task
from sweep.settings.schema import MODELS, OWN_KEYS, STARTS, ProblemKind, Settings, Start, is_argument

KINDS: Mapping[ProblemKind, Callable[[Prepared], Problem]] = {
    ProblemKind.line: Line,
    ProblemKind.linear: Linear,
    ProblemKind.logistic: Logistic,
}


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
    models, others = [kind for kind in kinds if kind in MODELS], [kind for kind in kinds if kind not in MODELS]
    own = [key for key in given if is_argument(key) or key in (*OWN_KEYS, "problem.loss_delta", "problem.spread")]
    if own and not models:
        what = f"{own[0]}: not used by problem={','.join(kinds)}"
        raise BadInput(what, "problem=mlp, problem=torch", f"add problem=mlp, or leave {own[0]} out")
    if "gradient" in given and models and not others:
        what = f"gradient: not used by problem={','.join(models)}"
        raise BadInput(what, "a model's gradient is torch's own", "leave gradient out")
    if "problem.loss_delta" in given and all(point.problem.loss != "huber" for point in points):
        raise BadInput("problem.loss_delta: not used by another loss", "problem.loss=huber", "leave it out")
    for point in points:
        if point.problem.kind is ProblemKind.torch and not point.problem.model.get(TARGET):
            what = "problem=torch: problem.model._target_ must be given"
            step = "add problem.model._target_=…; the file with it in the current folder, or installed"
            raise BadInput(what, "MODULE.CLASS of a torch.nn.Module, or a function that returns one", step)


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
        if task.problem in CLASSIFY and not data.classes:
            raise BadInput(
                f"problem={task.problem}: the target of {data.name} is a quantity",
                "a column of classes, as text or whole numbers",
                "choose such data, or problem=linear",
            )
        found[task] = KINDS[task.problem](prepare(data, task))
    return found
