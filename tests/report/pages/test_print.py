"""A page in print: all rows in the order of the screen, and figures on the sheet of their heading."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.opened import Visit, press

PARTED = """height => {
  Object.assign(document.body.style, { columns: "1030px", columnGap: 0, columnFill: "auto", height: `${height}px` });
  const sheet = (box) => Math.floor(box.left / 1030);
  const headings = [...document.querySelectorAll("h2")];
  const first = (element) => sheet(element.getClientRects()[0]);
  const alone = headings.filter((each) => first(each) !== first(each.nextElementSibling));
  const cut = [...document.querySelectorAll("figure")].filter((each) => each.getClientRects().length > 1);
  return [...alone, ...cut].map((each) => each.textContent.slice(0, 60));
}"""
"""Headings without what follows, and figures that are cut: columns break where sheets of that height would."""

PRINTED = """() => [...document.querySelectorAll("#runs tbody tr")]
  .filter((row) => row.checkVisibility()).map((row) => row.cells[0].textContent)"""
"""The runs whose rows show, in their order."""


@pytest.mark.parametrize("name", ["82 points", "own model"])
def test_no_sheet_ends_with_a_heading_or_within_a_figure(
    visit: Visit, page_of: Callable[[str], Path], name: str
) -> None:
    visit.page.set_viewport_size({"width": 1030, "height": 720})
    visit.page.emulate_media(media="print")
    visit.page.goto(page_of(name).as_uri())
    heights = range(560, 760, 20)
    assert {height: found for height in heights if (found := visit.page.evaluate(PARTED, height))} == {}


def test_all_rows_are_printed_in_the_order_in_which_they_were_sorted(
    visit: Visit, page_of: Callable[[str], Path]
) -> None:
    visit.page.goto(page_of("1,000 points").as_uri())
    press(visit.page, "run")
    visit.page.get_by_label("search").fill("lr=0.01")
    visit.page.pdf()
    visit.page.emulate_media(media="print")
    assert visit.page.evaluate(PRINTED) == [str(number) for number in range(1, 1001)]


def test_the_head_of_a_table_holds_no_controls_in_print(visit: Visit, page_of: Callable[[str], Path]) -> None:
    """Chromium repeats a head on each sheet, unless there are controls in it."""
    visit.page.emulate_media(media="print")
    visit.page.goto(page_of("82 points").as_uri())
    buttons = visit.page.locator("#runs thead button")
    assert {each.evaluate("e => getComputedStyle(e).display") for each in buttons.all()} == {"contents"}
