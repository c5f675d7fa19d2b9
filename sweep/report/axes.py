"""Axes of a picture: from values to positions along them, and where ticks stand. Numbers only, nothing is drawn."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

import numpy as np
from numpy.typing import NDArray

MOST_TICKS = 6

LONGEST_LABEL = 7
"""Characters of a tick's label, at most: what all have in common is said once, in the name of the axis."""

LONGEST_SCALED = 4
"""The same where their power of ten is said once too."""

READABLE = 0.25
"""Part of an axis's length that a panel's own values take of it, at least, where panels side by side share the axis."""

Floats = NDArray[np.float64]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Axis:
    """From ``low`` to ``high``, which of a log axis are decades; or along ``names``."""

    low: float
    high: float
    log: bool = True
    names: tuple[str, ...] = ()

    @classmethod
    def named(cls, names: Iterable[str]) -> "Axis":
        """The axis on which ``names`` have the positions 0, 1, 2, …."""
        names = tuple(names)
        return cls(-0.5, len(names) - 0.5, False, names)

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
        if high - low > (0.5 if log else 16 * math.ulp(max(abs(low), abs(high)))):
            widen = margin * (high - low)
        else:
            widen = 0.5 if log else abs(low) / 2 or 1.0
        return cls(low - widen, high + widen, log)

    def has(self, values: Floats, margin: float = 0.0) -> NDArray[np.bool_]:
        """Which of ``values``, all of which have a place, are on the axis, a part ``margin`` from its ends."""
        parts = (_transformed(values, self.log) - self.low) / (self.high - self.low)
        return (margin <= parts) & (parts <= 1 - margin)

    def positions(
        self, values: Sequence[float] | NDArray[np.float64] | NDArray[np.int64], length: int
    ) -> NDArray[np.int64]:
        """Whole positions from 0 to ``length`` for ``values``, all of which the axis can show."""
        parts = (_transformed(np.asarray(values, dtype=np.float64), self.log) - self.low) / (self.high - self.low)
        return np.rint(np.clip(parts, -1, 2) * length).astype(np.int64)

    def ticks(self, most: int = MOST_TICKS) -> "Ticks":
        """Round values within the axis, ``most`` of them or one more; of names, evenly many."""
        if self.names:
            return Ticks(list(enumerate(self.names))[:: -(-len(self.names) // most)])
        if not self.log:
            return _even(self.low, self.high, most)
        if self.high - self.low >= 2:
            step = math.ceil((self.high - self.low) / most)
            low, high = max(self.low, -323), min(self.high, 308)
            decades = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
            plain = all(-3 <= decade <= 3 for decade in decades)
            return Ticks([(10.0**decade, f"{10.0**decade:g}" if plain else _power(decade)) for decade in decades])
        low, high = (10.0 ** min(max(end, -323.0), 308.2) for end in (self.low, self.high))
        for digits in ((1, 2, 5), (1, 3), (1,)):
            values = [d * 10.0**k for k in range(math.floor(self.low), math.ceil(self.high)) for d in digits]
            within = [value for value in values if low <= value <= high]
            if len(within) <= most + 1:
                break
        return Ticks([(value, _short(value)) for value in within]) if len(within) > 1 else _even(low, high, most)


@dataclass(frozen=True)
class Ticks:
    """Where ticks stand, and what stands beside them.

    Parameters
    ----------
    marks : value and label of each; the label is ``(value - offset) / 10**power``, and no two are the same.
    offset, power : what is said once, in the name of the axis, where labels had no room for it.
    """

    marks: Sequence[tuple[float, str]] = field(default_factory=list)
    offset: Decimal = Decimal(0)
    power: int = 0

    @property
    def said_once(self) -> tuple[str, str]:
        """What stands before and after the name of the axis."""
        size = abs(self.offset)
        text = f"{size:,f}" if len(f"{size:f}") <= 15 else _scientific(size)
        less = f" {'−' if self.offset > 0 else '+'} {text}" if self.offset else ""
        if not self.power:
            return "", less
        return ("(", f"{less}) / {_power(self.power)}") if less else ("", f" / {_power(self.power)}")


def ends(curves: Iterable[NDArray[np.float64] | NDArray[np.int64]]) -> list[float]:
    """The least and the largest value of each of ``curves`` that has any."""
    return [float(end) for curve in curves if len(curve) for end in (curve.min(), curve.max())]


def side_by_side(panels: Sequence[tuple[Sequence[float] | Floats, bool]], margin: float = 0.06) -> list[Axis]:
    """Axes of panels side by side: the same for as many as stay readable on it, and its own for each other.

    Parameters
    ----------
    panels : of each the values that have a place along its axis, and whether that is a log axis.
    margin : as of :meth:`Axis.over`.

    Notes
    -----
    Readable is what takes :data:`READABLE` of the length. A panel without values shares whatever others do.
    """
    axes = [Axis.over(values, log, margin) for values, log in panels]
    filled = [place for place, (values, _) in enumerate(panels) if len(values)]
    groups = [_readable_together(axes, filled, first) for first in filled]
    shared = max(groups, key=len, default=[])
    if len(shared) > 1:
        common = _around([axes[place] for place in shared])
        shared += [place for place, axis in enumerate(axes) if place not in filled and axis.log == common.log]
        axes = [common if place in shared else axis for place, axis in enumerate(axes)]
    return axes


def _readable_together(axes: Sequence[Axis], places: Sequence[int], first: int) -> list[int]:
    """Those of ``places`` whose axes can be one, from ``first`` on."""
    found = [first]
    for place in places:
        together = [axes[each] for each in (*found, place)]
        around = _around(together)
        if place not in found and all(
            each.log == around.log and each.high - each.low >= READABLE * (around.high - around.low)
            for each in together
        ):
            found.append(place)
    return found


def _around(axes: Sequence[Axis]) -> Axis:
    return Axis(min(axis.low for axis in axes), max(axis.high for axis in axes), axes[0].log)


def are_own(axes: Sequence[Axis]) -> list[bool]:
    """Of panels side by side, which have an axis that no other has."""
    return [len(axes) > 1 and axes.count(axis) == 1 for axis in axes]


def _transformed(values: NDArray[np.float64], log: bool) -> NDArray[np.float64]:
    if not log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log10(values)


def _even(low: float, high: float, most: int) -> Ticks:
    """Multiples of 1, 2 or 5 times a power of ten, far enough apart that floats tell them apart."""
    rough = max((high - low) / most, 4 * math.ulp(max(abs(low), abs(high))))
    if not rough > 1e-300:
        return Ticks()
    exponent = math.floor(math.log10(rough))
    digit = next((digit for digit in (1, 2, 5) if digit * 10.0**exponent >= rough), 10)
    step = Decimal(digit).scaleb(exponent)
    first, last = (int(Decimal(end) / step) for end in (low, high))
    exact = [multiple * step for multiple in range(first - 1, last + 2) if low <= float(multiple * step) <= high]
    return _labelled(exact, exponent)


def _labelled(exact: Sequence[Decimal], exponent: int) -> Ticks:
    """Labels for multiples of ``10**exponent``, in order: as they are where that is short, else less an offset.

    Beside an offset the shorter of two forms, so that more than one has room.
    """
    for offset in (Decimal(0), _roundest_near(exact)):
        rest = [value - offset for value in exact]
        forms = [list(map(form, rest)) for form in (_plain, _scientific)]
        if offset:
            forms.sort(key=_longest)
        for labels in forms:
            if _longest(labels) <= LONGEST_LABEL:
                return Ticks(list(zip(map(float, exact), labels, strict=True)), offset)
        labels = [_plain(value.scaleb(-exponent)) for value in rest]
        if _longest(labels) <= LONGEST_SCALED:
            return Ticks(list(zip(map(float, exact), labels, strict=True)), offset, exponent)
    return Ticks()


def _longest(labels: Iterable[str]) -> int:
    return max(map(len, labels), default=0)


def _roundest_near(exact: Sequence[Decimal]) -> Decimal:
    """The number with the fewest digits from one length below ``exact`` to its end."""
    if not exact:
        return Decimal(0)
    first, last = exact[0], exact[-1]
    exponent = max(first.adjusted(), last.adjusted()) + 1
    while (offset := (last / Decimal(10) ** exponent).to_integral(ROUND_FLOOR).scaleb(exponent)) < 2 * first - last:
        exponent -= 1
    return offset


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"


def _scientific(value: Decimal) -> str:
    return _short(value.normalize(), "e") if value else "0"


def _short(value: Decimal | float, form: str = "g") -> str:
    """``value`` with an exponent as a person writes it, ``1e-5`` and ``1e9``."""
    mantissa, _, exponent = format(value, form).lower().partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def _power(decade: int) -> str:
    return "1" if decade == 0 else f"10{str(decade).translate(_SUPERSCRIPTS)}"
