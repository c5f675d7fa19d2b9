"""A page of a report that is open in a browser, and its table of runs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Frame, Page


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


def column(place: "Page | Frame", number: int) -> list[str]:
    """The cells of a column of the rows that show."""
    return place.locator(f"#runs tbody tr:not([hidden]) > :nth-child({number})").all_inner_texts()


def press(place: "Page | Frame", name: str) -> str | None:
    """Sort by a column with the keyboard; what its header then tells a screen reader."""
    button = place.locator("#runs thead button", has_text=name).first
    button.press("Enter")
    return button.locator("xpath=..").get_attribute("aria-sort")
