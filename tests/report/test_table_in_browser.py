"""The table of all runs in a real browser: what comes first, what unfolds, and how a run is found."""

from pathlib import Path

import pytest

from tests.conftest import point
from tests.report.made import report
from tests.report.opened import Visit, column, press


def test_the_table_has_the_best_first_and_sorts_with_the_keyboard(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    assert column(visit.page, 1) == ["4", "3", "6", "5", "8", "7", "1", "2"]
    assert press(visit.page, "run") == "ascending"
    assert column(visit.page, 1) == [str(number) for number in range(1, 9)]
    headers = visit.page.locator("#runs thead th")
    assert visit.page.locator("#runs thead th[aria-sort=none]").count() == headers.count() - 1
    assert press(visit.page, "final loss") == "ascending"
    losses = column(visit.page, 6)
    assert [float(loss) for loss in losses[:6]] == sorted(float(loss) for loss in losses[:6])
    assert losses[6:] == ["nan", "nan"]
    assert press(visit.page, "final loss") == "descending"
    assert column(visit.page, 6) == [*losses[6:], *reversed(losses[:6])]
    assert press(visit.page, "outcome") == "ascending"
    assert column(visit.page, 5) == sorted(column(visit.page, 5))
    assert visit.page.locator("#runs [aria-sort=ascending]").count() == 1
    for _ in range(2):
        press(visit.page, "epochs to tolerance")
        assert column(visit.page, 9)[-2:] == ["", ""]


def test_a_row_unfolds_its_reason_and_what_has_no_column_by_click_and_by_keyboard(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    assert "Theory and observation agree on every run" in visit.page.locator(".said").inner_text()
    assert not visit.page.locator("#runs thead th", has_text="predicted outcome").is_visible()
    below = visit.page.locator("#runs .below")
    visit.page.locator("#runs tbody tr").first.click()
    assert "is at most 0.001 of the target's variance" in below.inner_text()
    assert "predicted outcome" in below.inner_text()
    visit.page.keyboard.press("Enter")
    assert below.count() == 0
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    assert "about 1,622 more epochs to go" in below.inner_text()
    assert visit.page.locator("#runs [aria-expanded=true]").inner_text() == "3"


@pytest.mark.parametrize(
    ("sought", "found"),
    [("lr=1e-2 epochs=5000", ["4", "2"]), ("lr=0.000", ["6", "5", "8", "7"]), ("LR=0.01…", ["4", "3", "1", "2"])],
)
def test_a_search_for_a_name_and_a_value_looks_in_that_column_alone(
    visit: Visit, seed: Path, sought: str, found: list[str]
) -> None:
    visit.page.goto(seed.as_uri())
    visit.page.get_by_label("search").fill(sought)
    assert column(visit.page, 1) == found


def test_the_table_filters_by_words_and_by_every_setting_that_varies(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    labels = visit.page.locator(".filters label").all_inner_texts()
    assert labels == ["search", "lr", "scale", "epochs", "outcome"]
    status = visit.page.locator("#shown")
    assert status.inner_text() == "8 runs"
    visit.page.get_by_label("outcome", exact=True).select_option("UNFINISHED")
    assert status.inner_text() == "5 of 8 runs match"
    visit.page.get_by_label("lr").select_option("0.01")
    assert column(visit.page, 1) == ["3"]
    visit.page.get_by_label("lr").select_option("all")
    visit.page.get_by_label("outcome", exact=True).select_option("all")
    visit.page.get_by_label("search").fill("inf FROM epoch")
    assert column(visit.page, 1) == ["1", "2"]
    visit.page.get_by_label("search").fill("nothing of the kind")
    assert status.inner_text() == "0 of 8 runs match"


def test_of_many_runs_the_first_show_and_all_are_sorted_and_found(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(report(*(point(lr=1e-4 * (1 + k), epochs=2) for k in range(500))).files["report.html"])
    visit.page.goto(path.as_uri())
    status = visit.page.locator("#shown")
    assert len(column(visit.page, 1)) == 200
    assert status.inner_text() == "500 runs, the first 200 are shown"
    press(visit.page, "run")
    press(visit.page, "run")
    assert column(visit.page, 1)[0] == "500"
    visit.page.get_by_role("button", name="Show more").click()
    assert len(column(visit.page, 1)) == 500
    assert visit.page.get_by_role("button", name="Show more").count() == 0
    visit.page.get_by_label("search").fill("0.0499")
    assert column(visit.page, 1) == ["499"]
    assert status.inner_text() == "1 of 500 runs match"
    visit.page.evaluate("document.querySelector('#runs').dispatchEvent(new CustomEvent('find', { detail: '7' }))")
    assert visit.page.locator("#runs .found th").inner_text() == "7"
    assert visit.page.locator("#runs .found").is_visible()
    visit.page.emulate_media(media="print")
    assert visit.page.locator("#runs tbody tr:not(.below)").last.is_visible()
