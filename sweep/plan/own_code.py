"""A model as a point has it: its arguments checked, and the code that it runs as a part of what the point is."""

from collections.abc import Iterable

from sweep.errors import BadInput
from sweep.models import spec
from sweep.problem.task import Task
from sweep.settings.schema import MODELS, Posed, ProblemKind, Settings

PERCEPTRON = "mlp 1"
"""The schema of the model that sweep ships. Raise it only when a run's numbers change although its settings do not."""


def check(posed: Posed) -> None:
    """Raise :class:`BadInput` where arguments of a model or a loss cannot be."""
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
    if posed.kind not in MODELS:
        return ""
    own = (*spec.targets(posed.model), *spec.targets(posed.loss))
    shipped = [PERCEPTRON] if posed.kind is ProblemKind.mlp else []
    if not own:
        return "".join(shipped)
    from sweep.models.code import fingerprint as of_code

    return " ".join([*shipped, of_code(own)])


def has_changed(task: Task) -> bool:
    """Whether the code that the model or the loss of ``task`` runs is not what it was when it was planned."""
    if task.problem not in MODELS:
        return False
    model, loss = spec.parsed(task.model), spec.parsed(task.loss)
    return fingerprint(Posed(task.problem, model, loss, task.loss_delta, None)) != task.code
