"""A report's page, and a browser that opens it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.report.made import SEED_GRID, report
from tests.report.opened import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    made = Visit(page)
    yield made
    page.close()
    assert made.complaints == []


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seed") / "report.html"
    path.write_bytes(report(*SEED_GRID).files["report.html"])
    return path
