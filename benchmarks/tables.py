"""Markdown: tables, figures, and the bars with whether they hold."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """Something that must not be larger than ``limit``; ``value`` is None where it was not measured."""

    what: str
    limit: float
    value: float | None
    unit: str = ""

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """What, at most, measured, holds."""
        if self.value is None:
            return self.what, self._show(self.limit), "not measured", "?"
        return self.what, self._show(self.limit), self._show(self.value), "yes" if self.value <= self.limit else "NO"

    def _show(self, value: float) -> str:
        if self.unit or value >= 1:
            return f"{value:.3g} {self.unit}".rstrip()
        return f"1/{1 / value:.3g}" if value > 0 else f"{value:.3g}"


@dataclass(frozen=True)
class Section:
    """A part of the page, and the bars that it measured."""

    text: str
    bars: Sequence[Bar] = ()


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def bars(found: Sequence[Bar]) -> str:
    """The table of the bars."""
    return "## Bars\n\n" + table(["bar", "at most", "measured", "holds"], [bar.cells for bar in found])


def seconds(values: Sequence[float]) -> str:
    """The median, and the range where there are several."""
    spread = f" ({min(values):.3g}–{max(values):.3g})" if len(values) > 1 else ""
    return f"{statistics.median(values):.3g} s{spread}"


def megabytes(count: float) -> str:
    """Bytes as MB, of 10⁶ bytes."""
    return f"{count / 1e6:,.0f} MB"
