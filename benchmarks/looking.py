"""A page in Chromium as a person uses it: opened, scrolled, pointed at, sorted and searched, each timed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WATCH = """
window.longest = 0;
new PerformanceObserver(list => {
  for (const each of list.getEntries()) window.longest = Math.max(window.longest, each.duration);
}).observe({ type: "longtask" });
"""

# The browser tells of a paint after it was on the screen, which may be later than load.
OPENED = """() => new Promise(done => new PerformanceObserver(list => {
  const [paint] = list.getEntriesByName("first-contentful-paint");
  if (paint) done(Math.max(performance.getEntriesByType("navigation")[0].loadEventEnd, paint.startTime));
}).observe({ type: "paint", buffered: true }))"""

PAINTED = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"

SCROLL = f"""async () => {{
  for (const box of [document.scrollingElement, ...document.querySelectorAll(".tall")]) {{
    for (let y = 0; y < box.scrollHeight; y += 300) {{ box.scrollTop = y; await {PAINTED}; }}
  }}
  document.scrollingElement.scrollTop = 0;
}}"""

TIMED = (
    f"""async act => {{ const start = performance.now(); act(); await {PAINTED}; return performance.now() - start; }}"""
)

SORT = f"() => ({TIMED})(() => document.querySelector('thead button').click())"
SEARCH = f"""() => ({TIMED})(() => {{
  const search = document.querySelector("input[type=search]");
  search.value = "diverged 0.0";
  search.dispatchEvent(new Event("input", {{ bubbles: true }}));
}})"""

MOVES = 12
"""Places across the map that the pointer goes to, and down it."""


@dataclass(frozen=True)
class Look:
    """What using a page took, in seconds.

    Parameters
    ----------
    opened : until it was loaded, its script had run and it was painted.
    scrolled, pointed : the longest time in which it answered to nothing, at least 0.05 or else 0.
    sorted, searched : until the table was painted anew.
    """

    opened: float
    scrolled: float
    pointed: float
    sorted: float
    searched: float


@contextmanager
def chromium() -> Iterator["Browser | None"]:
    """The Chromium that is installed; None where it or Playwright is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        yield None
        return
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if binary is None:
        yield None
        return
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-gpu"])


def look(browser: "Browser", file: Path) -> Look:
    """Open the page in ``file`` and use it."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(120_000)
    page.add_init_script(WATCH)
    page.goto(file.as_uri())
    page.evaluate(PAINTED)
    opened = page.evaluate(OPENED)
    _longest(page)  # What opening took is no pause of scrolling.
    page.evaluate(SCROLL)
    scrolled = _longest(page)
    _point(page)
    pointed = _longest(page)
    found = Look(*(each / 1000 for each in (opened, scrolled, pointed, page.evaluate(SORT), page.evaluate(SEARCH))))
    page.close()
    return found


def _point(page: "Page") -> None:
    """Move the pointer over all of the first picture."""
    picture = page.locator("svg[role=img]").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    for down in range(MOVES):
        for across in range(MOVES):
            page.mouse.move(
                box["x"] + box["width"] * (across + 0.5) / MOVES, box["y"] + box["height"] * (down + 0.5) / MOVES
            )
    page.evaluate(PAINTED)


def _longest(page: "Page") -> float:
    """The longest task since the last question, in milliseconds."""
    page.wait_for_timeout(100)  # An observer is told of a task after its end.
    longest: float = page.evaluate("(([found]) => { window.longest = 0; return found; })([window.longest])")
    return longest
