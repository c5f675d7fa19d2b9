"""The tables of ``report.html`` that a person sorts and filters: of all runs, and of settings with repeats."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sweep.plan.plan import Plan
from sweep.report import repeats, repeats_told
from sweep.report.escape import in_html
from sweep.report.findings import MOST_PARAMETERS, end_cells, error, note, setting_cells
from sweep.report.foremost import foremost, foremost_settings
from sweep.report.judged_runs import Run
from sweep.report.named import are_all_functions
from sweep.report.numbers import number
from sweep.report.page_columns import ALWAYS, FIRST, NEVER, SECOND, THIRD, Column, differing

FIRST_ROWS = 200
"""Rows of a table that show before anyone asks for more; as in ``page.js``."""

MOST_CHOICES = 50
"""Values of a setting up to which it has a filter of its own."""

PREDICTED = ("predicted outcome", "predicted epochs")


class Made(NamedTuple):
    """A table of the page: the id of its element, its columns, and what is said above it.

    Parameters
    ----------
    row, label : what a row and all of them are called.
    choices : columns with a filter, where they have few values.
    suffix : of the ids of its controls.
    folded : whether it is behind a click.
    """

    table: str
    columns: Sequence[Column]
    said: Sequence[str]
    row: str
    label: str
    choices: Iterable[str]
    suffix: str = ""
    folded: bool = False


def all_runs(plan: Plan, runs: Sequence[Run], folded: bool = False) -> Made:
    """A row a run, the best first."""
    runs = foremost(runs, len(runs))
    names, ends = end_cells(plan, runs, MOST_PARAMETERS)
    settings = zip(plan.shown, zip(*(setting_cells(plan, run) for run in runs), strict=True), strict=True)
    final, *others = zip(names, zip(*ends, strict=True), strict=True)
    columns = [
        Column("run", [str(run.number) for run in runs], NEVER),
        *(Column(name, cells, FIRST, "setting") for name, cells in settings),
        Column("outcome", [run.state for run in runs], NEVER, "outcome"),
        Column(*final, FIRST),
        Column("note", [note(run) for run in runs], SECOND, "note"),
        *_theory(plan, runs),
        *(Column(name, cells, THIRD) for name, cells in others),
        Column("reason", [_reason(run) for run in runs], ALWAYS, "reason"),
        Column("key", [run.point.key[:12] for run in runs], ALWAYS, "key"),
    ]
    shown, same = differing(columns)
    said = _once(same, "run")
    if agreed := [each.name for each in shown if each.name in PREDICTED and each.folds == ALWAYS]:
        said.append(f"Theory and observation agree on every run: {' and '.join(agreed)} are folded.")
    choices = [*plan.varying, "outcome", "predicted outcome"]
    return Made("runs", shown, said, "run", "All runs", choices, folded=folded)


def all_settings(plan: Plan, settings: Sequence[repeats.Setting]) -> Made:
    """A row a setting, the best first."""
    settings = foremost_settings(settings)
    header, rows = repeats_told.table(plan, settings)
    told = len(repeats.shown(plan))
    cells = zip(*rows, strict=True)
    columns = [
        Column("setting", [str(each.number) for each in settings], NEVER),
        *(
            Column(name, own, FIRST if place < told else SECOND, "setting" * (place < told))
            for place, (name, own) in enumerate(zip(header, cells, strict=True))
        ),
    ]
    shown, same = differing(columns)
    said = [f"{repeats_told.caption(plan)}.", *_once(same, "setting")]
    return Made("settings", shown, said, "setting", "All settings", plan.varying, "-of-settings")


def drawn(made: Made) -> str:
    """The table with its controls: a search, and a filter for each of its choices that is a column."""
    of, columns = made.suffix, made.columns
    places = {each.name: place for place, each in enumerate(columns) if each.folds != ALWAYS}
    filters = [_filter(columns[places[name]], places[name], of) for name in made.choices if name in places]
    lines = _lines(columns)
    said = in_html(" ".join([*made.said, "The best come first."]))
    hint = '<span class="hint">A click on a row, or Enter, unfolds it.</span>'
    element, summary = "div", ""
    if made.folded:
        element, summary = "details", f"<summary>All {len(lines):,} {made.row}s</summary>\n"
    return (
        f'<{element} class="sortable" id="all-{made.table}">{summary}'
        f'<div class="filters" role="search" aria-label="{made.label}"><div><label for="search{of}">search</label>'
        f'<input id="search{of}" type="search" placeholder="lr=0.01"></div>{"".join(filters)}</div>\n'
        f'<p class="said">{said} {hint}</p>\n<p id="shown{of}" role="status"></p>\n'
        f'<div class="tall" role="region" tabindex="0" aria-label="{made.label}">'
        f'<table id="{made.table}" aria-label="{made.label}" data-row="{made.row}">\n'
        f"<thead><tr>{''.join(map(_head, columns))}</thead>\n<tbody>\n{chr(10).join(lines)}\n</tbody></table></div>\n"
        f'<p><button id="more{of}" class="more" type="button" hidden>Show more</button></p></{element}>'
    )


def _lines(columns: Sequence[Column]) -> list[str]:
    parts = [each.part for each in columns[1:]]
    return [
        f'<tr{" hidden" * (place >= FIRST_ROWS)}><th scope="row">{number}{"".join(map(_cell, parts, cells))}'
        for place, (number, *cells) in enumerate(zip(*(each.cells for each in columns), strict=True))
    ]


def _once(same: Sequence[Column], row: str) -> list[str]:
    """What every row would say."""
    return [f"The same in every {row}: {', '.join(f'{each.name} {each.cells[0]}' for each in same)}."] if same else []


def kind(state: str) -> str:
    """The class of what has the mark of a state."""
    return state.replace(" ", "-")


def _reason(run: Run) -> str:
    return run.verdict.reason if run.verdict else error(run) or "not run"


def _theory(plan: Plan, runs: Sequence[Run]) -> list[Column]:
    """How runs lie to the threshold, when they came within tolerance, and what theory predicted of both."""
    verdicts = [run.verdict for run in runs]
    expected = [verdict.expected if verdict else None for verdict in verdicts]
    if not any(expected) and (any(verdicts) or are_all_functions(plan)):
        return []
    within = [v.events.first_within if v and e else None for v, e in zip(verdicts, expected, strict=True)]
    outcomes = [str(each.predicted or "") if each else "" for each in expected]
    epochs = [each.predicted_epochs if each else None for each in expected]
    as_found = all(not told or told == run.state for told, run in zip(outcomes, runs, strict=True))
    in_time = all(found is None or told is None or told == found for told, found in zip(epochs, within, strict=True))
    return [
        Column("lr / threshold", [number(each.threshold_ratio) if each else "" for each in expected]),
        Column("epochs to tolerance", list(map(number, within))),
        Column(PREDICTED[0], outcomes, ALWAYS if as_found else SECOND),
        Column(PREDICTED[1], list(map(number, epochs)), ALWAYS if in_time else SECOND),
    ]


def _head(column: Column) -> str:
    part = f' data-part="{column.part}"' if column.part else ""
    return f'<th scope="col" aria-sort="none"{part}><button type="button">{in_html(column.name)}</button>'


def _cell(part: str, cell: str) -> str:
    if part == "outcome":
        return f'<td class="state {kind(cell)}">{cell}'
    return f"<td>{in_html(cell)}"


def _filter(column: Column, place: int, suffix: str) -> str:
    choices = sorted(dict.fromkeys(filter(None, column.cells)), key=_by_value)
    if not 2 <= len(choices) <= MOST_CHOICES:
        return ""
    options = "".join(f"<option>{in_html(value)}" for value in choices)
    names = f'id="by-{place}{suffix}" data-column="{place}"'
    label = f'<label for="by-{place}{suffix}">{in_html(column.name)}</label>'
    return f"<div>{label}<select {names}><option>all{options}</select></div>"


def _by_value(cell: str) -> float:
    """Numbers in their order, and what is none as it comes, after them."""
    try:
        return float(cell)
    except ValueError:
        return math.inf
