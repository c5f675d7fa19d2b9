"""A page by the keyboard alone: what Tab comes to, and that one sees where it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.opened import Visit

FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const style = getComputedStyle(at);
  const kind = at.matches("svg") ? "picture" : at.matches("[role=region]") ? "table" : at.localName;
  return [kind, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1];
}"""
"""What has the focus, and whether that shows."""

MOST = 300
"""Presses of Tab after which a page is not left by it."""


@pytest.mark.parametrize("name", ["82 points", "repeats"])
def test_tab_comes_to_pictures_controls_and_the_table_and_leaves_the_page(
    visit: Visit, page_of: Callable[[str], Path], name: str
) -> None:
    visit.page.goto(page_of(name).as_uri())
    found: list[tuple[str, bool]] = []
    for _ in range(MOST):
        visit.page.keyboard.press("Tab")
        at = visit.page.evaluate(FOCUSED)
        if at is None:
            break
        found.append(tuple(at))
    else:
        pytest.fail(f"after {MOST} presses it is still within the page")
    kinds = [kind for kind, _ in found]
    assert {"picture", "input", "select", "table", "button"} <= {*kinds}
    assert kinds.index("picture") < kinds.index("input")
    assert [kind for kind, shows in found if not shows] == []
    visit.page.keyboard.press("Shift+Tab")
    assert visit.page.evaluate(FOCUSED) is not None
