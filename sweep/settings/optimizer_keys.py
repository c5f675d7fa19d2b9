"""The keys of optimizers, schedules and batches: meanings, ranges, and which of them go together."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sweep.errors import BadInput, nearest
from sweep.settings.key import Key
from sweep.settings.optimizers import ARGUMENTS, SCHEDULED, OptimizerKind, ScheduleKind
from sweep.settings.schema import Settings, rounded_to

BELOW_1 = "a number from 0 to below 1, also once rounded to dtype"
NOT_NEGATIVE = "a finite number >= 0"


def _if_given(check: Callable[[Any, Settings], bool]) -> Callable[[Any, Settings], bool]:
    """None is what an optimizer without the argument has."""
    return lambda value, settings: value is None or check(value, settings)


def _below_1(value: float, settings: Settings) -> bool:
    return 0 <= value < 1 and rounded_to(value, settings.dtype) < 1


def _not_negative(value: float, settings: Settings) -> bool:
    return 0 <= value < math.inf and rounded_to(value, settings.dtype) < math.inf


def milestones(value: Any) -> tuple[int, ...] | None:
    """Epochs that a user gives as a list; None where it is no list of whole numbers."""
    if isinstance(value, str):  # As tables and files show it.
        words = value.strip().removeprefix("[").removesuffix("]").split(",")
        value = [int(word) if word.strip().isdecimal() else None for word in words]
    if not isinstance(value, Sequence) or any(type(each) is not int for each in value):
        return None
    return tuple(value)


def milestones_as_typed(value: Any) -> str:
    """The one way to write them; nothing where none are given."""
    found = milestones(value) if value else None
    return f"[{','.join(map(str, found))}]" if found else ""


def _are_in_order(value: Any, settings: Settings) -> bool:
    found = milestones(value)
    return found is not None and [0, *found] == sorted({0, *found}) and bool(found)


_decay = Key("pull of every update towards 0", NOT_NEGATIVE, _if_given(_not_negative))
_below = _if_given(_below_1)

OPTIMIZER_KEYS: Mapping[str, Key] = {
    "batch_size": Key(
        "readings an update, shuffled each epoch by seed",
        "null: all of them, in one update; or a whole number from 1 to how many train",
        lambda value, _: value is None or value >= 1,
    ),
    "optimizer": Key("how an update moves parameters", f"one of the group: {', '.join(OptimizerKind)}"),
    "optimizer.kind": Key("set by the group", ", ".join(OptimizerKind)),
    "optimizer.momentum": Key("optimizer=sgd, rmsprop: part of the last step that goes on", BELOW_1, _below),
    "optimizer.nesterov": Key("optimizer=sgd: take the slope where momentum leads", "true, false"),
    "optimizer.weight_decay": _decay,
    "optimizer.beta1": Key("optimizer=adam, adamw: what stays of the mean slope", BELOW_1, _below),
    "optimizer.beta2": Key("optimizer=adam, adamw: what stays of the mean squared slope", BELOW_1, _below),
    "optimizer.eps": Key(
        "optimizer=adam, adamw, rmsprop, adagrad: added to the size of a slope", NOT_NEGATIVE, _if_given(_not_negative)
    ),
    "optimizer.alpha": Key("optimizer=rmsprop: what stays of the mean squared slope", BELOW_1, _below),
    "optimizer.centered": Key("optimizer=rmsprop: size of a slope about its mean", "true, false"),
    "optimizer.lr_decay": Key(
        "optimizer=adagrad: lr of update k is lr / (1 + (k - 1) * lr_decay)", NOT_NEGATIVE, _if_given(_not_negative)
    ),
    "optimizer.initial_accumulator_value": Key(
        "optimizer=adagrad: squared slopes to start from", NOT_NEGATIVE, _if_given(_not_negative)
    ),
    "schedule": Key("how lr moves from epoch to epoch", f"one of the group: {', '.join(ScheduleKind)}"),
    "schedule.kind": Key("set by the group", ", ".join(ScheduleKind)),
    "schedule.warmup": Key(
        "epochs in which lr rises to what it is, before the schedule",
        "a whole number from 0 to epochs",
        lambda value, _: value >= 0,
    ),
    "schedule.milestones": Key(
        "schedule=step: epochs at which lr is multiplied by gamma",
        "a list of whole numbers > 0 in ascending order, as [30,60]",
        _if_given(_are_in_order),
    ),
    "schedule.gamma": Key(
        "schedule=step, exponential: what lr is multiplied by",
        "a finite number > 0",
        _if_given(lambda value, _: 0 < value < math.inf),
    ),
}

OF_GROUP: Mapping[str, Mapping[Any, Sequence[str]]] = {"optimizer": ARGUMENTS, "schedule": SCHEDULED}


def refuse_foreign(given: Iterable[str], points: Sequence[Settings]) -> None:
    """Raise :class:`BadInput` where a point has arguments that its optimizer or schedule has not, or lacks one.

    Parameters
    ----------
    given : the keys that a user gave.
    """
    given = {*given}
    seen = set()
    kinds = {group: [*dict.fromkeys(getattr(point, group).kind for point in points)] for group in OF_GROUP}
    for point in points:
        for group in OF_GROUP:
            posed = getattr(point, group)
            if (said := str(posed)) not in seen:
                seen.add(said)
                _refuse_foreign(group, posed.kind, kinds[group], vars(posed))
        _refuse_epochs(point)
    for group, arguments in OF_GROUP.items():
        known = {f"{group}.{name}" for kind in kinds[group] for name in arguments[kind]}
        foreign = sorted(
            key for key in given if key in OPTIMIZER_KEYS and key.startswith(f"{group}.") and key not in known
        )
        if foreign:
            name = foreign[0].partition(".")[2]
            _refuse(group, kinds[group], kinds[group], name)


def _refuse_foreign(group: str, kind: str, kinds: Sequence[str], values: Mapping[str, Any]) -> None:
    own = OF_GROUP[group][kind]
    for name, value in values.items():
        if name != "kind" and value is not None and name not in own and (name, value) != ("warmup", 0):
            _refuse(group, [kind], kinds, name)
    for name in own:
        if values[name] is None:
            raise BadInput(
                f"{group}={kind}: {group}.{name} must be given",
                OPTIMIZER_KEYS[f"{group}.{name}"].allowed,
                f"add {group}.{name}=…",
            )


def _refuse(group: str, without: Sequence[str], kinds: Sequence[str], name: str) -> None:
    """Refuse an argument that the kinds ``without`` do not have, of all ``kinds`` that a sweep has."""
    arguments = OF_GROUP[group]
    having = [str(kind) for kind, names in arguments.items() if name in names]
    own = sorted({own for kind in without for own in arguments[kind]})
    if {*having} & {*kinds}:
        step = "give each its own in a grid file, as pairs (see conf/grid/paired.yaml)"
    else:
        near = nearest(name, own)
        step = f"did you mean {group}.{near}?" if near else f"choose {group}={' or '.join(having)}, or leave it out"
    what = f"{group}.{name}: no such key of {group}={','.join(without)}"
    raise BadInput(what, ", ".join(f"{group}.{each}" for each in own), step)


def _refuse_epochs(point: Settings) -> None:
    """Refuse what does not fit the length of the run."""
    warmup, found = point.schedule.warmup, milestones(point.schedule.milestones or ())
    if warmup > point.epochs:
        what = f"schedule.warmup={warmup}: longer than the run, epochs={point.epochs}"
        raise BadInput(what, "a whole number from 0 to epochs", "shorten it, or give more epochs")
    if found and found[0] <= warmup:
        what = f"schedule.milestones={milestones_as_typed(found)}: the first is within the warm-up of {warmup} epochs"
        raise BadInput(what, "epochs after the warm-up", "give later ones, or a shorter warm-up")
