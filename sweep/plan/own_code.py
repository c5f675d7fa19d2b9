"""A model or a training function as a point has it: arguments checked, and the code that it runs as a part of it."""

from collections.abc import Iterable

from sweep.errors import BadInput
from sweep.models import spec
from sweep.problem.task import Task
from sweep.settings.schema import MODELS, Posed, ProblemKind, Settings

PERCEPTRON = "mlp 1"
"""The schema of the model that sweep ships. Raise it only when a run's numbers change although its settings do not."""


def check(posed: Posed) -> None:
    """Raise :class:`BadInput` where arguments of a model or a loss cannot be."""
    if posed.kind is ProblemKind.function:
        spec.check("problem.function", posed.function)
    if posed.kind not in MODELS:
        return
    spec.check("problem.model", posed.model)
    spec.check("problem.loss", posed.loss)
    if posed.kind is ProblemKind.mlp:
        from sweep.models import mlp

        mlp.check(posed.model)


def check_unchanged(settings: Iterable[Settings], known: Iterable[str]) -> None:
    """Raise :class:`BadInput` where a user's code is not any more what ``known`` fingerprints were taken of."""
    distinct = {f"{each.problem}": each.problem for each in settings}.values()
    if any(fingerprint(each) != before for each, before in zip(distinct, known, strict=True)):
        raise BadInput("the code of a model was edited meanwhile", "code that stays as it is", "run the command again")


def fingerprint(posed: Posed) -> str:
    """That of a user's own code; of what sweep ships, its schema; nothing of a problem that is no model."""
    if posed.kind not in (*MODELS, ProblemKind.function):
        return ""
    said = [posed.function] if posed.kind is ProblemKind.function else [posed.model, posed.loss]
    own = spec.targets(said)
    shipped = [PERCEPTRON] if posed.kind is ProblemKind.mlp else []
    if not own:
        return "".join(shipped)
    from sweep.models.code import fingerprint as of_code

    return " ".join([*shipped, of_code(own)])


def taken(posed: Posed) -> str:
    """The names of what a training function takes, as a point has them; nothing of other problems.

    Raises
    ------
    BadInput : there is no such function, or it needs what it is not given.
    """
    if posed.kind is not ProblemKind.function:
        return ""
    from sweep.models import function

    return " ".join(function.taken(posed.function))


def has_changed(task: Task) -> bool:
    """Whether the code that ``task`` runs is not what it was when it was planned."""
    if task.problem not in (*MODELS, ProblemKind.function):
        return False
    model, loss = spec.parsed(task.model), spec.parsed(task.loss)
    return fingerprint(Posed(task.problem, model, loss, task.loss_delta, None, model)) != task.code
