"""The values of an axis on the command line: how many there are, and which, with a bound before any list is made."""

import itertools
import math
import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, Override, RangeSweep, Sweep

from sweep.errors import BadInput

MOST_POINTS = 1_000_000
"""A larger grid is refused before it is expanded: this many points take 1.5 GB of memory, as a plan alone."""


def listed(sweep: Override) -> tuple[int, list[Any]]:
    """How many values ``sweep`` has, and those; none of them where there are more than a grid may have points.

    Raises
    ------
    BadInput : it has no list of values, or one without an end.
    """
    value = sweep.value()
    if isinstance(value, IntervalSweep):
        raise BadInput(
            f"{sweep.input_line}: an interval has no list of values",
            "a list, range(…) or choice(…)",
            f"as {sweep.key_or_group}=range(start,stop,step), or a grid file with {{from, to, points, spacing}}",
        )
    if isinstance(value, RangeSweep):
        return _range(sweep, value)
    if isinstance(value, ChoiceSweep) and any(map(_holds_axis, value.list)):
        raise BadInput(f"{sweep.input_line}: an axis within a list", "a list of values", "write all values out")
    values = list(sweep.sweep_iterator())
    return len(values), values


def _range(sweep: Override, span: RangeSweep) -> tuple[int, list[Any]]:
    """Hydra's own list, to 12 significant digits: 0.3 and 0.30000000000000004 are one value, with one word."""
    assert span.start is not None, "the grammar demands it"
    assert span.stop is not None, "the grammar demands it"
    endless = BadInput(
        f"{sweep.input_line} never reaches its end", "finite numbers, and a step that counts", "correct the range"
    )
    if span.step == 0 or not all(-math.inf < number < math.inf for number in (span.start, span.stop, span.step)):
        raise endless
    count = math.ceil((Fraction(span.stop) - Fraction(span.start)) / Fraction(span.step))
    if count > MOST_POINTS:
        return count, []
    # Hydra adds decimals of 28 digits: beside large values that takes a third of a step at most, or all of it.
    most = 2 * max(count, 0) + 1
    values = [
        float(f"{value:.12g}") if isinstance(value, float) else value
        for value in itertools.islice(span.range(), most + 1)
    ]
    if len(values) > most:
        raise endless
    if span.shuffle:
        random.shuffle(values)
    return len(values), values


def _holds_axis(value: Any) -> bool:
    below: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, Sweep) or any(map(_holds_axis, below))
