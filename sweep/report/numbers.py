"""Results and settings as a person reads them."""

from collections.abc import Iterable, Sequence

from sweep.plan.columns import ALWAYS_SHOWN
from sweep.plan.plan import Plan
from sweep.plan.point import Point, Value, as_typed
from sweep.report.fit import short

BRIEF = 4
"""Significant digits in sentences, and in a terminal."""

SHORT = 7
"""Characters up to which a setting is told as it is."""

EXACT = 17
"""Digits that tell any two floats apart."""


def number(value: float | int | None, digits: int = 6) -> str:
    """A result for reading: floats to ``digits`` significant digits, nothing for nothing."""
    if value is None:
        return ""
    # Once more, so that what is shorter without an exponent has none: 95960 and not 9.596e+04.
    return f"{float(f'{value:.{digits}g}'):.6g}" if isinstance(value, float) else str(value)


def brief(value: Value, tried: Iterable[Value]) -> str:
    """A setting in a sentence: a float to four digits, or as many as tell it from the others that were ``tried``."""
    exact = as_typed(value)
    if not isinstance(value, float) or len(exact) <= SHORT:
        return exact
    others = [each for each in tried if isinstance(each, int | float)]
    near = (
        max((each for each in others if each < value), default=None),
        min((each for each in others if each > value), default=None),
    )
    for digits in range(BRIEF, EXACT):
        text = f"{value:.{digits}g}"
        if all(each is None or f"{each:.{digits}g}" != text for each in near):
            return as_typed(float(text))
    return exact


def brief_cells(plan: Plan, point: Point) -> dict[str, str]:
    """The settings of ``point`` that tables show, floats to four digits or as many as tell them from the others."""
    values = plan.cells(point)
    return {name: brief(values[name], plan.values[name]) for name in plan.shown}


def brief_setting(plan: Plan, point: Point) -> str:
    """As :meth:`Plan.setting`, and no longer than it must be."""
    return " ".join(f"{name}={cell}" for name, cell in brief_cells(plan, point).items() if cell) or plan.setting(point)


def brief_among(plan: Plan, point: Point, others: Sequence[Point], but: str = "") -> str:
    """As :func:`brief_setting` beside ``others``: what all of these have is not told, nor is the setting ``but``."""
    cells, told = [plan.cells(each) for each in others], brief_cells(plan, point)
    varying = {name for name in plan.shown if len({each[name] for each in cells}) > 1}
    names = [name for name in plan.shown if name != but and name in {*varying, *ALWAYS_SHOWN}]
    return " ".join(short(f"{name}={told[name]}") for name in names if told[name])
