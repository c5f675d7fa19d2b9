"""The tables of ``report.html`` that a person sorts and filters: of all runs, and of settings with repeats."""

from collections.abc import Iterable, Sequence
from string import Template
from typing import NamedTuple

from sweep.plan.plan import Plan
from sweep.report import repeats, repeats_told
from sweep.report.escape import in_html
from sweep.report.findings import MOST_PARAMETERS, end_cells, error, setting_cells
from sweep.report.judged_runs import Run
from sweep.report.named import are_all_functions
from sweep.report.numbers import number

FIRST_ROWS = 200
"""Rows of the table of all runs that show before anyone asks for more; as in ``page.js``."""

MOST_CHOICES = 50
"""Values of a setting up to which it has a filter of its own."""


class Names(NamedTuple):
    """What tells a table from another of the page: for people, ``page.js`` and ``page.css``.

    Parameters
    ----------
    table : the id of the table.
    row, label : what a row and all of them are called.
    within : a selector of what holds the table and its controls; of the only table of a page nothing.
    suffix : of the ids of its controls.
    """

    table: str
    row: str
    label: str
    within: str = ""
    suffix: str = ""

    def script(self, text: str) -> str:
        """``page.js`` for this table."""
        ids = {name: f"{name}{self.suffix}" for name in ("search", "shown", "more")}
        return _Script(text).substitute(table=self.table, row=self.row, filters=f"{self.within}.filters", **ids)


class _Script(Template):
    delimiter = "@"  # A dollar means something in JavaScript.


RUNS = Names("runs", "run", "All runs")
FOLDED = RUNS._replace(within="#all-runs ")
SETTINGS = Names("settings", "setting", "All settings", "#all-settings ", "-of-settings")


def all_runs(plan: Plan, runs: Sequence[Run]) -> str:
    """A row a run."""
    verdicts = [run.verdict for run in runs if run.verdict]
    with_theory = any(verdict.expected for verdict in verdicts) or not (verdicts or are_all_functions(plan))
    names, cells = end_cells(plan, runs, MOST_PARAMETERS)
    header = ["run", *plan.shown, "outcome", *names, "reason"]
    header += ["lr / threshold", "predicted outcome", "epochs to tolerance", "predicted epochs"] * with_theory
    header += ["key"]
    rows = [
        [
            *(str(run.number), *setting_cells(plan, run), run.state, *ends),
            *(_reason(run), *(_theory(run) if with_theory else []), run.point.key[:12]),
        ]
        for run, ends in zip(runs, cells, strict=True)
    ]
    state, reason = header.index("outcome"), header.index("reason")
    lines = [_run(row, state, reason, hidden=i >= FIRST_ROWS) for i, row in enumerate(rows)]
    return _table(RUNS, header, rows, lines, [*plan.varying, "outcome", "predicted outcome"])


def folded(plan: Plan, runs: Sequence[Run]) -> str:
    """The same, behind a click."""
    summary = f"<summary>All {len(runs):,} runs</summary>"
    return f'<details id="all-runs">{summary}\n{all_runs(plan, runs)}\n</details>'


def all_settings(plan: Plan, settings: Sequence[repeats.Setting]) -> str:
    """A row a setting."""
    header, cells = repeats_told.table(plan, settings)
    rows = [[str(each.number), *own] for each, own in zip(settings, cells, strict=True)]
    cells_of = ("".join(f"<td>{in_html(cell)}" for cell in row[1:]) for row in rows)
    lines = [f'<tr{" hidden" * (i >= FIRST_ROWS)}><th scope="row">{i + 1}{line}' for i, line in enumerate(cells_of)]
    made = _table(SETTINGS, ["setting", *header], rows, lines, plan.varying)
    return f'<div id="all-settings">\n<p>{in_html(repeats_told.caption(plan))}.</p>\n{made}\n</div>'


def _table(
    names: Names, header: Sequence[str], rows: Sequence[Sequence[str]], lines: Sequence[str], choices: Iterable[str]
) -> str:
    """The table with its controls: a search, and a filter for each of ``choices`` that is a column."""
    of = names.suffix
    heads = "".join(f'<th scope="col" aria-sort="none"><button type="button">{in_html(n)}</button>' for n in header)
    columns = [(name, header.index(name)) for name in choices if name in header]
    filters = [_filter(name, column, [row[column] for row in rows], of) for name, column in columns]
    return (
        f'<div class="filters"><div><label for="search{of}">search</label><input id="search{of}" type="search"></div>'
        f'{"".join(filters)}</div>\n<p id="shown{of}" role="status"></p>\n'
        f'<div class="tall" role="region" tabindex="0" aria-label="{names.label}"><table id="{names.table}">\n'
        f"<thead><tr>{heads}</thead>\n<tbody>\n{chr(10).join(lines)}\n</tbody></table></div>\n"
        f'<p><button id="more{of}" class="more" type="button" hidden>Show more</button></p>'
    )


def kind(state: str) -> str:
    """The class of what has the mark of a state."""
    return state.replace(" ", "-")


def _reason(run: Run) -> str:
    return run.verdict.reason if run.verdict else error(run) or "not run"


def _theory(run: Run) -> list[str]:
    """How a run lies to the threshold, what theory predicted, and when it came within tolerance and was to."""
    if run.verdict is None or run.verdict.expected is None:
        return [""] * 4
    expected, within = run.verdict.expected, run.verdict.events.first_within
    ratio = number(expected.threshold_ratio)
    return [ratio, str(expected.predicted or ""), number(within), number(expected.predicted_epochs)]


def _run(cells: Sequence[str], state: int, reason: int, hidden: bool) -> str:
    line = [f"<td>{in_html(cell)}" for cell in cells[1:]]
    line[state - 1] = f'<td class="state {kind(cells[state])}">{cells[state]}'
    line[reason - 1] = f'<td class="reason">{in_html(cells[reason])}'
    return f'<tr{" hidden" * hidden}><th scope="row">{cells[0]}{"".join(line)}'


def _filter(name: str, column: int, values: Iterable[str], suffix: str) -> str:
    choices = list(dict.fromkeys(value for value in values if value))
    if not 2 <= len(choices) <= MOST_CHOICES:
        return ""
    options = "".join(f"<option>{in_html(value)}" for value in choices)
    names = f'id="by-{column}{suffix}" data-column="{column}"'
    label = f'<label for="by-{column}{suffix}">{in_html(name)}</label>'
    return f"<div>{label}<select {names}><option>all{options}</select></div>"
