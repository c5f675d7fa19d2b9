"""What a CSV file that cannot be used looks like, as with other separators or decimal commas, and the next step."""

import csv
import re
import unicodedata
from collections.abc import Sequence

from sweep.errors import nearest

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}

COMMAS = "save it with commas between its cells and points in its numbers"

CELLS = (
    (r"|n/?a\.?|nan|null|none|nil|missing|[-?.–—]+|#.*", "a missing value", "fill the cell in or leave the row out"),
    (r"[-+]?inf(inity)?", "not finite", "leave the row out"),
    (r"[-+]?\d{1,3}([,.'’_\s]\d{3}){2,}([.,]\d+)?", "thousands separators", "write it without them, as 1234567.8"),
    (r"[-+]?\d{1,3}(['’_\s]\d{3}([.,]\d+)?|,\d{3}\.\d+)", "a thousands separator", "write it without, as 1234.5"),
    (r"[-+]?\d{1,3}\.\d{3},\d+", "a thousands separator and a decimal comma", "write it as 1234.5"),
    (r"[-+]?\d*,\d*(e[-+]?\d+)?", "a decimal comma, or one between thousands", "write it as 1.5, or as 1500"),
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


def cell(text: str) -> tuple[str, str]:
    """What ``text``, which is no number, looks like (nothing where that is not known), and the next step."""
    plain = " ".join(text.split())  # Between thousands, a thin blank or one that does not break is common.
    for pattern, looks, step in CELLS:
        if re.fullmatch(pattern, plain, re.ASCII | re.IGNORECASE | re.DOTALL):
            return f"; it looks like {looks}", step
    return "", "correct the cell or leave the row out"


def broken(text: str, closed: bool) -> tuple[str, str]:
    """Why ``text``, a row that cannot be cut into cells, is no row, and the next step.

    Parameters
    ----------
    closed : whether a quote in it is closed; what follows that is no comma.
    """
    other = re.search(f'"([{"".join(SEPARATORS)}])', text) if closed else None
    if other:
        return f"text after a closing quote; it looks like {SEPARATORS[other[1]]} between the cells", COMMAS
    if closed:
        return "text after a closing quote", 'write a quote inside a cell twice (""), or take the quotes away'
    if '"' in text:
        return "a quote that is not closed", "close it, or take it away"
    return f"a cell of more than {csv.field_size_limit():,} characters", "shorten it"


def row(cells: Sequence[str], header: Sequence[str], first: bool) -> tuple[str, str]:
    """Why ``cells`` are not as many as the ``header`` has, by their looks, and the next step.

    Parameters
    ----------
    first : whether the row is the first below the header.
    """
    more = len(cells) - len(header)
    other = next((name for char, name in SEPARATORS.items() if any(char in text for text in cells)), None)
    if other:
        return f"; it looks like {other} between the cells", COMMAS
    if more > 0 and not any(cells[len(header) :]):
        return "; it ends with a comma", "take the comma at its end away, or give the header one too"
    if more == len(header) and all(re.fullmatch(r"\s*[-+]?\d+(e[-+]?\d+)?", text, re.I) for text in cells):
        return "; it looks like decimal commas", COMMAS
    if more == 1 and first:
        return (
            "; it looks like an index that has no name in the header, or a decimal comma",
            "put a name for it at the start of the header; write decimals with a point",
        )
    if more < 0 and not any(header[len(cells) :]):
        return "; the header ends with a comma", "take the comma at its end away"
    return "", "correct the row; a cell that holds a comma needs quotes around it"


def same(name: str) -> str:
    """What two names of a column have in common that look alike: the letters, without blanks around them."""
    return unicodedata.normalize("NFC", name.strip())


def header(column: str, names: Sequence[str], below: Sequence[tuple[int, Sequence[str]]]) -> tuple[str, str]:
    """Why ``column`` is not among the ``names`` of the first line, by their looks, and the next step.

    Parameters
    ----------
    below : the next rows of the file, each with its line.
    """
    line, wanted = ",".join(names), same(column)
    for char, separator in SEPARATORS.items():
        if char in line and (len(names) == 1 or wanted in map(same, line.split(char))):
            return f"; it looks like {separator} between the cells", COMMAS
    if len(names) == 1 and wanted in names[0].split():
        return "; it looks like blanks between the cells", COMMAS
    if place := next((number for number, cells in below if wanted in map(same, cells)), None):
        return f"; line {place} has it", f"delete what stands above line {place}: the first line is the header"
    if all(re.fullmatch(r"[-+]?\.?\d[\d.,e+-]*", name, re.I) for name in names):
        return "; its first line has numbers, and no names", "put a line with the names of the columns above it"
    if near := nearest(column, names):
        return "", f"did you mean {near}?"
    return "", "choose one of them"
