"""The settings of a sweep, typed.

Defaults stand in ``conf/`` alone, where a user reads them; the dataclasses here declare types and no value. What a key
means and may be stands in :mod:`sweep.settings.keys`.
"""

import math
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from sweep.settings.optimizers import Scheduled, Stepping


class Gradient(StrEnum):
    """How the slope of the loss is found."""

    analytic = "analytic"
    finite_difference = "finite_difference"
    autograd = "autograd"


class ProblemKind(StrEnum):
    """A model with its loss."""

    line = "line"
    linear = "linear"
    logistic = "logistic"
    mlp = "mlp"
    torch = "torch"
    function = "function"


class MadeKind(StrEnum):
    """Readings that are made from a seed."""

    waves = "waves"
    moons = "moons"


class Start(StrEnum):
    """Where descent starts."""

    given = "given"
    random = "random"


class DType(StrEnum):
    """The number format a point trains in."""

    float32 = "float32"
    float64 = "float64"


@dataclass
class Posed:
    """What is minimised (``conf/problem/*.yaml``); below ``model``, ``loss`` and ``function`` a user names own keys."""

    kind: ProblemKind
    model: dict[str, Any]
    loss: Any
    loss_delta: float
    spread: float | None
    function: dict[str, Any]


@dataclass
class Init:
    """The start that is given, of a line."""

    w: float
    b: float


@dataclass
class Data:
    """Where the readings come from (``conf/data/*.yaml``), and how they are prepared (``conf/preparation.yaml``)."""

    kind: str
    path: str | None
    input: Any
    target: str | None
    input_unit: str | None
    target_unit: str | None
    separator: str | None
    decimal: str | None
    missing: str | None
    samples: int | None
    noise: float | None
    seed: int | None
    center: bool
    standardize: bool
    holdout: str
    holdout_seed: int
    store: bool


@dataclass
class OutcomeRule:
    """When a run counts as converged."""

    tolerance: float
    curvature: bool
    stop_diverged: bool


@dataclass
class Training:
    """How points are trained, whatever they are."""

    timeout: float | None


@dataclass
class Tracking:
    """Where runs go (``conf/tracking/*.yaml``)."""

    uri: str
    experiment: str
    curve_points: int
    tags: dict[str, str]
    patience: float


@dataclass
class Settings:
    """One point of a sweep, together with what belongs to the sweep as a whole."""

    lr: float
    scale: float
    epochs: int
    batch_size: int | None
    problem: Posed
    optimizer: Stepping
    schedule: Scheduled
    start: Start
    seed: int
    init: Init
    gradient: Gradient
    delta: float
    dtype: DType
    device: str
    data: Data
    outcome: OutcomeRule
    training: Training
    rerun: bool
    dry_run: bool | str
    name: str | None
    tracking: Tracking
    grid: dict[str, Any]


def _keys_of(*types: Any, of: Any = Settings, below: str = "") -> Iterator[str]:
    """The keys whose values are of one of ``types``."""
    for field in fields(of):
        if is_dataclass(field.type):
            yield from _keys_of(*types, of=field.type, below=f"{below}{field.name}.")
        elif field.type in types:
            yield below + field.name


MODELS = frozenset({ProblemKind.mlp, ProblemKind.torch})
"""Problems whose model is a module of torch."""

LOSSES = ("mse", "cross_entropy", "huber", "l1")
"""Losses of such a model by name; another one is a function."""

PERCEPTRON = ("width", "depth", "activation")
"""Arguments of the model that sweep ships."""

OWN_KEYS = ("problem.model", "problem.loss", "problem.function")
"""Keys below which arguments stand, named by whatever a user's ``_target_`` takes."""


def is_argument(key: str) -> bool:
    """Whether ``key`` stands below one of :data:`OWN_KEYS`."""
    return key.startswith(tuple(f"{each}." for each in OWN_KEYS))


LISTS = ("data.input",)
"""Keys that take one text, or a list of texts."""

GROUPS = ("data", "problem", "optimizer", "schedule")
"""Groups of files in ``conf/`` whose choice is a setting of a point."""

TEXT_KEYS = {*_keys_of(str, str | None), *LISTS, *GROUPS, "tracking", "grid"}
"""Keys whose value is text, the names of files in ``conf/`` among them; the tags' keys are the user's own."""


def takes_text(key: str) -> bool:
    """Whether ``key`` takes text, or ends in one that does, as below a pair of a grid file; arguments take all."""
    if any(f"{each}." in key for each in OWN_KEYS):
        return False
    parts = key.split(".")
    return "tracking.tags." in key or any(".".join(parts[first:]) in TEXT_KEYS for first in range(len(parts)))


WHOLE_NUMBERS = {*_keys_of(int, int | None)}
"""Keys that take whole numbers alone."""


def whole(key: str, value: Any) -> Any:
    """``value``; as an int, where ``key`` takes those alone and it is one in another form, as 1e3."""
    return int(value) if key in WHOLE_NUMBERS and isinstance(value, float) and value.is_integer() else value


EPS = {DType.float32: 2.0**-23, DType.float64: 2.0**-52}
"""The gap between 1 and the next number of each."""

STARTS = tuple(f"init.{field.name}" for field in fields(Init))
DATA_KINDS = ("thermometer", "csv", *MadeKind)


def rounded_to(value: float, dtype: DType) -> float:
    """``value`` as the nearest number of ``dtype``; beyond its range, an infinity of the same sign."""
    if dtype is DType.float64 or not math.isfinite(value):
        return value
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def environment(name: str, default: str) -> str:
    """The environment variable ``name``, or ``default`` where it is unset or empty (as MLflow reads it)."""
    return os.environ.get(name) or default
