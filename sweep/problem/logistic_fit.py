"""What a logistic regression of two classes looks like among its readings, in the units of the inputs."""

import math

import numpy as np

from sweep.data.readings import Floats
from sweep.problem.cross_entropy import CrossEntropy, as_weights
from sweep.problem.fit import HELD_OUT, Fit, Fitted, Relation, Role
from sweep.problem.prepared import Prepared

POINTS = 100
"""Places along that a picture needs of the curve of a probability."""


def fit_of_two(prepared: Prepared, fitted: Fitted | None, best: Floats | None) -> Fit | None:
    """The classes of samples against the input, or of several inputs against the run's logit; None of nothing to show.

    Parameters
    ----------
    fitted : where a run ended; None of no run.
    best : the optimum's weights at scale 1, shape ``(1, d + 1)``; None where there is none.
    """
    relations, one = list[Relation](), prepared.inputs.shape[1] == 1
    if fitted:
        weights = as_weights(fitted.parameters, 1) * np.append(np.full(prepared.inputs.shape[1], fitted.scale), 1.0)
        relations.append(_relation(prepared, Role.RUN, "best run", fitted.setting, weights))
    if best is not None:
        relations.append(_relation(prepared, Role.BEST, "least loss", "the best there is", best))
    if not relations:
        return None
    readings, out, kind = prepared.readings, prepared.held, prepared.readings.classes[1]
    *weights, intercept = relations[0].numbers[: prepared.inputs.shape[1] + 1]
    whose = "the best run" if fitted else "the best there is"
    along = readings.inputs[:, 0] if one else readings.inputs @ np.array(weights) + intercept
    if not one:
        relations = [Relation(each.role, each.kind, each.description, each.numbers, None) for each in relations]
        relations.append(Relation(Role.KNOWN, f"probability of {kind}", "1/(1 + e⁻ˡ), l the logit", (), probability))
    *inputs, target = readings.axes
    return Fit(
        f"{target} against {inputs[0] if one else f'the logit by {whose}'}",
        f"the probability of {kind}",
        (along[~out].tolist(), readings.targets[~out].tolist()),
        (along[out].tolist(), readings.targets[out].tolist()),
        (inputs[0] if one else f"logit by {whose}", f"{target}: probability of {kind}"),
        "coefficients",
        f"logit of {kind} = Σ coefficient · input + intercept, with scaling undone",
        (*inputs, "intercept", "cross-entropy", *[HELD_OUT] * bool(out.any())),
        relations,
        points=POINTS,
    )


def probability(logit: float) -> float:
    """Of the second class."""
    return (1 + math.tanh(logit / 2)) / 2


def _relation(prepared: Prepared, role: Role, kind: str, description: str, weights: Floats) -> Relation:
    """Of weights over prepared inputs at scale 1, shape ``(1, d + 1)``."""
    losses = []
    for inputs, targets in ((prepared.inputs, prepared.targets), (prepared.held_inputs, prepared.held_targets)):
        if len(targets):
            model = CrossEntropy(np.column_stack([inputs, np.ones(len(inputs))]), targets.astype(np.intp), 2)
            losses.append(model.loss(weights))
    own = weights[0, :-1] / prepared.divisor
    intercept = float(weights[0, -1] - own @ prepared.shift)
    numbers = (*own.tolist(), intercept, *losses)
    return Relation(role, kind, description, numbers, lambda u: probability(float(own[0]) * u + intercept))
