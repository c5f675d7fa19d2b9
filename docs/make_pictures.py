"""Make the pictures of the README anew: ``python docs/make_pictures.py``, with the extra ``dev`` and Chromium."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent


def main() -> None:
    """Sweep the fine grid in a folder of its own; keep the top of its page."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "sweep", "grid=threshold"], cwd=folder, check=True)
        (report,) = Path(folder, "outputs").glob("sweep-*/report.html")
        photograph(report, DOCS / "report.png")


def photograph(page: Path, picture: Path) -> None:
    """The top of a page as PNG."""
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-gpu"])
        window = browser.new_page(viewport={"width": 1200, "height": 1250}, color_scheme="light")
        window.goto(page.as_uri())
        window.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main()
