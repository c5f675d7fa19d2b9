"""Readings: a table of inputs and targets with their units, where it came from, and its fingerprint.

Numbers are float64; rounding to a run's dtype happens where it trains.
"""

import hashlib
import json
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sweep.errors import BadInput
from sweep.settings.file_form import FileForm
from sweep.settings.schema import DType, MadeKind

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """What readings are made from that need no file; see :mod:`sweep.data.made`.

    Parameters
    ----------
    samples : 2 or more.
    noise : standard deviation of what is added to each value, >= 0.
    seed : a whole number from 0 to below 2³².
    """

    kind: MadeKind
    samples: int
    noise: float
    seed: int

    def settings(self) -> dict[str, str | int | float]:
        """The settings that ask for it."""
        return {"data": str(self.kind), "data.samples": self.samples, "data.noise": self.noise, "data.seed": self.seed}


@dataclass(frozen=True, eq=False)
class Readings:
    """Inputs and targets in order; two are equal where their values and all that is told of them are.

    Parameters
    ----------
    inputs : float64 values, shape ``(n_samples, n_inputs)``; at least two samples.
    targets : float64 values, shape ``(n_samples,)``; of classes, each sample's number in ``classes``.
    name : what tables and pictures call this data.
    source : where it came from, as a person would say it.
    input_names, target_name : labels, one for each input.
    input_unit, target_unit : of a single input, and of the target; None where it is not known.
    kept_at : the file to read them from again, where they stay out of the store; None where the store has them.
    path : the file that they were read from, as it was given; None where it is not known, or there was none.
    recipe : what they were made from; None where they were read.
    classes : names of the classes that ``targets`` number, each with a sample; none where targets are quantities.
    form : how the file was read.
    dropped : rows of the file that were left out, with a missing cell.
    """

    inputs: Floats = field(repr=False)
    targets: Floats = field(repr=False)
    name: str
    source: str
    input_names: tuple[str, ...]
    target_name: str
    input_unit: str | None = None
    target_unit: str | None = None
    kept_at: str | None = None
    path: str | None = None
    recipe: Recipe | None = None
    classes: tuple[str, ...] = ()
    form: FileForm = field(default_factory=FileForm)
    dropped: int = 0

    def __post_init__(self) -> None:
        for values in (self.inputs, self.targets):
            values.setflags(write=False)

    @classmethod
    def of_columns(cls, inputs: Sequence[Sequence[float]], targets: Sequence[float], **told: Any) -> Self:
        """Readings from a column for each input, and one of targets."""
        return cls(np.array(inputs, np.float64).T.copy(), np.array(targets, np.float64), **told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Readings) and self._told == other._told

    def __hash__(self) -> int:
        return hash(self._told)

    @property
    def _told(self) -> tuple[object, ...]:
        return self.fingerprint, *(value for name, value in vars(self).items() if name not in VALUES)

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self.targets)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the float64 values, column by column, and of the classes (32 hex digits).

        Names of columns, units and the path are no part of it.
        """
        digest = hashlib.sha256(struct.pack("<q", len(self)))
        for column in (*self.inputs.T, self.targets):
            digest.update(column.astype("<f8").tobytes())
        if self.classes:
            digest.update(json.dumps(self.classes).encode())
        return digest.hexdigest()[:32]

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of inputs and target, with their units where they have one."""
        units = (self.input_unit, *[None] * (len(self.input_names) - 1), self.target_unit)
        return tuple(map(_labelled, (*self.input_names, self.target_name), units))

    def check_dtype(self, dtype: DType) -> None:
        """Raise :class:`BadInput` where rounding to ``dtype`` makes a column infinite or constant."""
        several = len(self.input_names) > 1
        roles = [*(f"input {name}" if several else "input" for name in self.input_names), "target"]
        for role, column in zip(roles, (*self.inputs.T, self.targets), strict=True):
            values = rounded(column, dtype)
            if not (np.isfinite(values).all() and values.min() < values.max()):
                raise BadInput(
                    f"data: the {role} of {self.name} is constant or not finite once rounded to {dtype}",
                    f"values that {dtype} can tell apart",
                    "use dtype=float64, or centre and scale the column",
                )


VALUES = ("inputs", "targets", "fingerprint")
"""What of readings is in, or is, their fingerprint."""


def rounded(values: Floats, dtype: DType) -> NDArray[Any]:
    """``values`` as ``dtype`` has them; beyond its range, infinite."""
    with np.errstate(over="ignore"):
        return values.astype(str(dtype))


def mean(values: Floats) -> float:
    """Of a column, exactly rounded: the same on every machine."""
    each: list[float] = values.tolist()
    return math.fsum(each) / len(each)


def _labelled(name: str, unit: str | None) -> str:
    return f"{name} in {unit}" if unit else name
