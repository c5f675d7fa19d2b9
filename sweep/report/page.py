"""``report.html``: one file with all it needs, which asks nothing of the network and stores nothing.

Style and script stand in files beside this one; the page names their hashes, so that a browser runs no other.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import Template

from sweep.plan.plan import Plan
from sweep.report.blocks import AllRuns, Block, Items, Section, Table, Text
from sweep.report.escape import in_html
from sweep.report.findings import MOST_PARAMETERS, Findings, end_cells, error, number, setting_cells
from sweep.report.judged_runs import Run
from sweep.report.pictures import Picture, style

FIRST_ROWS = 200
"""Rows of the table of all runs that show before anyone asks for more; as in ``page.js``."""

MOST_CHOICES = 50
"""Values of a setting up to which it has a filter of its own."""


def render(title: str, findings: Findings, sections: Iterable[Section]) -> str:
    """The page."""
    styles, script = style() + _asset("page.css"), _asset("page.js")
    counts = (_count(state, count) for state, count in findings.counts.items())
    return Template(_asset("page.html")).substitute(
        title=in_html(title),
        style=styles,
        style_hash=_digest(styles),
        script=script,
        script_hash=_digest(script),
        sentence=in_html(findings.sentence),
        counts="".join(counts),
        sections="\n".join(_section(section) for section in sections),
    )


def _asset(name: str) -> str:
    return files("sweep.report").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """As a Content-Security-Policy names what it allows."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _count(state: str, count: int) -> str:
    return f'<li><b>{count:,}</b> <span class="state {_kind(state)}">{state.lower()}</span></li>'


def _kind(state: str) -> str:
    return state.replace(" ", "-")


def _section(section: Section) -> str:
    return "\n".join(["<section>", f"<h2>{section.heading}</h2>", *map(_block, section.blocks), "</section>"])


def _block(block: Block) -> str:
    match block:
        case Text(text):
            return f"<p>{in_html(text)}</p>"
        case Items(rows):
            return f"<ul>{''.join(_item(code, text) for code, text in rows)}</ul>"
        case Table(caption, header, rows):
            heads = "".join(f'<th scope="col">{in_html(name)}' for name in header)
            lines = "\n".join(_row(row) for row in rows)
            return (
                f'<div class="scroll" role="region" tabindex="0" aria-label="{in_html(caption)}"><table>'
                f"<caption>{in_html(caption)}</caption>\n<thead><tr>{heads}</thead>\n<tbody>{lines}</tbody></table></div>"
            )
        case Picture():
            one = ' class="one"' if len(block.panels) == 1 else ""
            return (
                f'<figure{one}>\n<div class="panels">\n{chr(10).join(block.panels)}\n</div>\n{block.key()}\n'
                f"<figcaption>{in_html(block.alt[:1].upper() + block.alt[1:])}.</figcaption></figure>"
            )
        case AllRuns(plan, runs):
            return _all_runs(plan, runs)


def _item(code: str, text: str) -> str:
    return f"<li><code>{in_html(code)}</code>: {in_html(text)}</li>" if code else f"<li>{in_html(text)}</li>"


def _row(cells: Sequence[str]) -> str:
    first, *rest = map(in_html, cells)
    return f'<tr><th scope="row">{first}{"".join(f"<td>{cell}" for cell in rest)}'


def _all_runs(plan: Plan, runs: Sequence[Run]) -> str:
    verdicts = [run.verdict for run in runs if run.verdict]
    with_theory = not verdicts or any(verdict.expected for verdict in verdicts)
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
    heads = "".join(f'<th scope="col" aria-sort="none"><button type="button">{in_html(n)}</button>' for n in header)
    state, reason = header.index("outcome"), header.index("reason")
    lines = [_run(row, state, reason, hidden=i >= FIRST_ROWS) for i, row in enumerate(rows)]
    choices = [name for name in (*plan.varying, "outcome", "predicted outcome") if name in header]
    filters = [_filter(name, header.index(name), [row[header.index(name)] for row in rows]) for name in choices]
    return (
        '<div class="filters"><div><label for="search">search</label><input id="search" type="search"></div>'
        f'{"".join(filters)}</div>\n<p id="shown" role="status"></p>\n'
        '<div class="tall" role="region" tabindex="0" aria-label="All runs"><table id="runs">\n'
        f"<thead><tr>{heads}</thead>\n<tbody>\n{chr(10).join(lines)}\n</tbody></table></div>\n"
        '<p><button id="more" class="more" type="button" hidden>Show more</button></p>'
    )


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
    line[state - 1] = f'<td class="state {_kind(cells[state])}">{cells[state]}'
    line[reason - 1] = f'<td class="reason">{in_html(cells[reason])}'
    return f'<tr{" hidden" * hidden}><th scope="row">{cells[0]}{"".join(line)}'


def _filter(name: str, column: int, values: Iterable[str]) -> str:
    choices = list(dict.fromkeys(value for value in values if value))
    if not 2 <= len(choices) <= MOST_CHOICES:
        return ""
    options = "".join(f"<option>{in_html(value)}" for value in choices)
    names = f'id="by-{column}" data-column="{column}"'
    return f'<div><label for="by-{column}">{in_html(name)}</label><select {names}><option>all{options}</select></div>'
