"""A report as a notebook shows it."""

import html
from functools import cached_property
from pathlib import Path

from sweep.outputs import OUTPUTS, check_writable
from sweep.report.files import Report

HEIGHT = 640
"""Pixels of a report in a notebook; it scrolls."""


class Shown:
    """The report of a sweep.

    Parameters
    ----------
    files : its files by name, as bytes: ``report.html``, ``report.md``, ``runs.csv`` and more.
    """

    def __init__(self, report: Report) -> None:
        self._report, self.files = report, report.files

    @cached_property
    def path(self) -> Path:
        """The page ``report.html``, below ``outputs/``; its folder is written first where it is not there."""
        from sweep import publication

        check_writable(OUTPUTS)
        return OUTPUTS / publication.write(self._report).folder / "report.html"

    @property
    def markdown(self) -> str:
        """The findings as Markdown."""
        return self.files["report.md"].decode()

    def __repr__(self) -> str:
        return self.markdown

    def _repr_html_(self) -> str:
        """The page in a frame of its own, so that neither it nor the notebook changes the looks of the other."""
        page = html.escape(self.files["report.html"].decode(), quote=True)
        style = f"width: 100%; height: {HEIGHT}px; border: 0"
        return f'<iframe srcdoc="{page}" sandbox="allow-scripts" style="{style}"></iframe>'
