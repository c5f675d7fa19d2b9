"""Colour in a terminal: whether it may be, and how a text has it."""

import os
import re
from typing import TextIO

from sweep.colours import EITHER

LEVELS = (0, 95, 135, 175, 215, 255)
"""How much red, green and blue the 216 colours have that every terminal of today knows, as xterm numbers them."""

BOLD = "1"


def is_wanted(to: TextIO) -> bool:
    """Whether ``to`` is a terminal that shows colour; ``NO_COLOR`` and ``FORCE_COLOR``, where not empty, say it first.

    References: no-color.org, force-color.org.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return to.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def painted(text: str, code: str) -> str:
    """``text`` with a code of a terminal's, and nothing else so."""
    return f"\x1b[{code}m{text}\x1b[0m" if text else text


def code_of(state: str) -> str | None:
    """The code for the state of a run, of the colours that terminals have the nearest one; None of other words."""
    if not (colour := EITHER.get(state)):
        return None
    parts = [int(part, 16) for part in re.findall("[0-9a-f]{2}", colour)]
    red, green, blue = (min(range(6), key=lambda at, part=part: abs(LEVELS[at] - part)) for part in parts)  # type: ignore[misc]
    return f"38;5;{16 + 36 * red + 6 * green + blue}"
