"""What a person sees in the terminal: the plan, the progress, the table at the end."""

import sys
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TextIO

from sweep.console import bar
from sweep.console.conclusion import conclude
from sweep.console.telling import Progress
from sweep.errors import printable
from sweep.plan import size
from sweep.plan.plan import Plan
from sweep.plan.point import as_typed
from sweep.plan.remarks import remarks
from sweep.verdict.doubts import doubts
from sweep.verdict.sentences import plural

if TYPE_CHECKING:
    from sweep.cost.told import Cost

__all__ = ["announce", "conclude", "progress", "say", "show_cost", "show_plan", "warn"]

MOST_LINES = 40
"""Remarks, and doubts, that are told."""


def show_plan(plan: Plan, done: Collection[str], curve_points: int) -> None:
    """List the points of a plan, which are done already, and how large the store becomes at most."""
    rows = []
    for point in plan.points:
        cells = plan.cells(point)
        state = "done" if point.key in done else "to do"
        rows.append([*(as_typed(cells[name]) for name in plan.shown), point.key[:12], state])
    table = [[*plan.shown, "key", "state"], *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    todo = [point for point in plan.points if point.key not in done]
    print(_counts(plan, len(todo)))
    _remark(plan)
    if todo:
        _doubt(plan)
        print(size.growth(todo, curve_points))
    print("Nothing was trained: dry_run=true.")


def show_cost(plan: Plan, todo: int, found: "Callable[[], Cost | None]") -> None:
    """Say what training the ``todo`` points of a plan will take, once it is ``found``."""
    announce(plan, todo)
    if cost := found():
        for line in cost.lines():
            say(line)
    say("Nothing was kept: dry_run=cost.")


def announce(plan: Plan, todo: int) -> None:
    """Say what is about to happen, and what was made of what was typed."""
    print(_counts(plan, todo), flush=True)
    _remark(plan)
    if todo:
        _doubt(plan)


def _doubt(plan: Plan) -> None:
    """What may keep runs from their tolerance, a line each, on standard error."""
    lines = list(doubts(plan))
    more = [f"and {len(lines) - MOST_LINES:,} more of this kind"] * (len(lines) > MOST_LINES)
    for line in lines[:MOST_LINES] + more:
        print(printable(line), file=sys.stderr)


def _remark(plan: Plan) -> None:
    for line in list(remarks(plan))[:MOST_LINES]:
        print(printable(line), flush=True)


def _counts(plan: Plan, todo: int) -> str:
    epochs = f", {plural(plan.total_epochs, 'epoch')} in all" if plan.total_epochs else ""
    parts = [f"Sweep {plan.sweep_id[:8]}: {plural(len(plan.points), 'point')}{epochs}"]
    if plan.duplicates:
        parts.append(f"{plan.duplicates:,} asked for twice and folded")
    parts.append(f"{len(plan.points) - todo:,} done already, {todo:,} to train")
    return "; ".join(parts) + "."


def progress(total: int) -> AbstractContextManager[Progress]:
    """See :func:`sweep.console.bar.shown`."""
    return bar.shown(total)


def say(line: str) -> None:
    """Print ``line``, also while points train: a progress bar makes way for it."""
    _write(line, sys.stdout)


def warn(line: str) -> None:
    """The same on standard error."""
    _write(line, sys.stderr)


def _write(line: str, to: TextIO) -> None:
    with bar.aside():
        print(printable(line), file=to, flush=True)
