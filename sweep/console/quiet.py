"""What ``-q`` tells: only what failed, and what is not as it should be."""

import sys
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from sweep.console import terminal
from sweep.console.conclusion import tell_failed
from sweep.console.progress import Unseen
from sweep.console.telling import Progress
from sweep.errors import printable
from sweep.plan.plan import Plan

if TYPE_CHECKING:
    from sweep.cost.told import Cost
    from sweep.report.files import Report


def show_plan(plan: Plan, done: Collection[str], curve_points: int) -> None:
    """The list of points: who asks for it is shown it."""
    terminal.show_plan(plan, done, curve_points)


def show_cost(plan: Plan, todo: int, found: "Callable[[], Cost | None]") -> None:
    """What it takes: who asks for it is told."""
    terminal.show_cost(plan, todo, found)


def announce(plan: Plan, todo: int) -> None:
    """Nothing."""


def say(line: str) -> None:
    """Nothing."""


def warn(line: str) -> None:
    """On standard error."""
    print(printable(line), file=sys.stderr)


def progress(total: int) -> AbstractContextManager[Progress]:
    """No bar."""
    return nullcontext(Unseen())


def conclude(report: "Report", comparison: str) -> None:
    """What failed, on standard error."""
    tell_failed(report)
