"""``report.md``, and the tables of the terminal."""

from collections.abc import Callable, Iterable, Sequence

from sweep.report import repeats_told
from sweep.report.blocks import MOST_ROWS, AllRuns, AllSettings, Block, Items, Section, Table, Text
from sweep.report.escape import as_code, in_code, in_markdown
from sweep.report.findings import table
from sweep.report.foremost import foremost, foremost_settings
from sweep.report.judged_runs import Run
from sweep.report.named import are_all_functions
from sweep.report.pictures import Picture
from sweep.verdict.outcome import Outcome

REASONS = {
    Outcome.DIVERGED: "Diverged: where each left",
    Outcome.UNFINISHED: "Unfinished: how much further each had to go",
    Outcome.CONVERGED: "Converged",
}


def aligned(
    header: Sequence[str], rows: Sequence[Sequence[str]], escape: Callable[[str], str] = in_markdown
) -> list[str]:
    """Lines of a Markdown table whose columns also line up in a terminal, which wants another ``escape``."""
    cells = [[escape(cell) for cell in row] for row in (header, *rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def render(title: str, sentence: str, sections: Iterable[Section]) -> str:
    """The page."""
    lines = [f"# {in_markdown(title)}", "", in_markdown(sentence)]
    for section in sections:
        lines += ["", f"## {section.heading}"]
        for block in section.blocks:
            lines += ["", *_block(block)]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    match block:
        case Text(text):
            return [in_markdown(text)]
        case Items(rows, numbered):
            told = (f"{as_code(code)}: {in_markdown(text)}" if code else in_markdown(text) for code, text in rows)
            return [f"{f'{place}.' if numbered else '-'} {item}" for place, item in enumerate(told, 1)]
        case Table(caption, header, rows):
            return [f"{in_markdown(caption)}:", "", *aligned(header, rows)]
        case Picture():
            return [f"![{in_markdown(block.caption)}]({block.name})"]
        case AllSettings(plan, settings):
            lines = aligned(*repeats_told.table(plan, foremost_settings(settings)[:MOST_ROWS]))
            return [f"{in_markdown(repeats_told.caption(plan))}:", "", *lines, *_more(len(settings), repeats_told.FILE)]
        case AllRuns(plan, runs, folded):
            lines = ["### All runs", ""] * folded
            lines += [*aligned(*table(plan, foremost(runs, MOST_ROWS))), *_more(len(runs))]
            reasons = REASONS | (
                {Outcome.UNFINISHED: "Unfinished: what each curve says"} if are_all_functions(plan) else {}
            )
            for outcome, heading in reasons.items():
                lines += _reasons(heading, [run for run in runs if run.state == outcome])
            return lines


def _reasons(heading: str, runs: Sequence[Run]) -> list[str]:
    if not runs:
        return []
    items = [
        f"- `{in_code(run.setting)}`: {in_markdown(run.verdict.reason)}" for run in runs[:MOST_ROWS] if run.verdict
    ]
    return ["", f"### {heading}", "", *items, *_more(len(runs))]


def _more(count: int, file: str = "runs.csv") -> list[str]:
    return ["", f"… and {count - MOST_ROWS:,} more in `{file}`."] if count > MOST_ROWS else []
