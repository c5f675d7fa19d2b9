"""A model as a point has it: its arguments checked, and the code that it runs as a part of what the point is."""

from sweep.models import spec
from sweep.settings.schema import MODELS, Posed, ProblemKind

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


def fingerprint(posed: Posed) -> str:
    """That of a user's own code; of what sweep ships, its schema; nothing of a problem that is no model."""
    if posed.kind not in MODELS:
        return ""
    own = (*spec.targets(posed.model), *spec.targets(posed.loss))
    shipped = [PERCEPTRON] if posed.kind is ProblemKind.mlp else []
    if not own:
        return "".join(shipped)
    from sweep.models import code

    return " ".join([*shipped, code.fingerprint(own)])
