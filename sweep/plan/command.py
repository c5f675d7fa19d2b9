"""The command that trains a point: settings in the grammar of the command line, quoted for a shell."""

import re
import shlex
from collections.abc import Sequence
from typing import Any, cast

from sweep.data import sources
from sweep.models.spec import TARGET
from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.settings import grammar
from sweep.settings.keys import KEYS
from sweep.settings.schema import Settings, is_argument, takes_text

PLAIN = re.compile(r"(?!(true|false|null|nan|inf)$)\w[\w./:-]*(?<!:)", re.ASCII | re.IGNORECASE)
"""A text that no shell and no grammar reads as anything else, where its key takes text."""


def command(plan: Plan, point: Point, seeds: Sequence[int] = ()) -> str:
    """What trains ``point``, on readings of ``plan`` and under its tolerance; once for each of ``seeds``, if any.

    It says what tables of ``plan`` show, and what else is not what ``conf/`` has for it. The store is the one that the
    command finds: which one holds a sweep is no part of its plan.
    """
    from sweep.settings.defaults import default

    values: dict[str, Any] = dict(point.overrides()) | dict(sources.overrides(plan.readings[point.data]))
    values |= {"outcome.tolerance": plan.tolerance}
    words = {
        key: word
        for key, word in ((key, _word(key, value)) for key, value in values.items())
        if key in plan.shown or word != _word(key, default(key, values))
    }
    if len(seeds) > 1:
        words["seed"] = ",".join(map(str, seeds))
    return shlex.join(["sweep", *(f"{key}={word}" for key, word in words.items())])


def is_allowed(point: Point) -> bool:
    """Whether every setting of ``point`` is in its range; arguments of models are whatever they are."""
    # Of the settings, a check reads the dtype alone.
    own = {key: value for key, value in point.overrides().items() if not is_argument(key)}
    return all(KEYS[key].check(value, cast("Settings", point)) for key, value in own.items())


def _word(key: str, value: Any) -> str:
    # A key that takes text reads 0.2 as that; in a name dots need no quotes.
    is_name = key.endswith(f".{TARGET}") and isinstance(value, str) and value.replace(".", "").isidentifier()
    if isinstance(value, str) and (takes_text(key) or is_name) and PLAIN.fullmatch(value):
        return value
    return grammar.exact(value) if is_argument(key) or isinstance(value, str | list) else as_typed(value)
