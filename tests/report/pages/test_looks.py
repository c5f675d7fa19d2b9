"""Pages of every kind of sweep, in light and dark, on a phone and in print: what can be computed of how they look."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sweep.report.files import make
from tests.report.opened import Visit
from tests.report.pages import looks
from tests.report.pages.sweeps import SWEEPS


class Medium(NamedTuple):
    """What a page is shown on: width in pixels, and what a browser is told."""

    width: int
    emulated: dict[str, Any]


MEDIA = {
    "light": Medium(1400, {"color_scheme": "light"}),
    "dark": Medium(1400, {"color_scheme": "dark"}),
    "phone": Medium(375, {"color_scheme": "light"}),
    "print": Medium(
        1030, {"media": "print", "color_scheme": "dark"}
    ),  # As wide as A4 at 96 dots an inch, within margins.
}

SIDEWAYS = "kind => [...document.querySelectorAll(kind)].some(each => each.scrollWidth > each.clientWidth)"
"""Whether something of that kind has more than it shows."""


@pytest.mark.parametrize("name", SWEEPS)
def test_a_page_fits_and_can_be_read(visit: Visit, page_of: Callable[[str], Path], name: str) -> None:
    visit.page.goto(page_of(name).as_uri())
    assert {medium: faults for medium in MEDIA if (faults := _faults(visit, MEDIA[medium]))} == {}


def _faults(visit: Visit, medium: Medium) -> list[str]:
    """What of the page that is open is wrong on that medium."""
    visit.page.set_viewport_size({"width": medium.width, "height": 900})
    visit.page.emulate_media(**medium.emulated)
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    found = [f"it is {width} pixels wide"] * (width > medium.width)
    pictures = looks.lettered(visit.page)
    found += [fault for picture in pictures for fault in picture.faults()] if pictures else ["no picture"]
    found += [f"{kind} scrolls sideways" for kind in (".panels", ".tall") if visit.page.evaluate(SIDEWAYS, kind)]
    size = looks.smallest(visit.page)
    found += [f"letters of {size:.1f} pixels"] * (size < looks.LETTERS)
    ratio = looks.between(visit.page, "UNFINISHED", "DIVERGED")
    found += [f"unfinished and diverged {ratio:.2f}"] if ratio and ratio < looks.MARK else []
    return found + looks.faint(visit.page)


@pytest.mark.parametrize("name", [name for name in SWEEPS if name != "1,000 points"])
def test_a_page_made_again_is_the_same_bytes(page_of: Callable[[str], Path], name: str) -> None:
    assert make(SWEEPS[name]()).files["report.html"] == page_of(name).read_bytes()
