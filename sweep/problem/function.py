"""A training loop of a user's own: nothing is known of what it minimises but the losses that it yields."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sweep.errors import raised
from sweep.models import function
from sweep.models.spec import TARGET, parsed
from sweep.problem.confusion import Confusion
from sweep.problem.convexity import Convexity
from sweep.problem.dependence import Undetermined
from sweep.problem.fit import Fit, Fitted
from sweep.problem.prepared import Prepared
from sweep.problem.quadratic import Quadratic
from sweep.problem.task import Task

if TYPE_CHECKING:
    from sweep.problem.problem import Objective, Setup


class Function:
    """:class:`sweep.problem.problem.Problem` of a function that trains."""

    facts = None
    shapes: Mapping[str, tuple[int, ...]] = {}
    spread = magnitude = float("nan")
    spread_name = "how far the loss has fallen"
    knows_least = False
    undetermined: Undetermined | None = None

    def __init__(self, prepared: Prepared, task: Task) -> None:
        self.prepared = prepared
        self.spec: Mapping[str, Any] = parsed(task.model)

    @property
    def name(self) -> str:
        """Of the function, with its module."""
        return str(self.spec[TARGET])

    @cached_property
    def work(self) -> int:
        """0; what it runs is imported here, before anything is timed."""
        try:
            function.found(self.spec)
        except raised():  # Its runs fail with it.
            return 0
        return 0

    def start(self, point: "Setup") -> tuple[float, ...]:
        """Nothing."""
        return ()

    def objective(self, points: "Sequence[Setup]") -> "Objective":
        """Never called: :mod:`sweep.training.function` trains."""
        raise TypeError("a training function has no objective")

    def least_loss(self, point: "Setup") -> None:
        """None."""

    def evenest_scale(self, point: "Setup") -> None:
        """None."""

    def quadratic(self, point: "Setup") -> Quadratic | None:
        """None."""
        return None

    def convexity(self, point: "Setup") -> Convexity | None:
        """None."""
        return None

    def measure(self, point: "Setup", parameters: Sequence[float]) -> Mapping[str, float]:
        """Nothing."""
        return {}

    def measure_all(
        self, points: "Sequence[Setup]", ends: Sequence[Sequence[float]], preconditioners: Any = None
    ) -> list[Mapping[str, float]]:
        """Nothing of each."""
        return [{} for _ in points]

    def confusion(self, fitted: Fitted) -> list[Confusion]:
        """None."""
        return []

    def fit(self, fitted: Fitted | None) -> Fit | None:
        """None."""
        return None
