"""A bar at the bottom of a terminal, drawn over and over; whatever else is printed, it makes way for."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sweep.console.progress import Shown, Unseen
from sweep.console.telling import Progress

CELLS = 20
"""Characters of the bar itself."""

_shown: "list[_Line]" = []
"""The one that is drawn, if there is one."""


class _Line:
    """The last line of the terminal ``fd``.

    It is written past ``sys.stderr``: what is printed while a training function is at work is kept, and this is not.
    """

    def __init__(self, fd: int, full: str, empty: str) -> None:
        self._fd, self._full, self._empty = fd, full, empty
        self._text = self._last = ""

    def draw(self, share: float, words: str) -> None:
        """What the line says from here on."""
        cells = int(CELLS * share)
        self._text = f"{self._full * cells}{self._empty * (CELLS - cells)} {words}"
        self.show()

    def show(self) -> None:
        with suppress(OSError):  # Whoever closes the terminal ends no sweep by it.
            width = os.get_terminal_size(self._fd).columns or 80
            self._write(self._text[: width - 1])

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if text != self._last:
            line = f"\r{text.ljust(len(self._last))}" + "\r" * (not text)
            with suppress(OSError):
                os.write(self._fd, line.encode())
            self._last = text


@contextmanager
def shown(total: int) -> Iterator[Progress]:
    """A bar over ``total`` points, on standard error where that is a terminal; gone once the context ends."""
    fd = _terminal() if total and not _shown else None
    if fd is None:
        yield Unseen()
        return
    line = _Line(fd, *("█░" if (sys.stderr.encoding or "").lower().replace("-", "") == "utf8" else "#."))
    _shown.append(line)
    try:
        yield Shown(total, line.draw)
    finally:
        _shown.remove(line)
        line.clear()
        os.close(fd)


@contextmanager
def aside() -> Iterator[None]:
    """While something else is printed, the bar is not there."""
    for line in _shown:
        line.clear()
    try:
        yield
    finally:
        for line in _shown:
            line.show()


def _terminal() -> int | None:
    """A descriptor of standard error's own terminal; None, where it is none."""
    try:
        fd = sys.stderr.fileno()
        return os.dup(fd) if os.isatty(fd) else None
    except (OSError, ValueError, AttributeError):
        return None
