"""How a page looks, computed in the browser that shows it: texts over one another, contrast of texts and of marks."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

TEXT, MARK = 4.5, 3.0
"""The least contrast of text, and of what is no text.

References: Web Content Accessibility Guidelines 2.1, sections 1.4.3 and 1.4.11."""

LEAST_HEIGHT = 9.5
"""Of a line of text in a picture, in pixels, at least: with 12 pixels of it, letters have the size of a footnote."""

LETTERS = 8.0
"""The least size of a picture's letters, in pixels of the screen."""

Box = tuple[str, float, float, float, float]
"""A text, and its left, top, right and bottom in pixels of its picture."""


class Lettered(NamedTuple):
    """A picture's width and height in pixels, and its texts."""

    width: float
    height: float
    texts: list[Box]

    def faults(self) -> list[str]:
        """What lies over something else, or outside."""
        outside = [
            text
            for text, left, top, right, bottom in self.texts
            if min(left, top) < -0.5 or right > self.width + 0.5 or bottom > self.height + 0.5
        ]
        over = [
            f"{a[0]} over {b[0]}"
            for place, a in enumerate(self.texts)
            for b in self.texts[:place]
            if a[1] < b[3] and b[1] < a[3] and a[2] < b[4] and b[2] < a[4]
        ]
        return outside + over


def lettered(page: "Page") -> list[Lettered]:
    """Every picture that shows, with its texts."""
    page.evaluate(SCRIPT)
    return [Lettered(*each) for each in page.evaluate("looks.boxes()")]


def smallest(page: "Page") -> float:
    """The size of the smallest letters in pictures, in pixels of the screen."""
    page.evaluate(SCRIPT)
    size: float = page.evaluate("looks.smallest()")
    return size


def faint(page: "Page") -> list[str]:
    """What does not stand out from its ground: texts below :data:`TEXT`, marks and curves below :data:`MARK`.

    Of a mark that lets others shine through, its tone is judged, not what it makes with them."""
    page.evaluate(SCRIPT)
    texts = [f"{kind} “{text}” {ratio:.2f}" for ratio, kind, text in page.evaluate("looks.texts()") if ratio < TEXT]
    return texts + [f"{kind} {ratio:.2f}" for ratio, kind in page.evaluate("looks.marks()") if ratio < MARK]


def between(page: "Page", one: str, other: str) -> float | None:
    """The contrast between the tones of two outcomes in pictures; None where there are not both."""
    page.evaluate(SCRIPT)
    ratio: float | None = page.evaluate(f"looks.between({one!r}, {other!r})")
    return ratio
