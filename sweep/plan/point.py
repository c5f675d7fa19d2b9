"""What a point is, declared once.

A further setting that can change a run's numbers is a further field of :class:`Point`. Its key, its columns in tables
and files, its row in ``plan.json``, the override that a foreign launcher gets, and which runs share a tensor or a
trajectory all follow from what its declaration says; ``tests/plan/test_point.py`` walks the declarations.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from sweep.models.spec import canonical
from sweep.plan import usage
from sweep.plan.declaration import Declared, Sharing, read_declarations
from sweep.plan.derived import Derived
from sweep.plan.shown import Value as Value
from sweep.plan.shown import shown
from sweep.settings import by_key
from sweep.settings.holdout import canonical as holdout_as_typed
from sweep.settings.optimizer_keys import milestones, milestones_as_typed
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import MODELS, STARTS, DType, Gradient, ProblemKind, Settings, Start

KEY_SCHEMA = 1
"""Part of every key. Raise it only when a run's numbers change although its settings do not."""


UNTOLD = -1.0
"""What a number is that no optimizer or schedule of a point has: it can be none."""


def _as_list(text: str) -> list[int]:
    return [*(milestones(text) or ())]


def _argument(key: str, before: Any = 0.0, **more: Any) -> Declared:
    """Of an optimizer or a schedule: rows of a tensor may differ in it."""
    return Declared((key,), Sharing.TENSOR, usage.takes(key), before=before, **more)


def _device_type(device: str) -> str:
    return device.partition(":")[0]


@dataclass(frozen=True)
class Point(Derived):
    """One assignment of every setting that can change a run's numbers; ``data`` is the fingerprint of the readings."""

    DECLARED: ClassVar[Mapping[str, Declared]]
    """By the name of a field, what it says of itself."""

    lr: Annotated[float, Declared(("lr",), sharing=Sharing.TENSOR)]
    scale: Annotated[float, Declared(("scale",), sharing=Sharing.TENSOR)]
    epochs: Annotated[int, Declared(("epochs",), sharing=Sharing.TRAJECTORY)]
    problem: Annotated[ProblemKind, Declared(("problem",), told_by=str, before="line")]
    start: Annotated[Start, Declared(("start",), sharing=Sharing.TENSOR, told_by=str, before="given")]
    seed: Annotated[int, Declared(("seed",), sharing=Sharing.TENSOR, used_if=usage.draws, before=0)]
    init: Annotated[tuple[float, ...], Declared(STARTS, sharing=Sharing.TENSOR, used_if=usage.starts_at_init)]
    gradient: Annotated[Gradient, Declared(("gradient",), used_if=usage.has_several_slopes, told_by=str)]
    delta: Annotated[float, Declared(("delta",), used_if=usage.takes_differences, null_in_key=True)]
    dtype: Annotated[DType, Declared(("dtype",), told_by=str)]
    device: Annotated[str, Declared(("device",), told_by=_device_type)]
    data: Annotated[str, Declared(("data",))]
    center: Annotated[bool, Declared(("data.center",), before=False)]
    standardize: Annotated[bool, Declared(("data.standardize",), before=False)]
    holdout: Annotated[str, Declared(("data.holdout",), told_by=holdout_as_typed, before="0")]
    holdout_seed: Annotated[int, Declared(("data.holdout_seed",), used_if=usage.draws_holdout, before=0)]
    model: Annotated[str, Declared(("problem.model",), used_if=usage.is_model, before="{}", is_spec=True)]
    loss: Annotated[str, Declared(("problem.loss",), used_if=usage.is_model, before=canonical("mse"), is_spec=True)]
    loss_delta: Annotated[float, Declared(("problem.loss_delta",), used_if=usage.is_huber, before=1.0)]
    spread: Annotated[float, Declared(("problem.spread",), used_if=usage.has_spread, before=0.0)]
    curvature: Annotated[bool, Declared(("outcome.curvature",), used_if=usage.is_model, before=True)]
    function: Annotated[str, Declared(("problem.function",), used_if=usage.is_function, before="{}", is_spec=True)]
    takes: Annotated[str, Declared(("takes",), used_if=usage.is_function, before="")]
    stop_diverged: Annotated[bool, Declared(("outcome.stop_diverged",), used_if=usage.is_function, before=False)]
    code: Annotated[str, Declared(("code",), used_if=usage.runs_own_code, before="")]
    batch_size: Annotated[int, Declared(("batch_size",), used_if=usage.is_sampled, before=0, optional=True)]
    optimizer: Annotated[OptimizerKind, Declared(("optimizer",), told_by=str, before="sgd")]
    momentum: Annotated[float, _argument("optimizer.momentum", apart_at=0.0)]
    nesterov: Annotated[bool, Declared(("optimizer.nesterov",), used_if=usage.leads, before=False)]
    weight_decay: Annotated[float, _argument("optimizer.weight_decay", apart_at=0.0)]
    beta1: Annotated[float, _argument("optimizer.beta1", before=UNTOLD)]
    beta2: Annotated[float, _argument("optimizer.beta2", before=UNTOLD)]
    eps: Annotated[float, _argument("optimizer.eps", before=UNTOLD)]
    alpha: Annotated[float, _argument("optimizer.alpha", before=UNTOLD)]
    centered: Annotated[bool, Declared(("optimizer.centered",), used_if=usage.centers, before=False)]
    lr_decay: Annotated[float, _argument("optimizer.lr_decay", apart_at=0.0)]
    initial_accumulator_value: Annotated[float, _argument("optimizer.initial_accumulator_value")]
    schedule: Annotated[ScheduleKind, Declared(("schedule",), told_by=str, before="constant")]
    warmup: Annotated[int, _argument("schedule.warmup", before=0, apart_at=0)]
    milestones: Annotated[str, _argument("schedule.milestones", "", told_by=milestones_as_typed, given_as=_as_list)]
    gamma: Annotated[float, _argument("schedule.gamma", before=UNTOLD)]

    @classmethod
    def of(cls, settings: Settings, fingerprint: str, code: str = "", takes: str = "") -> Self:
        """The point that ``settings`` ask for, on readings of that fingerprint, with a user's own code of the other.

        ``takes`` : of a training function, the names of what it takes.
        """
        posed = settings.problem
        own: dict[str, Any] = {"data": fingerprint, "problem": posed.kind, "code": code, "takes": takes}
        is_model = posed.kind in MODELS
        own["problem.model"] = canonical(posed.model if is_model else {})
        own["problem.loss"] = canonical(posed.loss if is_model else "mse")
        own["problem.function"] = canonical(posed.function if posed.kind is ProblemKind.function else {})
        own["problem.spread"] = float(posed.spread or 0)
        own |= {"optimizer": settings.optimizer.kind, "schedule": settings.schedule.kind}
        own["schedule.milestones"] = milestones_as_typed(settings.schedule.milestones)

        def value_of(key: str, before: Any) -> Any:
            value = own[key] if key in own else by_key.get(settings, key)
            return before if value is None else value

        return cls._from(value_of)

    @classmethod
    def from_stored(cls, row: Mapping[str, Any]) -> Self:
        """The point that :meth:`stored` was given, by this release or an earlier one; of its device, the type.

        Raises
        ------
        KeyError, ValueError : a setting is missing, or is none.
        """
        return cls._from(lambda key, before: row[key] if before is None else row.get(key, before))

    @classmethod
    def _from(cls, value_of: Callable[[str, Any], Any]) -> Self:
        """Each field from the values of its keys, and the value that it had before it was there."""
        values: dict[str, Any] = {}
        for name, declared in cls.DECLARED.items():
            values[name] = declared.read(tuple([value_of(key, declared.before) for key in declared.keys]))
        return cls(**values)

    @cached_property
    def key(self) -> str:
        """Hash of the typed values (32 hex digits).

        Not the difference from defaults, so no edit of a default changes what an old key means; floats enter exactly,
        a value that the point does not use does not enter; of the device, only its type.
        """
        document: dict[str, Any] = {"schema": KEY_SCHEMA}
        for (name, declared), used in zip(self.DECLARED.items(), self.uses, strict=True):
            value = declared.identity(getattr(self, name))
            if used and (declared.before is None or value != declared.before):
                document[name] = _exactly(value)
            elif declared.null_in_key:
                document[name] = None
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:32]

    def columns(self) -> dict[str, Value]:
        """Every setting under the key a user gives it, ``data`` as its fingerprint; None where it is not used."""
        values: dict[str, Value] = {}
        for (name, declared), used in zip(self.DECLARED.items(), self.uses, strict=True):
            if not used:
                values.update(dict.fromkeys(declared.keys))
            elif declared.is_plain:
                values[declared.keys[0]] = getattr(self, name)
            else:
                own = declared.by_key(declared.identity(getattr(self, name)))
                values.update({key: shown(each) for key, each in own.items()} if declared.is_spec else own)
        return values

    def stored(self) -> dict[str, Value]:
        """Every setting under its key, used or not: :meth:`from_stored` reads them back exactly.

        But for what is no part of a point's identity: of a device, its number. A field that came later is left out at
        the value that all points had before.
        """
        values: dict[str, Value] = {}
        for name, declared in self.DECLARED.items():
            value = declared.identity(getattr(self, name))
            if declared.before is None or value != declared.before:
                if declared.is_plain or declared.is_spec:
                    values[declared.keys[0]] = value
                else:
                    values.update(declared.by_key(value))
        return values

    def overrides(self) -> dict[str, Any]:
        """The settings that make Hydra compose this point, but for its readings; exact, a device's number included."""
        values: dict[str, Any] = {}
        for (name, declared), used in zip(self.DECLARED.items(), self.uses, strict=True):
            if used and name not in ("data", "code", "takes"):
                own = declared.by_key(getattr(self, name))
                values.update({key: declared.given_as(each) for key, each in own.items()} if declared.given_as else own)
        return values

    def differing(self, other: Self) -> list[str]:
        """The settings in which ``other`` differs, used or not."""
        found = []
        for name, declared in self.DECLARED.items():
            a, b = (declared.by_key(getattr(each, name)) for each in (self, other))
            found += [key for key in a | b if key not in a or key not in b or a[key] != b[key]]
        return found


Point.DECLARED = read_declarations(Point)

FLOATS = tuple(key for each in Point.DECLARED.values() if each.holds in (float, tuple[float, ...]) for key in each.keys)
"""Keys whose values are floats."""

OPTIONAL = tuple(key for each in Point.DECLARED.values() if each.optional for key in each.keys)
"""Keys of which null is a value."""

SPECS = {each.keys[0]: each for each in Point.DECLARED.values() if each.is_spec}
"""By key, what holds arguments, each of which is a column."""

TEXTS = tuple(key for each in Point.DECLARED.values() if each.holds is str or each.is_enum for key in each.keys)
"""Keys whose values are text."""


LATER = {key: each.before for each in Point.DECLARED.values() if each.before is not None for key in each.keys}
"""By key, what every point had before the key was there."""


DEFAULT_DECAY = "optimizer.weight_decay", OptimizerKind.adamw
"""An optimizer that decays where it is not told otherwise: none has to be said."""


def is_said(point: Point, key: str, value: Any) -> bool:
    """Whether ``value`` has to be said of ``point``: not what every point had before the setting was there."""
    return key not in LATER or value != LATER[key] or (key, point.optimizer) == DEFAULT_DECAY


def _exactly(value: Any) -> Any:
    """``value`` for JSON, every bit of a float included."""
    if isinstance(value, tuple):
        return [_exactly(each) for each in value]
    return value.hex() if isinstance(value, float) else value


def as_typed(value: Value) -> str:
    """A setting's value as a person would type it, so that it reads back exactly; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
