"""What a person sees in the terminal: the plan, the progress, the table at the end."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.plan import CURVE_POINT_BYTES, RUN_BYTES, Plan

if TYPE_CHECKING:
    from sweep.report.publish import Report

MOST_ROWS = 40
"""Rows of the table at the end; of a larger sweep the terminal shows the first ones and names the file with all."""

ALWAYS = ("lr", "scale", "epochs")


def show_plan(plan: Plan, done: Collection[str], curve_points: int) -> None:
    """List the points of a plan, which are done already, and how much the others would store at most."""
    names = [name for name in plan.points[0].columns() if name in ALWAYS or name in plan.varying]
    rows = []
    for point in plan.points:
        cells = point.columns() | {"data": plan.label(point.data)}
        state = "done" if point.key in done else "to do"
        rows.append([*(f"{cells[name]}" for name in names), point.key[:12], state])
    table = [[*names, "key", "state"], *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    epochs = [min(point.epochs, curve_points) for point in plan.points if point.key not in done]
    print(_counts(plan, len(epochs)))
    size = RUN_BYTES * len(epochs) + CURVE_POINT_BYTES * sum(epochs)
    print(f"The store would grow by up to {size / 1e6:,.1f} MB. Nothing was trained: dry_run=true.")


def announce(plan: Plan, todo: int) -> None:
    """Say what is about to happen, in one line."""
    print(_counts(plan, todo), flush=True)


def _counts(plan: Plan, todo: int) -> str:
    points = "1 point" if len(plan.points) == 1 else f"{len(plan.points):,} points"
    parts = [f"Sweep {plan.sweep_id[:8]}: {points}, {plan.total_epochs:,} epochs in all"]
    if plan.duplicates:
        parts.append(f"{plan.duplicates:,} asked for twice and folded")
    parts.append(f"{len(plan.points) - todo:,} done already, {todo:,} to train")
    return "; ".join(parts) + "."


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar over points, on standard error; none where that is no terminal. Yields what to call a point."""
    from tqdm import tqdm

    with tqdm(total=total, unit=" points", leave=False, disable=None if total else True) as bar:

        def tick() -> None:
            bar.update()

        yield tick


def conclude(report: "Report", folder: Path, ui_command: str) -> None:
    """The table, the sentence, and where to look further."""
    from sweep.report.findings import records, table
    from sweep.report.page import aligned

    header, rows = table(report.runs.head(MOST_ROWS), report.findings.shown)
    print("\n".join(aligned(header, rows)))
    if len(report.runs) > MOST_ROWS:
        print(f"… and {len(report.runs) - MOST_ROWS:,} more in {folder / 'runs.csv'}")
    print(report.findings.sentence)
    for run in records(report.runs[report.runs["status"] == "FAILED"]):
        print(f"failed: {run['key'][:12]}: {run['error_kind']}: {run['error_message']}", file=sys.stderr)
    print(f"Report:  {folder / 'report.md'}")
    print(f"Compare: {ui_command}")
