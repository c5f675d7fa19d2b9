"""Every field of a point: points that use it, values other than theirs, and what of them changes nothing."""

import math
from dataclasses import replace

from sweep.models.function import HANDED
from sweep.models.spec import canonical
from sweep.plan.point import Point
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType, Gradient, ProblemKind, Start
from tests.conftest import point

DECLARED = Point.DECLARED

CENTRAL = point(gradient=Gradient.finite_difference, holdout="0.5")
"""A point that uses every setting but a seed for its start."""

RANDOM = replace(CENTRAL, start=Start.random)
"""A point that uses that, and no start that is given."""

MODEL = replace(RANDOM, problem=ProblemKind.mlp, model=canonical({"width": 8}), loss=canonical("huber"), spread=2.0)
"""A point that uses every setting of models."""

ADAMW = replace(
    RANDOM, optimizer=OptimizerKind.adamw, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01, batch_size=4,
    schedule=ScheduleKind.step, warmup=2, milestones="[3,9]", gamma=0.5,
)  # fmt: skip
"""A point that uses a schedule with all that one can have, and batches."""

NESTEROV = replace(RANDOM, momentum=0.9, weight_decay=0.1)
RMSPROP = replace(RANDOM, optimizer=OptimizerKind.rmsprop, alpha=0.99, eps=1e-8, momentum=0.5, weight_decay=0.1)
ADAGRAD = replace(
    RANDOM, optimizer=OptimizerKind.adagrad, eps=1e-10, lr_decay=0.1, initial_accumulator_value=0.5, weight_decay=0.1
)

ANY = replace(CENTRAL, beta1=0.9, beta2=0.999, eps=1e-8, alpha=0.99)
"""A point that has what every optimizer needs."""

OF_OPTIMIZERS = {
    "optimizer": ANY,
    **dict.fromkeys(("batch_size", "beta1", "beta2", "eps", "warmup", "milestones", "gamma", "schedule"), ADAMW),
    **dict.fromkeys(("momentum", "nesterov", "weight_decay"), NESTEROV),
    **dict.fromkeys(("alpha", "centered"), RMSPROP),
    **dict.fromkeys(("lr_decay", "initial_accumulator_value"), ADAGRAD),
}
"""By field, a point that uses it."""

FUNCTION = replace(
    ADAMW,
    problem=ProblemKind.function,
    function=canonical({"_target_": "my.train", "width": 8}),
    takes=" ".join(HANDED),
)
"""A point of a training function that names all that it may."""

OF_FUNCTIONS = ("function", "takes", "stop_diverged")
"""Fields that those alone use."""

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
    "function": [canonical({"_target_": "my.train", "width": each}) for each in (8.0, "8", 9)],
    "takes": ["lr"],
    "stop_diverged": [True],
    "code": ["mlp 2"],
    "batch_size": [5, 1],
    "optimizer": [*(each for each in OptimizerKind if each is not OptimizerKind.sgd)],
    "momentum": [0.5, math.nextafter(0.9, 1), 0.0],
    "nesterov": [True],
    "weight_decay": [0.2, 0.0],
    "beta1": [0.8, 0.0],
    "beta2": [0.99, 0.0],
    "eps": [1e-6, 0.0],
    "alpha": [0.9, 0.0],
    "centered": [True],
    "lr_decay": [0.2, 0.3],
    "initial_accumulator_value": [0.1, 0.3],
    "schedule": [ScheduleKind.exponential, ScheduleKind.cosine],
    "warmup": [0, 1],
    "milestones": ["[3]", "[3,10]"],
    "gamma": [0.1, math.nextafter(0.5, 1)],
}
"""Of each field, values other than those of :func:`base_of`."""

KEEPS_RUNS_TOGETHER = {"epochs": "a run of fewer epochs is the exact prefix of one of more, and read off it"}
"""Fields whose value changes the key but leaves runs one trajectory, and why."""

UNUSED = {
    "delta": "slopes that are no differences have no half-width",
    "seed": "nothing is random",
    "holdout_seed": "nothing is held out",
    **dict.fromkeys(OF_MODELS, "a line is no model"),
    **dict.fromkeys(OF_FUNCTIONS, "a line trains by no function"),
    **dict.fromkeys(("beta1", "beta2", "eps", "alpha"), "sgd has no such argument"),
    **dict.fromkeys(("lr_decay", "initial_accumulator_value", "centered"), "sgd has no such argument"),
    "nesterov": "without momentum there is nothing to lead",
    **dict.fromkeys(("milestones", "gamma"), "the learning rate stays"),
}
"""Fields that :data:`SEED` does not use, and why; such a value changes nothing."""

SAYS_ITSELF = {"batch_size": "0 is all samples, and no setting"}
"""Fields whose own value says whether they are used, and how."""

LEAVES_UNUSED = {"gradient": {"delta"}, "start": {"init.w", "init.b", "seed"}, "holdout": {"data.holdout_seed"}}
LEAVES_UNUSED |= {"takes": {*FUNCTION.overrides()} - {"lr", "problem", "problem.function"}}
LEAVES_UNUSED |= {"loss": {"problem.loss_delta"}, "momentum": {"optimizer.nesterov"}}
"""Of a field, the keys that a point uses, or does not, by its value."""


def base_of(name: str) -> Point:
    """A point that uses the field ``name``."""
    if name in (*OF_MODELS, *OF_FUNCTIONS):
        return MODEL if name in OF_MODELS else FUNCTION
    return OF_OPTIMIZERS.get(name, RANDOM if name == "seed" else CENTRAL)
