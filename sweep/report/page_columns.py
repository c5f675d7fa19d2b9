"""Which columns a table of ``report.html`` has, and which of them fold where its window is too narrow for all.

What folds is not lost: it stands below its row when that is unfolded, is searched, and shows where no script runs.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sweep.report import lettering

NEVER, FIRST, SECOND, THIRD, ALWAYS = range(5)
"""How soon a column folds: never, last, before those, first of all, or wherever there is a script to unfold it."""

WINDOWS = {0: 330, 560: 500, 800: 720, 1100: 1000, 1400: 1270}
"""Room for a table, in pixels, by the width from which on a window has it, in pixels too; the rest is for margins."""

LETTERS, PADDING, SIGN = 1.09, 12, 18
"""Of tables: the size of their letters beside that of ``lettering``, and pixels between columns and for a sign."""

WIDEST = 210
"""Pixels from which on a column's cells are broken into lines."""

NARROWEST = 60
"""Pixels that a setting has in a narrow window, at most: what is longer is cut, and stands below its row in full."""


class Column(NamedTuple):
    """A column: its name, a cell a row, how soon it folds, and what it is for ``page.css`` and the scripts.

    ``part`` is one of setting, outcome, note, reason and key, or nothing.
    """

    name: str
    cells: Sequence[str]
    folds: int = SECOND
    part: str = ""

    def width(self, is_narrow: bool = False) -> float:
        """Pixels that it takes, about; in a narrow window long values of settings are cut."""
        *words, last = self.name.split()
        cell = lettering.width(max(self.cells, key=len, default="")) + SIGN * (self.part == "outcome")
        head = max(lettering.width(last, bold=True) + SIGN, *(lettering.width(word, bold=True) for word in words), 0)
        most = NARROWEST if is_narrow and self.part == "setting" else WIDEST
        return min(most, LETTERS * max(cell, head)) + PADDING


def differing(columns: Sequence[Column]) -> tuple[list[Column], list[Column]]:
    """All but those without a cell; and which of these fold, as every row, of two or more, says the same there."""
    told = [each for each in columns if any(each.cells)]
    same = [each for each in told if each.part in ("", "setting") and len(each.cells) > 1 and len(set(each.cells)) == 1]
    return [each._replace(folds=ALWAYS) if each in same else each for each in told], same


def style(table: str, columns: Sequence[Column]) -> str:
    """The rules by which columns of the table with that id fold, break into lines and print."""
    rules, ends = [], [*list(WINDOWS)[1:], None]
    for (start, room), end in zip(WINDOWS.items(), ends, strict=True):
        last = f" and (max-width: {end - 0.02}px)" if end else ""
        cut = "" if start else _cut(table, columns)
        hidden = _hide(table, _folded(columns, room, is_narrow=not start))
        rules.append(f"@media screen and (min-width: {start}px){last} {{ {hidden} {cut} }}\n")
    unprinted = [place for place in _folded(columns, WINDOWS[1400]) if columns[place].part != "reason"]
    unprinted += [place for place, each in enumerate(columns) if each.part == "note"]
    broken = [place for place, each in enumerate(columns) if each.width() >= WIDEST and each.part != "reason"]
    rules.append(f"@media print {{ {_hide(table, unprinted)} }}\n")
    rules += [f"{_at(table, broken)} {{ min-width: {WIDEST}px; white-space: normal; }}\n"] * bool(broken)
    return "".join(rules)


def _folded(columns: Sequence[Column], room: float, is_narrow: bool = False) -> list[int]:
    """The places of the columns for which there is no ``room``: each has its turn by how soon it folds."""
    folded = []
    for place in sorted(range(len(columns)), key=lambda place: columns[place].folds):
        each, width = columns[place], columns[place].width(is_narrow)
        if each.folds == ALWAYS or (each.folds != NEVER and width > room):
            folded.append(place)
        else:
            room -= width
    return sorted(folded)


def _cut(table: str, columns: Sequence[Column]) -> str:
    """The rule by which long values of settings are cut."""
    places = [place for place, each in enumerate(columns) if each.part == "setting"]
    how = f"max-width: {NARROWEST + PADDING}px; overflow: hidden; text-overflow: ellipsis;"
    return f"{_at(table, places)} {{ {how} }}" if places else ""


def _hide(table: str, places: Sequence[int]) -> str:
    return f"{_at(table, places)} {{ display: none; }}" if places else ""


def _at(table: str, places: Sequence[int]) -> str:
    return f"#{table} :is(th, td):is({', '.join(f':nth-child({place + 1})' for place in places)})"
