"""Make the pictures of the README anew: ``python docs/make_pictures.py``, with the extra ``dev`` and Chromium."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from sweep.console import command
from sweep.tracking import pages, record
from sweep.tracking.location import absolute
from sweep.tracking.page_server import serving

DOCS = Path(__file__).parent

DRAWN = """() => {
    const charts = [...document.querySelectorAll('.js-plotly-plot')];
    const lines = charts.map(chart => chart.querySelectorAll('.scatterlayer .trace').length);
    return lines.length == 3 && lines[0] >= 100 && lines[1] >= 100 && document.body.innerHTML.includes('log10_end');
}"""
"""Whether the page has drawn all its charts."""


def main() -> None:
    """Sweep the fine grid in a folder of its own; keep the top of its page, and of its view in MLflow."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        os.chdir(folder)
        subprocess.run([sys.executable, "-m", "sweep", "grid=threshold"], check=True)
        (report,) = Path(folder, "outputs").glob("sweep-*/report.html")
        page = window(browser, 1400, 1240)
        page.goto(report.as_uri())
        page.screenshot(path=DOCS / "report.png")
        photograph_view(window(browser, 1600, 1560))


def photograph_view(page: Page) -> None:
    """The saved view of the sweep in the current folder, as MLflow shows it."""
    _, store = command.opened([])
    sweep_id = store.client.get_run(record.find(store, None)).data.tags["sweep_id"]
    # MLflow opens its assistant in a new browser, over a quarter of the page.
    page.add_init_script("localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')")
    with serving(absolute(store.uri)) as (address, _):
        page.goto(pages.link(store, address, sweep_id))
        page.wait_for_function(DRAWN)
        page.wait_for_timeout(2000)  # It has drawn, and still moves.
        page.screenshot(path=DOCS / "mlflow.png")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that is installed."""
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-gpu"])


def window(browser: Browser, width: int, height: int) -> Page:
    """An empty light page that waits for two minutes."""
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
    page.set_default_timeout(120_000)
    return page


if __name__ == "__main__":
    main()
