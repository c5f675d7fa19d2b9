"""Pages, each made once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from sweep.report.files import make
from tests.report.pages.sweeps import SWEEPS


@pytest.fixture(scope="package")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """``page_of("82 points")`` is where the page of that sweep of ``SWEEPS`` lies."""

    @cache
    def page(name: str) -> Path:
        path = tmp_path_factory.mktemp("page") / "report.html"
        path.write_bytes(make(SWEEPS[name]()).files["report.html"])
        return path

    return page
