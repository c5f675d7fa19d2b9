"""A training loop of a user's own: which settings a function takes, and how it is called with them."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from sweep.errors import BadInput
from sweep.models.spec import TARGET

KEY = "problem.function"

HANDED = (
    *("lr", "scale", "epochs", "seed", "dtype", "device", "batch_size"),
    *("optimizer", "momentum", "nesterov", "weight_decay", "beta1", "beta2", "eps", "alpha", "centered"),
    *("lr_decay", "initial_accumulator_value", "schedule", "warmup", "milestones", "gamma"),
)
"""Settings that a function gets where it names them, as fields of :class:`sweep.plan.point.Point` are called."""

FOLDER, READINGS = "folder", ("inputs", "targets", "held_inputs", "held_targets")
"""And what else it gets: an empty folder of its own, and the prepared readings as arrays."""

ALLOWED = "a function that yields the loss of each epoch, as my_train.train, in the current folder or installed"


def found(spec: Mapping[str, Any]) -> Callable[..., Any]:
    """What ``spec`` names, imported.

    Raises
    ------
    BadInput : there is none, or it cannot be called.
    """
    from sweep.models.importing import imported

    if TARGET not in spec:
        raise BadInput("problem=function: problem.function._target_ must be given", ALLOWED, f"add {KEY}.{TARGET}=…")
    function = imported(spec[TARGET], KEY)
    if not callable(function) or inspect.isclass(function):
        what = f"{KEY}.{TARGET}={spec[TARGET]}: of type {type(function).__name__}, which is no function"
        raise BadInput(what, ALLOWED, "name the function that trains")
    called: Callable[..., Any] = function
    return called


def taken(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """What of :data:`HANDED`, :data:`FOLDER` and :data:`READINGS` the function takes, in the order of their letters.

    Raises
    ------
    BadInput : it has arguments that it does not take, or needs others.
    """
    from sweep.models.arguments import NAMED, check

    function, own = found(spec), arguments(spec)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        what = f"{KEY}.{TARGET}={spec[TARGET]}: Python knows no arguments of it"
        raise BadInput(what, "a function written in Python", "call it from one") from None
    named = {each.name for each in parameters if each.kind in NAMED}
    names = tuple(sorted(named & {*HANDED, FOLDER, *READINGS}))
    if twice := sorted(own.keys() & {*HANDED, FOLDER, *READINGS}):
        step = f"write {twice[0]}=…, without {KEY}" if twice[0] in HANDED else "leave it out"
        raise BadInput(f"{KEY}.{twice[0]}: a function gets that by itself", "its own arguments", step)
    by_place = [each.name for each in parameters if each.kind is each.POSITIONAL_ONLY and each.default is each.empty]
    if by_place:
        what = f"{KEY}: {spec[TARGET]} takes {', '.join(by_place)} by place alone"
        raise BadInput(what, "arguments by their names", "leave the / out that stands behind them")
    check(function, spec[TARGET], (), own | dict.fromkeys(names), False, KEY)
    return names


def arguments(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Its own, by name.

    Raises
    ------
    BadInput : one is a key that says how to call.
    """
    from sweep.models.build import SPECIAL

    own = {name: value for name, value in spec.items() if name != TARGET}
    if odd := next((name for name in own if SPECIAL.fullmatch(name)), None):
        raise BadInput(f"{KEY}.{odd}: not known here", f"{TARGET}, and arguments by their names", "leave it out")
    return own


def called(spec: Mapping[str, Any], handed: Mapping[str, Any]) -> Any:
    """What the function of ``spec`` returns, given what it is ``handed`` and its own arguments."""
    from sweep.models.build import made

    return found(spec)(**handed, **made(arguments(spec), KEY))
