"""A page of a report that is open in a browser, and its table of runs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Frame, Page


class Visit:
    """A page that is open, as new, and everything it asked for and complained of."""

    def __init__(self, page: "Page") -> None:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(**dict.fromkeys(("media", "color_scheme", "reduced_motion", "forced_colors"), "null"))  # type: ignore[arg-type]
        page.set_default_timeout(30_000)
        page.mouse.move(0, 0)
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._hears: dict[Any, Callable[[Any], None]] = {
            "request": lambda request: self.asked.append(request.url),
            "console": lambda message: self.complaints.append(message.text),
            "pageerror": lambda error: self.complaints.append(str(error)),
            "dialog": self._refuse,
        }
        for event, hear in self._hears.items():
            page.on(event, hear)

    def end(self) -> None:
        """Leave the page, and hear nothing more of it."""
        self.page.goto("about:blank")
        for event, hear in self._hears.items():
            self.page.remove_listener(event, hear)

    def _refuse(self, dialog: "Dialog") -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()


def column(place: "Page | Frame", number: int) -> list[str]:
    """The cells of a column of the rows that show."""
    return place.locator(f"#runs tbody tr:not([hidden]) > :nth-child({number})").all_inner_texts()


def press(place: "Page | Frame", name: str) -> str | None:
    """Sort by a column with the keyboard; what its header then tells a screen reader."""
    button = place.locator("#runs thead button", has_text=name).first
    button.press("Enter")
    return button.locator("xpath=..").get_attribute("aria-sort")
