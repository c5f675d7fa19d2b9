"""Axes of a picture: from values to positions along them, and where ticks stand. Numbers only, nothing is drawn."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_TICKS = 6

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Axis:
    """From ``low`` to ``high``, which of a log axis are decades."""

    low: float
    high: float
    log: bool = True

    @classmethod
    def over(cls, values: Iterable[float], log: bool = True, margin: float = 0.06) -> "Axis":
        """The axis on which all of ``values`` have a position but those it cannot show: inf, nan, and 0 on a log axis.

        Parameters
        ----------
        margin : room at either end, in parts of the length.
        """
        ends = _transformed(np.array(list(values), dtype=np.float64), log)
        ends = ends[np.abs(ends) < 1e300]
        low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
        if high - low > (0.5 if log else 1e-9 * max(abs(low), abs(high))):
            widen = margin * (high - low)
        else:
            widen = 0.5 if log else abs(low) / 2 or 1.0
        return cls(low - widen, high + widen, log)

    def positions(
        self, values: Sequence[float] | NDArray[np.float64] | NDArray[np.int64], length: int
    ) -> NDArray[np.int64]:
        """Whole positions from 0 to ``length`` for ``values``, all of which the axis can show."""
        parts = (_transformed(np.asarray(values, dtype=np.float64), self.log) - self.low) / (self.high - self.low)
        return np.rint(np.clip(parts, -1, 2) * length).astype(np.int64)

    def ticks(self) -> list[tuple[float, str]]:
        """Value and label of each tick, at most :data:`MOST_TICKS` or so: round values within the axis."""
        if not self.log:
            return _even(self.low, self.high)
        if self.high - self.low >= 2:
            step = math.ceil((self.high - self.low) / MOST_TICKS)
            low, high = max(self.low, -323), min(self.high, 308)
            decades = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
            plain = all(-3 <= decade <= 3 for decade in decades)
            return [(10.0**decade, f"{10.0**decade:g}" if plain else _power(decade)) for decade in decades]
        low, high = (10.0 ** min(max(end, -323.0), 308.2) for end in (self.low, self.high))
        round_values = [d * 10.0**k for k in range(math.floor(self.low), math.ceil(self.high)) for d in (1, 2, 5)]
        within = [(value, f"{value:.6g}") for value in round_values if low <= value <= high]
        return within if len(within) > 2 else _even(low, high)


def _transformed(values: NDArray[np.float64], log: bool) -> NDArray[np.float64]:
    if not log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(values)


def _even(low: float, high: float) -> list[tuple[float, str]]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / MOST_TICKS
    if not rough > 1e-300:
        return []
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough)
    first, count = math.ceil(low / step), math.floor(high / step)
    return [(multiple * step, f"{multiple * step:.6g}") for multiple in range(first, count + 1)]


def _power(decade: int) -> str:
    return "1" if decade == 0 else f"10{str(decade).translate(_SUPERSCRIPTS)}"
