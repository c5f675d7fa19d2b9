"""The command that trains a point: every setting in the grammar of the command line, quoted for a shell."""

import shlex
from collections.abc import Sequence
from typing import Any, cast

from sweep.data import sources
from sweep.models.spec import TARGET
from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed, is_said
from sweep.settings import grammar
from sweep.settings.keys import KEYS
from sweep.settings.schema import Settings, is_argument


def command(plan: Plan, point: Point, seeds: Sequence[int] = ()) -> str:
    """What trains ``point``, on readings of ``plan`` and under its tolerance; once for each of ``seeds``, if any.

    Into the store that the command finds: which one holds a sweep is no part of its plan.
    """
    own = {key: value for key, value in point.overrides().items() if is_said(point, key, value)}
    values: dict[str, Any] = (
        own | dict(sources.overrides(plan.readings[point.data])) | {"outcome.tolerance": plan.tolerance}
    )
    words = {key: _word(key, value) for key, value in values.items()}
    if len(seeds) > 1:
        words["seed"] = ",".join(map(str, seeds))
    return shlex.join(["python", "-m", "sweep", *(f"{key}={word}" for key, word in words.items())])


def is_allowed(point: Point) -> bool:
    """Whether every setting of ``point`` is in its range; arguments of models are whatever they are."""
    # Of the settings, a check reads the dtype alone.
    own = {key: value for key, value in point.overrides().items() if not is_argument(key)}
    return all(KEYS[key].check(value, cast("Settings", point)) for key, value in own.items())


def _word(key: str, value: Any) -> str:
    if key.endswith(f".{TARGET}") and isinstance(value, str) and value.replace(".", "").isidentifier():
        return value  # Dots need no quotes.
    return grammar.exact(value) if is_argument(key) or isinstance(value, str | list) else as_typed(value)
