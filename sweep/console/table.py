"""A table that fits into a terminal: columns line up, and what has no room is cut, or left out."""

import os
import shutil
from collections.abc import Collection, Sequence
from typing import TextIO

from sweep.errors import printable
from sweep.report.escape import in_terminal
from sweep.report.markdown import aligned

WIDEST = 160
"""Characters of a line where nobody has a width."""

LEAST_NOTE, LEAST_CELL = 24, 10
"""Characters that the last column, and any other, is not cut below."""


def width_of(to: TextIO) -> int:
    """Characters of a line of the terminal that ``to`` is, as ``COLUMNS`` or the terminal says; else ``WIDEST``."""
    if not to.isatty():
        return WIDEST
    try:
        asked, found = int(os.environ.get("COLUMNS", 0)), os.get_terminal_size(to.fileno()).columns
    except (OSError, ValueError):
        asked, found = 0, shutil.get_terminal_size((WIDEST, 24)).columns
    return asked if asked > 0 else found or WIDEST


def fitted(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    alike: Collection[str] = (),
    spare: Collection[str] = (),
) -> list[str]:
    """Lines of a table, each at most ``width`` characters where that can be.

    First columns of ``alike`` that say the same in each row are left out, then those of ``spare``, from the right; then
    the last column, a note, is cut; then the widest are.
    """
    table = [[printable(in_terminal(cell)) for cell in row] for row in (header, *rows)]
    room = [max(3, *map(len, column)) for column in zip(*table, strict=True)]
    same = [name for name, *cells in zip(*table, strict=True) if len({*cells}) == 1 < len(cells) and name in alike]
    for name in [*reversed(same), *reversed([name for name in header if name in spare])]:
        if _over(room, width) > 0:
            at = table[0].index(name)
            table = [[*row[:at], *row[at + 1 :]] for row in table]
            del room[at]
    room[-1] -= max(0, min(_over(room, width), room[-1] - LEAST_NOTE))
    while _over(room, width) > 0 and max(room) > LEAST_CELL:
        room[room.index(max(room))] -= 1
    cut = [[_cut(cell, most) for cell, most in zip(row, room, strict=True)] for row in table]
    return aligned(cut[0], cut[1:], str)


def _over(widths: Sequence[int], width: int) -> int:
    """By how much a line with such columns is too long."""
    return sum(widths) + 3 * len(widths) + 1 - width


def _cut(cell: str, most: int) -> str:
    return cell if len(cell) <= most else f"{cell[: most - 1]}…"
