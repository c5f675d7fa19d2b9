"""What a terminal shows at the end: the best runs, the headline, what to try next, and where to look further."""

import sys
from typing import TYPE_CHECKING

from sweep.console import colour
from sweep.errors import printable
from sweep.outputs import OUTPUTS

if TYPE_CHECKING:
    from sweep.report.files import Report

MOST_ROWS = 20
"""Runs, or settings, in the table; the file with all is named."""

MOST_STEPS = 2
"""Suggestions; the report has the others."""


def conclude(report: "Report", comparison: str) -> None:
    """The table, the headline, what to try, and where to look further: the report's files, and ``comparison``."""
    folder, is_coloured = OUTPUTS / report.folder, colour.is_wanted(sys.stdout)
    file, count, lines = _table(report)
    for line in lines:
        print(_coloured(line) if is_coloured else line)
    if count > MOST_ROWS:
        print(f"… and {count - MOST_ROWS:,} more in {folder / file}")
    headline, sentence = (printable(text) for text in (report.findings.headline, report.findings.sentence))
    print(colour.painted(headline, colour.BOLD) + sentence.removeprefix(headline) if is_coloured else sentence)
    tell_failed(report)
    if report.steps:
        print("Try next:")
    for step in report.steps[:MOST_STEPS]:
        told = [f"  {step.command}", f"      {step.promise}"] if step.command else [f"  {step.promise}"]
        print("\n".join(map(printable, told)))
    print(f"Report:  {folder / 'report.html'}")
    print(f"Compare: {comparison}", flush=True)


def tell_failed(report: "Report") -> None:
    """On standard error a line each of the first that failed, and how many more did."""
    from sweep.report.findings import error

    failed = [run for run in report.runs if run.failure]
    for run in failed[:MOST_ROWS]:
        print(printable(f"failed: {run.point.key[:12]}: {error(run)}"), file=sys.stderr)
    if len(failed) > MOST_ROWS:
        more = f"failed: {len(failed) - MOST_ROWS:,} more, in {OUTPUTS / report.folder / 'runs.csv'}"
        print(more, file=sys.stderr)


def _table(report: "Report") -> tuple[str, int, list[str]]:
    """The file with all rows, how many it has, and the lines of the first."""
    from sweep.console.table import fitted, width_of
    from sweep.plan.labels import BRIEF
    from sweep.report import repeats_told
    from sweep.report.findings import table
    from sweep.report.foremost import foremost

    if all(run.state == "NOT RUN" for run in report.runs):  # A sweep that has just begun: there is nothing to compare.
        return "runs.csv", 0, []
    plan, settings, width = report.plan, report.findings.settings, width_of(sys.stdout)
    if settings:
        ranked = sorted(settings, key=lambda setting: (not setting.judged, setting.rank))[:MOST_ROWS]
        table_of = repeats_told.table(plan, ranked, BRIEF)
        return repeats_told.FILE, len(settings), fitted(*table_of, width, plan.shown)
    header, rows = table(plan, foremost(report.runs, MOST_ROWS), BRIEF)
    spare = header[header.index("final loss") + 1 : -1]
    return "runs.csv", len(report.runs), fitted(header, rows, width, plan.shown, spare)


def _coloured(line: str) -> str:
    """A row with its outcome in colour."""
    cells = line.split(" | ")
    codes = [colour.code_of(cell.strip()) for cell in cells]
    return " | ".join(colour.painted(c, code) if code else c for c, code in zip(cells, codes, strict=True))
