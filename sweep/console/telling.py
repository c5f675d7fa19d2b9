"""Who is told how a sweep goes: a terminal, a program that reads JSON, a notebook, or nobody."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from sweep.cost.told import Cost
    from sweep.plan.plan import Plan
    from sweep.report.files import Report


class Progress(Protocol):
    """How far a sweep is: it is called once a point that is done."""

    def __call__(self, worth: float = 1.0) -> None:
        """That a point is trained, and stored, whose work is that of so many points: of all, as many as there are."""

    def under_way(self, points: float) -> None:
        """How many points' worth is trained of what is not done."""


class Telling(Protocol):
    """What the story of a sweep tells; :mod:`sweep.console.terminal` is one."""

    def show_plan(self, plan: "Plan", done: Collection[str], curve_points: int) -> None:
        """List the points of a plan, which are done already, and how large the store becomes at most."""

    def show_cost(self, plan: "Plan", todo: int, found: "Callable[[], Cost | None]") -> None:
        """Say what training the ``todo`` points of a plan will take, which takes seconds to be ``found``."""

    def announce(self, plan: "Plan", todo: int) -> None:
        """Say what is about to happen, and what was made of what was asked."""

    def say(self, line: str) -> None:
        """Tell a line, while points train or not."""

    def warn(self, line: str) -> None:
        """Tell of something that is not as it should be."""

    def progress(self, total: int) -> AbstractContextManager[Progress]:
        """Show how far ``total`` points are, by what it yields."""

    def conclude(self, report: "Report", comparison: str) -> None:
        """Tell what came of it, and where to look further: the report's files, and ``comparison``."""


FLAGS: dict[str, dict[str, Any]] = {
    "--quiet -q": {"action": "store_true", "help": "tell of what failed, and of nothing else"},
    "--json": {"action": "store_true", "help": "one JSON document at the end; all else on standard error"},
}
"""What chooses one on a command line, with what argparse takes of each."""


def chosen(*, quiet: bool, json: bool) -> Telling:
    """The module of this room that tells as the flags ask."""
    return cast(Telling, import_module(f"sweep.console.{'as_json' if json else 'quiet' if quiet else 'terminal'}"))
