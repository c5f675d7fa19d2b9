"""``report.html`` of few points and of many: how large it is, how long it takes to make, and to use in Chromium."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import grid
from benchmarks.looking import chromium, look
from benchmarks.process import measure, python
from benchmarks.progress import say
from benchmarks.tables import Bar, Section, table

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EPOCHS = 100

MOST = 10e6
"""Bytes that the largest page may have."""

OTHERS: Mapping[str, Sequence[str]] = {
    "82 points": ("grid=threshold",),
    "own model, 12 points": ("problem=mlp", "lr=0.001,0.01,0.1,1", "problem.model.width=4,8,16", f"epochs={EPOCHS}"),
    "repeats, 5 × 8": ("start=random", "lr=1e-4,1e-3,1e-2,2e-2,4e-2", "seed=0,1,2,3,4,5,6,7", f"epochs={EPOCHS}"),
}
"""Sweeps of other kinds, as one types them."""

MEANING = """Made: processor's time of `python -m sweep.report` as a whole process. Opened: until it was loaded and
painted. Scrolled, pointed: the longest time in which it answered to nothing, where that was 50 ms and more. Sorted,
searched: until the table was painted anew."""

HEADER = ("", "bytes", "made", "opened", "scrolled", "pointed", "sorted", "searched")


def section(counts: Sequence[int], folder: Path) -> Section:
    """Sweep grids of so many points, and the others; make the page of each again; look at it."""
    sweeps = {f"{count:,} points": grid.of(count, EPOCHS).arguments for count in counts} | OTHERS
    rows, sizes = [], {}
    with chromium() as browser:
        if browser is None:
            say("page: no Chromium or no Playwright is installed, so that no page is looked at")
        for name, words in sweeps.items():
            row, sizes[name] = _measured(browser, words, folder / name.replace(" ", "-"))
            rows.append([name, *row])
            say(f"page, {name}: {', '.join(row)}")
    text = f"## The page in Chromium\n\n{table(HEADER, rows)}\n\n{MEANING}"
    largest = f"{counts[-1]:,} points"
    return Section(text, [Bar(f"bytes of the page of {largest}", MOST, sizes[largest], "bytes")])


def _measured(browser: "Browser | None", words: Sequence[str], folder: Path) -> tuple[list[str], int]:
    """The cells of a row, and the bytes of the page."""
    measure(python("-m", "sweep", *words, "tracking.curve_points=10"), folder)
    made = measure(python("-m", "sweep.report"), folder).processor
    (file,) = (folder / "outputs").glob("*/report.html")
    size = file.stat().st_size
    cells = [f"{size:,}", f"{made:.3g} s"]
    if browser is not None:
        found = look(browser, file)
        pauses = (found.scrolled, found.pointed)
        cells += [f"{found.opened:.2g} s", *(f"{each:.2g} s" if each else "< 0.05 s" for each in pauses)]
        cells += [f"{found.sorted:.2g} s", f"{found.searched:.2g} s"]
    return cells + [""] * (len(HEADER) - 1 - len(cells)), size
