"""From the page's pictures to its table and back, with the pointer and with the keyboard."""

from pathlib import Path

import pytest

from tests.report.opened import Visit


@pytest.mark.parametrize("start", ["map", "curves"])
def test_what_is_pointed_at_is_named_and_a_click_finds_its_row(visit: Visit, seed: Path, start: str) -> None:
    visit.page.goto(seed.as_uri())
    visit.page.get_by_label("search").fill("nothing of the kind")
    figure = visit.page.locator("figure").nth(["map", "curves"].index(start))
    mark = figure.locator(".marks [data-row='3']")
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visit.page.mouse.move(*middle)
    said = visit.page.locator("#pointed").inner_text()
    assert said.splitlines() == ["run 3: lr=0.01 scale=0.1 epochs=100", "UNFINISHED", "about 1,622 epochs to go"]
    assert visit.page.locator(".pointed").count() >= 3
    visit.page.mouse.click(*middle)
    assert visit.page.locator("#runs .found th").inner_text() == "3"
    assert "still descending: about 1,622 more epochs" in visit.page.locator("#runs .below").inner_text()
    assert visit.page.locator("#runs .found").is_visible()
    assert visit.page.evaluate("document.activeElement.textContent") == "3"


def test_pictures_are_walked_with_arrows_and_enter_finds_the_row(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    panel = visit.page.locator("figure svg[role=img]").first
    panel.focus()
    visit.page.keyboard.press("ArrowRight")
    first = visit.page.locator("#pointed").inner_text()
    visit.page.keyboard.press("ArrowRight")
    second = visit.page.locator("#pointed").inner_text()
    assert first.startswith("run ")
    assert second.startswith("run ")
    assert first != second
    visit.page.keyboard.press("Escape")
    assert not visit.page.locator("#pointed").is_visible()
    assert visit.page.locator(".pointed").count() == 0
    visit.page.keyboard.press("Enter")
    row = visit.page.locator("#runs .found th").inner_text()
    assert second.startswith(f"run {row}:")
    visit.page.locator("#runs tbody th", has_text="4").first.hover()
    assert visit.page.locator(".pointed").count() >= 2
