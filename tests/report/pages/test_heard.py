"""A page as a screen reader has it: what has a name, and that no sign is read that only eyes need."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.report.opened import Visit

SIGNS = "●▲✕□▸▾↕↑↓"


def test_tables_controls_and_pictures_have_names_and_signs_are_not_read(
    visit: Visit, page_of: Callable[[str], Path]
) -> None:
    visit.page.goto(page_of("4 points").as_uri())
    heard = visit.page.locator("body").aria_snapshot()
    assert re.search(r'- list "Runs by outcome":\s+- listitem: 1 converged', heard)
    assert '- search "All runs"' in heard
    assert '- table "All runs"' in heard
    assert '- button "final loss"' in heard
    assert '- rowheader "2"' in heard
    assert '- cell "CONVERGED"' in heard
    assert 'img "5,000 epochs: 1 converged, 2 unfinished, 1 diverged; arrows walk along, Enter finds the row"' in heard
    assert not re.search(r"^ *- (table|region|figure|searchbox|combobox|button)$", heard, re.MULTILINE)
    named = [line for line in heard.splitlines() if not re.match(r" *- (img|text)", line)]
    assert [line for line in named if re.search(f"[{SIGNS}]", line)] == []
