"""The command that trains a point: every setting in the grammar of the command line, quoted for a shell."""

import shlex
from typing import cast

from sweep.data import sources
from sweep.plan.plan import Plan
from sweep.plan.point import LATER, Point, Value, as_typed
from sweep.settings import grammar
from sweep.settings.keys import KEYS
from sweep.settings.schema import Settings


def command(plan: Plan, point: Point) -> str:
    """What trains ``point``, on readings of ``plan`` and under its tolerance.

    Into the store that the command finds: which one holds a sweep is no part of its plan.
    """
    own = {key: value for key, value in point.overrides().items() if key not in LATER or value != LATER[key]}
    values = own | dict(sources.overrides(plan.readings[point.data])) | {"outcome.tolerance": plan.tolerance}
    return shlex.join(["python", "-m", "sweep", *(f"{key}={_word(value)}" for key, value in values.items())])


def is_allowed(point: Point) -> bool:
    """Whether every setting of ``point`` is in its range."""
    # Of the settings, a check reads the dtype alone.
    return all(KEYS[key].check(value, cast("Settings", point)) for key, value in point.overrides().items())


def _word(value: Value | list[str]) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(grammar.word, value))}]"
    return grammar.word(value) if isinstance(value, str) else as_typed(value)
