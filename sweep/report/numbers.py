"""Results and settings as a person reads them."""

from collections.abc import Sequence

from sweep.plan.columns import ALWAYS_SHOWN
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.report.fit import short


def number(value: float | int | None, digits: int = 6) -> str:
    """A result for reading: floats to ``digits`` significant digits, nothing for nothing."""
    if value is None:
        return ""
    # Once more, so that what is shorter without an exponent has none: 95960 and not 9.596e+04.
    return f"{float(f'{value:.{digits}g}'):.6g}" if isinstance(value, float) else str(value)


def brief_setting(plan: Plan, point: Point) -> str:
    """As :meth:`Plan.setting`, and no longer than it must be."""
    return " ".join(f"{name}={cell}" for name, cell in plan.brief_cells(point).items() if cell) or plan.setting(point)


def brief_among(plan: Plan, point: Point, others: Sequence[Point], but: str = "") -> str:
    """As :func:`brief_setting` beside ``others``: what all of these have is not told, nor is the setting ``but``."""
    cells, told = [plan.cells(each) for each in others], plan.brief_cells(point)
    varying = {name for name in plan.shown if len({each[name] for each in cells}) > 1}
    names = [name for name in plan.shown if name != but and name in {*varying, *ALWAYS_SHOWN}]
    return " ".join(short(f"{name}={told[name]}") for name in names if told[name])
