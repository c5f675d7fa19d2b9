"""Every field of a point: points that use it, values other than theirs, and what of them changes nothing."""

import math
from dataclasses import replace

from sweep.models.spec import canonical
from sweep.plan.point import Point
from sweep.settings.schema import DType, Gradient, ProblemKind, Start
from tests.conftest import point

DECLARED = Point.DECLARED

CENTRAL = point(gradient=Gradient.finite_difference, holdout="0.5")
"""A point that uses every setting but a seed for its start."""

RANDOM = replace(CENTRAL, start=Start.random)
"""A point that uses that, and no start that is given."""

MODEL = replace(RANDOM, problem=ProblemKind.mlp, model=canonical({"width": 8}), loss=canonical("huber"), spread=2.0)
"""A point that uses every setting of models."""

OF_MODELS = ("model", "loss", "loss_delta", "spread", "curvature", "code")
"""Fields that those alone use."""

CHANGED: dict[str, list[object]] = {
    "lr": [0.02, math.nextafter(0.01, 1)],
    "scale": [0.2, math.nextafter(0.1, 1)],
    "epochs": [4999],
    "problem": [ProblemKind.linear],
    "start": [Start.random],
    "seed": [1, 2**32 - 1],
    "init": [(2.0, 0.0), (1.0, 1e-9)],
    "gradient": [Gradient.analytic, Gradient.autograd],
    "delta": [0.5, math.nextafter(0.1, 1)],
    "dtype": [DType.float64],
    "device": ["cuda", "cuda:1"],
    "data": ["0" * 32],
    "center": [True],
    "standardize": [True],
    "holdout": ["0.2", "last:0.2"],
    "holdout_seed": [1],
    "model": [
        *(canonical({"width": each}) for each in (8.0, "8", True, None, [8], {"of": 8})),
        *(canonical(each) for each in ({"widths": 8}, {"width": 8, "depth": 1}, {"_target_": "my.Net", "width": 8})),
    ],
    "loss": [canonical("l1"), canonical({"_target_": "my.loss"}), canonical({"_target_": "my.loss", "part": 0.5})],
    "loss_delta": [2.0, math.nextafter(1.0, 2)],
    "spread": [1.0, math.nextafter(2.0, 3)],
    "curvature": [False],
    "code": ["mlp 2"],
}
"""Of each field, values other than those of :func:`base_of`."""

KEEPS_RUNS_TOGETHER = {"epochs": "a run of fewer epochs is the exact prefix of one of more, and read off it"}
"""Fields whose value changes the key but leaves runs one trajectory, and why."""

UNUSED = {
    "delta": "slopes that are no differences have no half-width",
    "seed": "nothing is random",
    "holdout_seed": "nothing is held out",
    **dict.fromkeys(OF_MODELS, "a line is no model"),
}
"""Fields that :data:`SEED` does not use, and why; such a value changes nothing."""

LEAVES_UNUSED = {"gradient": {"delta"}, "start": {"init.w", "init.b", "seed"}, "holdout": {"data.holdout_seed"}}
LEAVES_UNUSED |= {"loss": {"problem.loss_delta"}}
"""Of a field, the keys that a point uses, or does not, by its value."""


def base_of(name: str) -> Point:
    """A point that uses the field ``name``."""
    return MODEL if name in OF_MODELS else RANDOM if name == "seed" else CENTRAL
