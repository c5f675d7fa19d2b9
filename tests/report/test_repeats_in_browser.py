"""The page of a sweep with repeats in a real browser: settings sort and filter, their runs are one click below."""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.report.made import report
from tests.report.opened import Visit
from tests.report.seeded import seeded

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("repeats") / "report.html"
    path.write_bytes(report(*seeded(0.01, 0.03, 0.035), *seeded(0.02, seeds=range(2))).files["report.html"])
    return path


@pytest.fixture
def page(visit: Visit, made: Path) -> "Page":
    visit.page.goto(made.as_uri())
    return visit.page


def column(page: "Page", table: str, name: str) -> list[str]:
    """The cells under ``name`` of the rows that show."""
    heads = [each.strip() for each in page.locator(f"#{table} thead th button").all_text_contents()]
    place = heads.index(name) + 1
    return page.locator(f"#{table} tbody tr:not([hidden]) > :nth-child({place})").all_text_contents()


def test_settings_have_a_row_each_that_sorts_by_its_mean(page: "Page") -> None:
    assert sorted(column(page, "settings", "setting")) == ["1", "2", "3", "4"]
    means = column(page, "settings", "final loss")
    assert means[3] == ""
    assert [float(mean) for mean in means[:3]] == sorted(float(mean) for mean in means[:3])
    assert column(page, "settings", "lr") == ["0.03", "0.02", "0.01", "0.035"]
    page.locator("#settings thead button", has_text="setting").press("Enter")
    assert column(page, "settings", "runs") == ["4", "4", "4", "2"]


def test_runs_are_one_click_below_and_have_controls_of_their_own(page: "Page") -> None:
    assert not page.locator("#runs").is_visible()
    page.locator("summary", has_text="All 14 runs").click()
    assert page.locator("#runs").is_visible()
    assert len(column(page, "runs", "outcome")) == 14
    page.locator("#all-runs").get_by_label("seed").select_option("3")
    assert len(column(page, "runs", "outcome")) == 3
    assert page.locator("#shown").inner_text() == "3 of 14 runs match"
    assert len(column(page, "settings", "lr")) == 4
    page.locator("#all-settings").get_by_label("lr").select_option("0.02")
    assert page.locator("#shown-of-settings").inner_text() == "1 of 4 settings match"
    page.locator("#all-settings").get_by_label("search").fill("nothing of the kind")
    assert page.locator("#shown-of-settings").inner_text() == "0 of 4 settings match"
    assert len(column(page, "runs", "outcome")) == 3


def test_bands_and_marks_are_drawn_and_named_for_whoever_cannot_see_them(page: "Page") -> None:
    figure = page.locator("section", has=page.locator("h2", has_text="Loss curves"))
    bands = figure.locator("path.UNFINISHED, path.DIVERGED")
    assert bands.count() == 4
    for band in bands.all():
        box = band.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 2
        assert ": 4 " in (band.text_content() or "") or ": 2 " in (band.text_content() or "")
    numbers = figure.locator("text[font-size='120']").all()
    assert {number.text_content() for number in numbers} == {"1", "2", "3", "4"}
    places = sorted(box["y"] for number in numbers if (box := number.bounding_box()))
    assert len(places) == 4
    assert min(b - a for a, b in pairwise(places)) > 8
    assert "1: lr=0.01" in figure.locator("figcaption").inner_text()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_its_window_with_all_open(page: "Page", width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_ids_are_distinct_and_controls_have_labels(page: "Page") -> None:
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
    assert len(ids) == len(set(ids))
    for control in page.locator("input, select").all():
        assert control.evaluate("e => [...e.labels].some(label => label.textContent.trim())")


def test_printed_it_has_the_settings_and_no_controls(page: "Page") -> None:
    page.emulate_media(media="print")
    assert page.locator("#settings").is_visible()
    assert page.locator(".filters").first.is_hidden()
