"""``report.html`` in a real browser: what is drawn, what sorts and filters, and that nothing leaves the page."""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sweep.training.curve import Failure
from tests.conftest import THERMOMETER, point
from tests.report.made import SEED_GRID, named, report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Frame, Page

FOUR = {"CONVERGED": 1, "UNFINISHED": 5, "DIVERGED": 2}


class Visit:
    """A page that is open, and everything it asked for and complained of."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._refuse)

    def _refuse(self, dialog: "Dialog") -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    made = Visit(page)
    yield made
    page.close()
    assert made.complaints == []


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seed") / "report.html"
    path.write_bytes(report(*SEED_GRID).files["report.html"])
    return path


def column(place: "Page | Frame", number: int) -> list[str]:
    """The cells of a column of the rows that show."""
    return place.locator(f"#runs tbody tr:not([hidden]) > :nth-child({number})").all_inner_texts()


def press(place: "Page | Frame", name: str) -> str | None:
    """Sort by a column with the keyboard; what its header then tells a screen reader."""
    button = place.locator("#runs thead button", has_text=name).first
    button.press("Enter")
    return button.locator("xpath=..").get_attribute("aria-sort")


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


def test_the_table_sorts_by_number_and_by_letter_with_the_keyboard(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    assert column(visit.page, 1) == [str(number) for number in range(1, 9)]
    headers = visit.page.locator("#runs thead th")
    assert visit.page.locator("#runs thead th[aria-sort=none]").count() == headers.count() == 14
    assert press(visit.page, "final loss") == "ascending"
    losses = column(visit.page, 6)
    assert [float(loss) for loss in losses[:6]] == sorted(float(loss) for loss in losses[:6])
    assert losses[6:] == ["nan", "nan"]
    assert press(visit.page, "final loss") == "descending"
    assert column(visit.page, 6) == [*losses[6:], *reversed(losses[:6])]
    assert press(visit.page, "outcome") == "ascending"
    assert column(visit.page, 5) == sorted(column(visit.page, 5))
    assert visit.page.locator("#runs [aria-sort=ascending]").count() == 1
    press(visit.page, "predicted epochs")
    assert column(visit.page, 13)[-2:] == ["", ""]
    press(visit.page, "predicted epochs")
    assert column(visit.page, 13)[-2:] == ["", ""]


def test_the_table_filters_by_words_and_by_every_setting_that_varies(visit: Visit, seed: Path) -> None:
    visit.page.goto(seed.as_uri())
    labels = visit.page.locator(".filters label").all_inner_texts()
    assert labels == ["search", "lr", "scale", "epochs", "outcome", "predicted outcome"]
    assert visit.page.get_by_role("status").inner_text() == "8 runs"
    visit.page.get_by_label("outcome", exact=True).select_option("UNFINISHED")
    assert visit.page.get_by_role("status").inner_text() == "5 of 8 runs match"
    visit.page.get_by_label("lr").select_option("0.01")
    assert column(visit.page, 1) == ["3"]
    visit.page.get_by_label("lr").select_option("all")
    visit.page.get_by_label("outcome", exact=True).select_option("all")
    visit.page.get_by_label("search").fill("inf FROM epoch")
    assert column(visit.page, 1) == ["1", "2"]
    visit.page.get_by_label("search").fill("nothing of the kind")
    assert visit.page.get_by_role("status").inner_text() == "0 of 8 runs match"


def test_of_many_runs_the_first_show_and_all_are_sorted_and_found(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(report(*(point(lr=1e-4 * (1 + k), epochs=2) for k in range(500))).files["report.html"])
    visit.page.goto(path.as_uri())
    status = visit.page.get_by_role("status")
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


def test_the_page_works_in_a_sandboxed_frame_as_mlflow_shows_artifacts(visit: Visit, seed: Path) -> None:
    inner = html.escape(seed.read_text())
    visit.page.set_content(f'<iframe sandbox="allow-scripts" width="1200" height="800" srcdoc="{inner}"></iframe>')
    frame = visit.page.frames[1]
    frame.wait_for_selector("#runs")
    press(frame, "outcome")
    assert column(frame, 5)[0] == "CONVERGED"


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(visit: Visit, seed: Path, scheme: str) -> None:
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    visit.page.goto(seed.as_uri())
    colours = (
        "e => [getComputedStyle(e).color, getComputedStyle(e).fill, getComputedStyle(document.body).backgroundColor]"
    )
    for selector in ("body", "figcaption", "caption", "svg.picture text.title", "svg.picture text:not(.title)"):
        ink, fill, paper = visit.page.locator(selector).first.evaluate(colours)
        assert _contrast(fill if "svg" in selector else ink, paper) >= 4.5


def _contrast(ink: str, paper: str) -> float:
    """Contrast ratio of two CSS colours.

    References: Web Content Accessibility Guidelines 2.1, section 1.4.3."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted((luminance(ink), luminance(paper)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_its_window(visit: Visit, seed: Path, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.page.goto(seed.as_uri())
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


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
