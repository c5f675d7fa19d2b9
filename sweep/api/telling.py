"""How a call tells of its sweep: by a bar alone, in a notebook or a terminal; what is doubtful, on standard error."""

import sys
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from sweep.api import bar
from sweep.console import terminal
from sweep.console.progress import Unseen
from sweep.console.telling import Progress, Telling
from sweep.errors import printable
from sweep.plan.plan import Plan

if TYPE_CHECKING:
    from sweep.cost.told import Cost
    from sweep.report.files import Report


def telling(quiet: bool) -> Telling:
    """Who is told of a call."""
    return Silent() if quiet else InNotebook() if _is_notebook() else InTerminal()


class Silent:
    """Tells nobody of anything but what is not as it should be."""

    def show_plan(self, plan: Plan, done: Collection[str], curve_points: int) -> None:
        """See :meth:`sweep.console.telling.Telling.show_plan`: whoever asks for a list is shown it."""
        terminal.show_plan(plan, done, curve_points)

    def show_cost(self, plan: Plan, todo: int, found: "Callable[[], Cost | None]") -> None:
        """The same of what it takes."""
        terminal.show_cost(plan, todo, found)

    def announce(self, plan: Plan, todo: int) -> None:
        """Nothing: what the call returns says it."""

    def say(self, line: str) -> None:
        """Nothing."""

    def warn(self, line: str) -> None:
        """On standard error, where a notebook shows it too."""
        print(printable(line), file=sys.stderr)

    def progress(self, total: int) -> AbstractContextManager[Progress]:
        """No bar."""
        return nullcontext(Unseen())

    def conclude(self, report: "Report", comparison: str) -> None:
        """Nothing: what the call returns says it."""


class InTerminal(Silent):
    """Of a script: the command's bar, where standard error is a terminal."""

    def progress(self, total: int) -> AbstractContextManager[Progress]:
        """See :func:`sweep.console.bar.shown`."""
        return terminal.progress(total)


class InNotebook(Silent):
    """Of a notebook: a bar below the cell."""

    def progress(self, total: int) -> AbstractContextManager[Progress]:
        """See :func:`sweep.api.bar.shown`."""
        return bar.shown(total)


def _is_notebook() -> bool:
    """Whether a kernel of Jupyter runs this."""
    interactive: Any = sys.modules.get("IPython")
    shell = interactive.get_ipython() if interactive else None
    return hasattr(shell, "kernel")
