"""``report.html``: one file with all it needs, which asks nothing of the network and stores nothing.

Style and script stand in files beside this one; the page names their hashes, so that a browser runs no other.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import Template

from sweep.report import page_columns
from sweep.report.blocks import AllRuns, AllSettings, Block, Items, Section, Table, Text
from sweep.report.escape import in_html
from sweep.report.findings import Findings
from sweep.report.page_tables import Made, all_runs, all_settings, drawn, kind
from sweep.report.pictures import Picture, style

Shown = Text | Items | Table | Picture | Made
"""What is drawn."""


def render(title: str, findings: Findings, sections: Iterable[Section]) -> str:
    """The page."""
    parts = [(section, [_made(block) for block in section.blocks]) for section in sections]
    tables = [block for _, blocks in parts for block in blocks if isinstance(block, Made)]
    ids = f":is({', '.join(f'#{made.table}' for made in tables)})"
    styles = style() + Template(_asset("page.css")).substitute(tables=ids)
    styles += "".join(page_columns.style(made.table, made.columns) for made in tables)
    styles += _asset("repeats.css") * bool(findings.settings)
    script = _asset("page.js") + _asset("pointing.js")
    counts = (_count(state, count) for state, count in findings.counts.items())
    return Template(_asset("page.html")).substitute(
        title=in_html(title),
        style=styles,
        style_hash=_digest(styles),
        script=script,
        script_hash=_digest(script),
        sentence=in_html(findings.sentence),
        counts="".join(counts),
        sections="\n".join(_rows(parts)),
    )


def _made(block: Block) -> Shown:
    """The block; of a table that is sorted, what it is made of."""
    match block:
        case AllSettings(plan, settings):
            return all_settings(plan, settings)
        case AllRuns(plan, runs, folded):
            return all_runs(plan, runs, folded)
        case _:
            return block


def _asset(name: str) -> str:
    return files("sweep.report").joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """As a Content-Security-Policy names what it allows."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _count(state: str, count: int) -> str:
    return f'<li><b>{count:,}</b> <span class="state {kind(state)}">{state.lower()}</span></li>'


def _rows(parts: Iterable[tuple[Section, Sequence[Shown]]]) -> list[str]:
    """The sections, one below the other, but for those that stand beside the one before."""
    rows: list[list[str]] = []
    for section, blocks in parts:
        made = "\n".join(["<section>", f"<h2>{section.heading}</h2>", *map(_block, blocks), "</section>"])
        if section.beside and rows:
            rows[-1].append(made)
        else:
            rows.append([made])
    return [row[0] if len(row) == 1 else "\n".join(['<div class="beside">', *row, "</div>"]) for row in rows]


def _block(block: Shown) -> str:
    match block:
        case Made():
            return drawn(block)
        case Text(text):
            return f"<p>{in_html(text)}</p>"
        case Items(rows, numbered):
            element = "ol" if numbered else "ul"
            return f"<{element}>{''.join(_item(*row, numbered) for row in rows)}</{element}>"
        case Table(caption, header, rows):
            heads = "".join(f'<th scope="col">{in_html(name)}' for name in header)
            lines = "\n".join(_row(row) for row in rows)
            return (
                f'<div class="scroll" role="region" tabindex="0" aria-label="{in_html(caption)}"><table>'
                f"<caption>{in_html(caption)}</caption>\n<thead><tr>{heads}</thead>\n<tbody>{lines}</tbody></table></div>"
            )
        case Picture():
            one = ' class="one"' if len(block.panels) == 1 else ""
            table = ' data-table="runs"' if block.of_runs else ""
            panels = _panels("panels", block.panels)
            if block.narrow:
                panels = _panels("panels wide", block.panels) + _panels("panels narrow", block.narrow)
            return (
                f"<figure{one}{table}>\n{panels}{block.key()}\n"
                f"<figcaption>{in_html(block.caption[:1].upper() + block.caption[1:])}.</figcaption></figure>"
            )


def _panels(kind: str, panels: Sequence[str]) -> str:
    return f'<div class="{kind}">\n{chr(10).join(panels)}\n</div>\n'


def _item(code: str, text: str, numbered: bool) -> str:
    if not code:
        return f"<li>{in_html(text)}</li>"
    name, said = f"<code>{in_html(code)}</code>", in_html(text)
    return f"<li>{said}: {name}</li>" if numbered else f"<li>{name}: {said}</li>"


def _row(cells: Sequence[str]) -> str:
    first, *rest = map(in_html, cells)
    return f'<tr><th scope="row">{first}{"".join(f"<td>{cell}" for cell in rest)}'
