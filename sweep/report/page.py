"""``report.md``: the findings as Markdown, and the tables of the terminal."""

import re
from collections.abc import Sequence

import pandas as pd

from sweep.outcome import Outcome
from sweep.plan import Plan, exact
from sweep.report.findings import Findings, number, records, setting, table
from sweep.stability import problems

MOST_ROWS = 500
"""Rows of a table in the page; ``runs.csv`` has them all."""


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table whose columns also line up in a terminal."""
    cells = [[_escape(cell) for cell in row] for row in (header, *rows)]
    widths = [max(3, *(len(row[place]) for row in cells)) for place in range(len(header))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def render(plan: Plan, runs: pd.DataFrame, findings: Findings, pictures: Sequence[tuple[str, str]]) -> str:
    """The page.

    Parameters
    ----------
    pictures : file name and description of each picture beside the page.
    """
    title = f"Sweep {plan.name}" if plan.name else f"Sweep {plan.sweep_id[:8]}"
    lines = [f"# {_escape(title)}", "", findings.sentence, ""]
    lines += [*aligned(*table(runs.head(MOST_ROWS), plan.shown)), *_more(len(runs))]
    for file, description in pictures:
        lines += ["", f"![{_escape(description)}]({file})"]
    for outcome, heading in (
        (Outcome.DIVERGED, "Diverged: where each left"),
        (Outcome.UNFINISHED, "Unfinished: how much further each had to go"),
        (Outcome.CONVERGED, "Converged"),
    ):
        lines += _reasons(runs[runs["outcome"] == outcome], heading, plan.shown, "reason")
    failed = runs[runs["status"] == "FAILED"].assign(
        error=lambda rows: rows["error_kind"] + ": " + rows["error_message"]
    )
    lines += _reasons(failed, "Failed to execute", plan.shown, "error")
    lines += _theory(plan)
    lines += _asked(plan)
    return "\n".join(lines) + "\n"


def _reasons(runs: pd.DataFrame, heading: str, shown: Sequence[str], column: str) -> list[str]:
    if runs.empty:
        return []
    items = [f"- `{setting(run, shown)}`: {_escape(str(run[column]))}" for run in records(runs.head(MOST_ROWS))]
    return ["", f"## {heading}", "", *items, *_more(len(runs))]


def _theory(plan: Plan) -> list[str]:
    """For each data and scale: how far lr may go, and what it is to reach."""
    theory = problems(plan.readings)
    places = dict.fromkeys((point.data, point.scale) for point in plan.points)
    rows = []
    for data, scale in list(places)[:MOST_ROWS]:
        curvature = theory[data].at(scale)
        rows.append(
            [
                plan.label(data),
                exact(scale),
                *map(number, (curvature.threshold, curvature.fastest_lr)),
                *map(number, (curvature.condition, *curvature.optimum, theory[data].best_loss)),
            ]
        )
    header = ["data", "scale", "largest stable lr, 2/λmax", "fastest lr", "condition", "best w", "best b", "least loss"]
    return ["", "## What theory says", "", *aligned(header, rows), *_more(len(places), "")]


def _asked(plan: Plan) -> list[str]:
    """The settings that did not vary, the data, and the identity of the sweep."""
    lines = ["", "## What was asked", ""]
    lines += [f"- `{name}`: {exact(v)}" for name, v in plan.fixed.items() if v is not None and name != "data"]
    lines += [f"- `outcome.tolerance`: {exact(plan.tolerance)}"]
    for fingerprint, data in plan.readings.items():
        units = ", ".join(
            f"{name} in {unit}" if unit else name
            for name, unit in ((data.input_name, data.input_unit), (data.target_name, data.target_unit))
        )
        lines.append(
            f"- data {_escape(plan.label(fingerprint))}: {len(data.inputs):,} readings ({_escape(units)}) from"
            f" {_escape(data.source)}; fingerprint `{fingerprint}`"
        )
    return [*lines, f"- sweep id: `{plan.sweep_id}`; the key of each point stands in `runs.csv`"]


def _more(count: int, where: str = " in `runs.csv`") -> list[str]:
    return ["", f"… and {count - MOST_ROWS:,} more{where}."] if count > MOST_ROWS else []


def _escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line; an underscore inside a word needs no escape."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"[\\|`*\[\]]|(?<!\w)_|_(?!\w)", r"\\\g<0>", text)
