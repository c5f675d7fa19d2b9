"""The page of ten thousand points: small enough, whole, and as quick to find a run in as a small one."""

from pathlib import Path

import pytest

from sweep.report.files import Report
from tests.conftest import point
from tests.report.made import report
from tests.report.opened import Visit
from tests.report.pages import looks


@pytest.fixture(scope="module")
def made() -> Report:
    return report(
        *(point(lr=10 ** (-5 + i / 25), scale=10 ** (-2 + k / 50), epochs=4) for i in range(100) for k in range(100))
    )


def test_it_has_less_than_ten_megabytes_and_every_run(made: Report) -> None:
    assert len(made.files["report.html"]) < 10_000_000
    assert made.files["report.html"].count(b"<tr hidden") == 9_800
    assert sum(map(len, made.files.values())) < 20_000_000


def test_it_fits_can_be_read_and_any_run_is_found(visit: Visit, made: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(made.files["report.html"])
    visit.page.set_default_timeout(120_000)
    visit.page.goto(path.as_uri())
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert [fault for picture in looks.lettered(visit.page) for fault in picture.faults()] == []
    assert looks.faint(visit.page) == []
    visit.page.get_by_label("search").fill("lr=1e-5 scale=1e-2")
    assert visit.page.get_by_role("status").first.inner_text() == "1 of 10,000 runs match"
