"""Text from outside (names, labels, errors) as it may stand in each kind of file: shown as it is, never obeyed."""

import html
import re

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text starts that a spreadsheet would run as a formula.

References: OWASP, CSV Injection."""


def in_html(text: str) -> str:
    """For HTML and SVG, in an element or an attribute."""
    return html.escape(_one_line(text))


def in_markdown(text: str) -> str:
    """For Markdown, in a paragraph or a table's cell; an underscore inside a word needs no escape."""
    text = _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"[\\|`*\[\]]|(?<!\w)_|_(?!\w)", r"\\\g<0>", text)


def in_terminal(text: str) -> str:
    """For a table's cell in a terminal."""
    return _one_line(text).replace("|", "¦")


def in_code(text: str) -> str:
    """For Markdown's code, which knows no escapes: a bar would end a table's cell, a backtick the code."""
    return _one_line(text).replace("`", "'").replace("|", "¦")


def as_code(text: str) -> str:
    """As Markdown's code outside of tables, to be copied as it is: fenced by more backticks than it holds in a row."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if len(fence) > 1 else ""
    return f"{fence}{space}{_one_line(text)}{space}{fence}"


def in_csv(text: str) -> str:
    """For a cell of CSV: an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _one_line(text: str) -> str:
    """Without line breaks, control characters, and marks that turn the direction of writing."""
    text = " ".join(text.split())
    return text if text.isprintable() else "".join(c if c.isprintable() else "�" for c in text)
