"""A report's page, and a browser that opens it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.report.made import SEED_GRID, report
from tests.report.opened import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def window(browser: "Browser") -> Iterator["Page"]:
    """One for all visits: to open one takes longer than most of what is done in it."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def visit(window: "Page") -> Iterator[Visit]:
    made = Visit(window)
    yield made
    made.end()
    assert made.complaints == []


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seed") / "report.html"
    path.write_bytes(report(*SEED_GRID).files["report.html"])
    return path
