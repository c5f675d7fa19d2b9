"""``report.html``: one file with all it needs, which asks nothing of the network and stores nothing.

Style and script stand in files beside this one; the page names their hashes, so that a browser runs no other.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import Template

from sweep.report.blocks import AllRuns, AllSettings, Block, Items, Section, Table, Text
from sweep.report.escape import in_html
from sweep.report.findings import Findings
from sweep.report.page_tables import FOLDED, RUNS, SETTINGS, all_runs, all_settings, folded, kind
from sweep.report.pictures import Picture, style


def render(title: str, findings: Findings, sections: Iterable[Section]) -> str:
    """The page."""
    tables = [SETTINGS, FOLDED] if findings.settings else [RUNS]
    ids = [f"#{each.table}" for each in reversed(tables)]
    styles = style() + Template(_asset("page.css")).substitute(tables=f":is({', '.join(ids)})" if ids[1:] else ids[0])
    styles += _asset("repeats.css") * bool(findings.settings)
    script = "".join(each.script(_asset("page.js")) for each in tables)
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
    return f'<li><b>{count:,}</b> <span class="state {kind(state)}">{state.lower()}</span></li>'


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
                f"<figcaption>{in_html(block.caption[:1].upper() + block.caption[1:])}.</figcaption></figure>"
            )
        case AllSettings(plan, settings):
            return all_settings(plan, settings)
        case AllRuns(plan, runs, is_folded):
            return folded(plan, runs) if is_folded else all_runs(plan, runs)


def _item(code: str, text: str) -> str:
    return f"<li><code>{in_html(code)}</code>: {in_html(text)}</li>" if code else f"<li>{in_html(text)}</li>"


def _row(cells: Sequence[str]) -> str:
    first, *rest = map(in_html, cells)
    return f'<tr><th scope="row">{first}{"".join(f"<td>{cell}" for cell in rest)}'
