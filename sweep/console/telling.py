"""Who is told how a sweep goes: a terminal, a notebook, or nobody."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from sweep.plan.plan import Plan

if TYPE_CHECKING:
    from sweep.report.files import Report


class Progress(Protocol):
    """How far a sweep is: it is called once a point that is done."""

    def __call__(self, worth: float = 1.0) -> None:
        """That a point is trained, and stored, whose work is that of so many points: of all, as many as there are."""

    def under_way(self, points: float) -> None:
        """How many points' worth is trained of what is not done."""


class Telling(Protocol):
    """What the story of a sweep tells; :mod:`sweep.console.terminal` is one."""

    def show_plan(self, plan: Plan, done: Collection[str], curve_points: int) -> None:
        """List the points of a plan, which are done already, and how large the store becomes at most."""

    def announce(self, plan: Plan, todo: int) -> None:
        """Say what is about to happen, and what was made of what was asked."""

    def say(self, line: str) -> None:
        """Tell a line, while points train or not."""

    def warn(self, line: str) -> None:
        """Tell of something that is not as it should be."""

    def progress(self, total: int) -> AbstractContextManager[Progress]:
        """Show how far ``total`` points are, by what it yields."""

    def conclude(self, report: "Report", comparison: str) -> None:
        """Tell what came of it, and where to look further: the report's files, and ``comparison``."""
