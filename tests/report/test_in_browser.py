"""``report.html`` in a real browser: what is drawn, what sorts and filters, and that nothing leaves the page."""

import html
from pathlib import Path

from sweep.training.curve import Failure
from tests.conftest import THERMOMETER, point
from tests.report.made import named, report
from tests.report.opened import Visit, column, press

FOUR = {"CONVERGED": 1, "UNFINISHED": 5, "DIVERGED": 2}


def test_nothing_is_asked_for_but_the_page_itself(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    visit.page.wait_for_load_state("networkidle")
    assert visit.asked == [seed.as_uri()]


def test_pictures_are_there_and_have_a_size(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    pictures = visit.page.locator("svg[role=img]")
    assert pictures.count() == 2 + 3 + 1 + 1
    for picture in pictures.all():
        box = picture.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 200
        assert picture.get_attribute("aria-label")
    for state in FOUR:
        assert visit.page.locator(f".marks.{state} path").count() >= 1


def test_the_page_works_in_a_sandboxed_frame_as_mlflow_shows_artifacts(visit: Visit, seed: Path) -> None:
    inner = html.escape(seed.read_text())
    visit.page.set_content(f'<iframe sandbox="allow-scripts" width="1200" height="800" srcdoc="{inner}"></iframe>')
    frame = visit.page.frames[1]
    frame.wait_for_selector("#runs")
    press(frame, "outcome")
    press(frame, "outcome")
    assert column(frame, 5)[0] == "UNFINISHED"


def test_text_from_outside_is_shown_and_not_obeyed(visit: Visit, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    data, run = named(hostile)
    broken = point(epochs=4, scale=1.0, data=data.fingerprint)
    failure = Failure("</table><script>alert(3)</script>", hostile)
    made = report(point(epochs=3), run, broken, failures={broken.key: failure}, data=(THERMOMETER, data))
    path = tmp_path / "report.html"
    path.write_bytes(made.files["report.html"])
    visit.page.goto(path.as_uri())
    visit.page.wait_for_load_state("networkidle")
    assert visit.asked == [path.as_uri()]
    assert hostile in visit.page.locator("#runs").inner_text()
    assert visit.page.locator("img, #runs script").count() == 0


def test_headers_name_rows_and_columns_and_controls_have_labels(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    tables = visit.page.locator("table")
    assert tables.count() >= 3
    for table in tables.all():
        assert table.locator("thead th:not([scope=col])").count() == 0
        assert table.locator("tbody tr").count() == table.locator("tbody th[scope=row]").count()
    for control in visit.page.locator("input, select").all():
        assert control.evaluate("e => [...e.labels].some(label => label.textContent.trim())")
    for button in visit.page.locator("button").all():
        assert (button.text_content() or "").strip()
    assert visit.page.locator("h1").count() == 1
    assert visit.page.evaluate("document.documentElement.lang") == "en"


def test_printed_it_shows_no_controls_and_cuts_no_row_off(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    visit.page.emulate_media(media="print")
    visit.page.set_viewport_size({"width": 1030, "height": 200})  # As wide as A4 at 96 dots an inch, within margins.
    assert not visit.page.locator(".filters").is_visible()
    boxes = visit.page.locator(".tall, .scroll").all()
    assert len(boxes) >= 2
    for box in boxes:
        assert box.evaluate("e => e.scrollWidth") <= 1030
        assert box.evaluate("e => e.scrollHeight <= e.clientHeight")
