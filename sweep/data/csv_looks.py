"""What a CSV file that cannot be used looks like, as with other separators or decimal commas, and the next step."""

import csv
import re
import unicodedata
from collections.abc import Sequence

from sweep.errors import nearest
from sweep.settings.file_form import SEPARATORS, FileForm

PLURALS = {"comma": "commas", "semicolon": "semicolons", "tab": "tabs", "bar": "bars", "space": "blanks"}

SEPARATE = "save it with commas between its cells and points in its numbers, or with quotes around each number"

CELLS = (
    (r"|n/?a\.?|nan|null|none|nil|missing|\\n|<na>|[-?.–—]+|#.*", "a missing value", "fill it in or leave the row out"),
    (r"[-+]?inf(inity)?", "not finite", "leave the row out"),
    (r"[-+]?\d{1,3}([,.'’_\s]\d{3}){2,}([.,]\d+)?", "thousands separators", "write it without them, as 1234567.8"),
    (r"[-+]?\d{1,3}(['’_\s]\d{3}([.,]\d+)?|,\d{3}\.\d+)", "a thousands separator", "write it without, as 1234.5"),
    (r"[-+]?\d{1,3}\.\d{3},\d+", "a thousands separator and a decimal comma", "write it as 1234.5, or as 1234,5"),
    (r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}.*|\d{1,2}:\d{2}.*", "a date or a time", "write it as a number, as of seconds"),
    (r"[\u2010-\u2015\u2212]\s*[\d.].*", "a minus sign of its own", "write it with the minus of the keyboard"),
    (r"[^\"“”]*[\"“”].*|['‘’„‚«»].*", "stray quotes", "write the number without quotes"),
    (r"[-+]?0x[\da-f]+", "a hexadecimal number", "write it in decimal digits"),
    (
        r"[-+]?[\d.]+(e[-+]?\d+)?\s*[^\d\s.,;]\S*|[^\d\s.,;+-]{1,3}\s*[-+]?[\d.]+",
        "a number with a unit",
        "keep the number alone; units have data.input_unit and data.target_unit",
    ),
)
"""Cells that are no number: what they look like, and what to do."""

OTHER_POINTS = {
    "point": (
        (r"[-+]?\d*,(\d{1,2}|\d{4,}|)(e[-+]?\d+)?", "a decimal comma", "read it with data.decimal=comma"),
        (
            r"[-+]?\d*,\d*(e[-+]?\d+)?",
            "a decimal comma, or one between thousands",
            "read it with data.decimal=comma, or write it as 1500",
        ),
    ),
    "comma": (
        (
            r"[-+]?\d*\.\d*(e[-+]?\d+)?",
            "a decimal point, or one between thousands",
            "leave data.decimal=comma out, or write it as 1500",
        ),
    ),
}
"""The same for a cell that has the other sign before its decimals than is told."""


def cell(text: str, form: FileForm) -> tuple[str, str]:
    """What ``text``, which is no number, looks like (nothing where that is not known), and the next step."""
    plain = " ".join(text.split())  # Between thousands, a thin blank or one that does not break is common.
    for pattern, looks, step in (*CELLS[:5], *OTHER_POINTS[form.decimal], *CELLS[5:]):
        if re.fullmatch(pattern, plain, re.ASCII | re.IGNORECASE | re.DOTALL):
            return f"; it looks like {looks}", step
    return "", "correct the cell or leave the row out"


def _others(form: FileForm) -> dict[str, str]:
    """By their sign, the names of the separators that ``form`` has not; blanks are in many a text."""
    return {sign: name for name, sign in SEPARATORS.items() if sign not in (form.cuts_at, ",", " ")}


def _separated_by(name: str) -> tuple[str, str]:
    return f"it looks like {PLURALS[name]} between the cells", f"read it with data.separator={name}"


def broken(text: str, form: FileForm, closed: bool) -> tuple[str, str]:
    """Why ``text``, a row that cannot be cut into cells, is no row, and the next step.

    Parameters
    ----------
    closed : whether a quote in it is closed; what follows that does not cut.
    """
    others = _others(form) | ({",": "comma"} if form.cuts_at != "," else {})
    other = re.search(f'"([{"".join(map(re.escape, others))}])', text) if closed else None
    if other:
        looks, step = _separated_by(others[other[1]])
        return f"text after a closing quote; {looks}", step
    if closed:
        return "text after a closing quote", 'write a quote inside a cell twice (""), or take the quotes away'
    if '"' in text:
        return "a quote that is not closed", "close it, or take it away"
    return f"a cell of more than {csv.field_size_limit():,} characters", "shorten it"


def row(cells: Sequence[str], header: Sequence[str], form: FileForm, first: bool) -> tuple[str, str]:
    """Why ``cells`` are not as many as the ``header`` has, by their looks, and the next step.

    Parameters
    ----------
    first : whether the row is the first below the header.
    """
    more, sign = len(cells) - len(header), form.separator
    other = next((name for char, name in _others(form).items() if any(char in text for text in cells)), None)
    if other:
        looks, step = _separated_by(other)
        return f"; {looks}", step
    if more > 0 and not any(cells[len(header) :]):
        return f"; it ends with a {sign}", f"take the {sign} at its end away, or give the header one too"
    if more == len(header) and all(re.fullmatch(r"\s*[-+]?\d+(e[-+]?\d+)?", text, re.I) for text in cells):
        return "; it looks like decimal commas", SEPARATE
    if more == 1 and first:
        return (
            "; it looks like an index that has no name in the header, or a decimal comma",
            "put a name for it at the start of the header; write decimals with a point",
        )
    if more < 0 and not any(header[len(cells) :]):
        return f"; the header ends with a {sign}", f"take the {sign} at its end away"
    return "", f"correct the row; a cell that holds a {sign} needs quotes around it"


def same(name: str) -> str:
    """What two names of a column have in common that look alike: the letters, without blanks around them."""
    return unicodedata.normalize("NFC", name.strip())


def header(
    column: str, names: Sequence[str], below: Sequence[tuple[int, Sequence[str], bool]], form: FileForm
) -> tuple[str, str]:
    """Why ``column`` is not among the ``names`` of the first line, by their looks, and the next step.

    Parameters
    ----------
    below : the next rows of the file, each with its line.
    """
    line, wanted = form.cuts_at.join(names), same(column)
    for char, separator in _others(form).items():
        if char in line and (len(names) == 1 or wanted in map(same, line.split(char))):
            looks, step = _separated_by(separator)
            return f"; {looks}", step
    if len(names) == 1 and wanted in names[0].split():
        looks, step = _separated_by("space")
        return f"; {looks}", step
    if place := next((number for number, cells, _ in below if wanted in map(same, cells)), None):
        return f"; line {place} has it", f"delete what stands above line {place}: the first line is the header"
    if all(re.fullmatch(r"[-+]?\.?\d[\d.,e+-]*", name, re.I) for name in names):
        return "; its first line has numbers, and no names", "put a line with the names of the columns above it"
    if near := nearest(column, names):
        return "", f"did you mean {near}?"
    return "", "choose one of them"
