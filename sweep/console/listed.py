"""A list of sweeps as a terminal shows it, and as JSON."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sweep.errors import printable

if TYPE_CHECKING:
    from sweep.tracking.listing import Listed

WIDTH = 100
"""Columns of what is no terminal, and the least that a line takes."""

GAP = "  "

SHORT = {"CONVERGED": "c", "UNFINISHED": "u", "DIVERGED": "d", "FAILED": "f", "NOT RUN": "-"}
LEGEND = "Outcomes: c converged, u unfinished, d diverged, f failed, - not run."

HEADER = ("name", "id", "when", "varied", "outcomes", "best", "size", "state")
LEAST = {"name": 6, "varied": 12, "best": 12}
"""Columns that are shortened where a line is too long, and what each keeps."""


def show(sweeps: "Sequence[Listed]") -> None:
    """Print a table with a line a sweep, no wider than the terminal, nor than 100 columns where that is narrower."""
    rows = [dict(zip(HEADER, _cells(each), strict=True)) for each in sweeps]
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in HEADER}
    excess = sum(widths.values()) + len(GAP) * (len(HEADER) - 1) - _columns()
    while excess > 0 and (wide := [name for name, least in LEAST.items() if widths[name] > least]):
        widths[max(wide, key=lambda name: widths[name])] -= 1
        excess -= 1
    for row in [dict(zip(HEADER, HEADER, strict=True)), *rows]:
        print(GAP.join(_cut(row[name], widths[name]).ljust(widths[name]) for name in HEADER).rstrip())
    print(LEGEND)


def as_json(sweeps: "Sequence[Listed]") -> str:
    """A list of objects, newest first; times in UTC, null for what is not known."""
    return json.dumps([_plain(each) for each in sweeps], indent=1, ensure_ascii=False)


def _plain(listed: "Listed") -> dict[str, Any]:
    plain = asdict(listed)
    plain["at"] = datetime.fromtimestamp(listed.at / 1000, UTC).isoformat(timespec="seconds")
    return plain


def _cells(listed: "Listed") -> tuple[str, ...]:
    from sweep.plan.size import readable

    loss = "" if listed.loss is None else f"{listed.loss:.4g} "
    at = datetime.fromtimestamp(listed.at / 1000).astimezone()
    day = "%m-%d %H:%M" if at.year == datetime.now().year else "%Y-%m-%d"
    cells = (
        listed.name,
        listed.sweep_id[:8],
        at.strftime(day),
        listed.varied,
        " ".join(f"{count}{SHORT[name]}" for name, count in listed.counts.items() if count and name in SHORT),
        f"{loss}{listed.best}".strip(),
        "" if listed.bytes is None else readable(listed.bytes),
        _state(listed),
    )
    return tuple(map(printable, cells))


def _state(listed: "Listed") -> str:
    if listed.state == "done" or listed.done is None:
        return listed.state
    return f"{listed.state} {int(100 * listed.done)} %"  # Never 100 % before all of it is there.


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _columns() -> int:
    return max(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
