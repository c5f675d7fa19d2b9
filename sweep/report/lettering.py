"""How wide text is in a picture, about: a browser chooses the font later, so as in a wide one of those."""

import unicodedata
from collections.abc import Sequence

HEIGHT = 14.0
"""Of a line of text, in pixels."""

SIZE = 12
"""Of the font, in pixels, as ``picture.css`` has it."""

_EMS = {" .,:;|!'()[]ijlItfr/-": 0.42, "mwMW@%…": 1.0, "+−=<>~#": 0.85}
"""Widths of letters in parts of the size, where they are not about that of a digit."""


def width(text: str, bold: bool = False) -> float:
    """The width of ``text`` on one line, in pixels."""
    return SIZE * (1.1 if bold else 1) * sum(map(_em, text))


def cut(text: str, room: float, bold: bool = False) -> str:
    """``text``, or as much of its start as there is ``room`` for, in pixels, and an ellipsis."""
    if width(text, bold) <= room:
        return text
    while text and width(f"{text}…", bold) > room:
        text = text[:-1]
    return f"{text}…"


def cut_apart(texts: Sequence[str], room: float) -> list[str]:
    """``texts`` cut to ``room`` pixels each; where that leaves two the same, without the start that all have."""
    first, last = min(texts), max(texts)
    common = next((place for place, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1), len(first))
    for start in (0, texts[0].rfind(" ", 0, common) + 1, common):
        left = [cut(f"…{text[start:]}" if start else text, room) for text in texts]
        if len({*left}) == len({*texts}):
            break
    return left


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.4
    narrow_or_wide = next((em for chars, em in _EMS.items() if char in chars), None)
    return narrow_or_wide or (0.8 if char.isupper() else 0.65)
