"""Ranges that several keys share: the check, and the words that a message has for it."""

import math
import re
from typing import Any

from sweep.settings.schema import Settings, rounded_to


def positive(value: float, settings: Settings) -> bool:
    """Whether a number is > 0, also once rounded."""
    rounded = rounded_to(value, settings.dtype)
    return 0 < value < math.inf and 0 < rounded < math.inf


def finite(value: float, settings: Settings) -> bool:
    """Whether a number is finite, also once rounded."""
    return math.isfinite(value) and math.isfinite(rounded_to(value, settings.dtype))


def text(value: str | None, settings: Settings) -> bool:
    """Whether it is nothing, or text on one line."""
    return value is None or bool(TEXT.fullmatch(value))


def are_columns(value: Any, settings: Settings) -> bool:
    """Whether it is nothing, a column, or a list of several."""
    names = value if isinstance(value, list) else [value]
    texts = [name for name in names if isinstance(name, str) and TEXT.fullmatch(name)]
    return value is None or (bool(names) and texts == names and len({*names}) == len(names))


def is_seed(value: int | None, settings: Settings) -> bool:
    """Whether it is nothing, or a seed."""
    return value is None or 0 <= value < 1 << 32


SEED = "a whole number from 0 to 4,294,967,295"
POSITIVE = "a finite number > 0, also once rounded to dtype"
FINITE = "a finite number, also once rounded to dtype"
TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*")
"""Text on one line that every store and page can hold: no control characters, and none that UTF-8 has not."""
