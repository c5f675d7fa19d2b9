"""A module of torch with a loss, the perceptron that sweep ships or a user's own.

Nothing of its loss is known beforehand: what is left at the end of a run is measured there. What must be known to read
a sweep stands in its plan as :class:`sweep.models.facts.Facts`; only what trains or measures imports a user's model.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Self

from sweep.data.readings import Floats
from sweep.errors import BadInput, raised
from sweep.models.facts import Facts
from sweep.models.losses import SPREAD_NAMES, Loss
from sweep.models.source import Source
from sweep.models.spec import canonical
from sweep.models.tile import period_of
from sweep.problem.confusion import Confusion
from sweep.problem.convexity import Convexity
from sweep.problem.dependence import Undetermined
from sweep.problem.fit import Fit, Fitted
from sweep.problem.network_fit import confusions, fit_of
from sweep.problem.predicted import Predicted
from sweep.problem.prepared import Prepared
from sweep.problem.quadratic import Quadratic
from sweep.problem.task import Task
from sweep.settings.schema import DType

ITEMSIZE = {DType.float32: 4, DType.float64: 8}
"""Bytes of a number."""

if TYPE_CHECKING:
    from sweep.models.trial import Traits
    from sweep.problem.network_bench import Bench
    from sweep.problem.problem import Objective, Problem, Setup


def seat(problem: "Problem", point: "Setup") -> tuple[int, int]:
    """Of a ``point``, the seed that all rows of its tile must have, 0 where they need not; and its kind of place."""
    try:
        traits = problem.traits if isinstance(problem, Network) else None
    except raised():  # Its runs fail with it.
        traits = None
    if traits is None:
        return 0, 0
    return point.seed * traits.by_seed, point.place % period_of(traits.strides, ITEMSIZE[point.dtype])


class Network:
    """:class:`sweep.problem.problem.Problem` of a module.

    Parameters
    ----------
    facts : what a plan says of it; found by a trial where there are none.

    Attributes
    ----------
    tile : how many points share one, and how many at an update over some samples, where that is told; see
        :meth:`in_tiles_of`.
    """

    knows_least = False
    undetermined: Undetermined | None = None
    tile: tuple[int, int] | None = None

    def __init__(self, prepared: Prepared, task: Task, facts: Facts | None = None) -> None:
        self.prepared, self._task = prepared, task
        if facts:
            self.facts = facts
        classes = len(prepared.readings.classes)
        self.source = Source(task.model, task.loss, task.loss_delta, prepared.inputs.shape[1], classes)

    @cached_property
    def loss(self) -> Loss:
        """The loss, with the function that a user wrote."""
        return self.source.made_loss()

    @cached_property
    def traits(self) -> "Traits":
        """What the module is found to be; raises whatever it raises."""
        import torch

        from sweep.models.trial import traits
        from sweep.problem.tensors import one_thread, samples

        def tried(dtype: torch.dtype) -> "Traits":
            over = samples(self.prepared.inputs, self.prepared.targets, bool(self.source.classes), dtype)
            with one_thread():  # As it trains; several wait for each other at full speed where it is small.
                return traits(self.source.module, self.loss, over, self.source.classes)

        try:
            return tried(torch.float32)
        except RuntimeError as error:
            if not re.search("dtype|Float|Double", str(error)):
                raise
            return tried(torch.float64)  # Some know no other, and points may ask for it.

    @cached_property
    def facts(self) -> Facts:
        """See :class:`Facts`.

        Raises
        ------
        BadInput : the model cannot be; where it raises by itself, its runs fail, and say with what.
        """
        self.loss.check_target(self.source.classes)
        try:
            found = self.traits
            shapes, output, said = found.shapes, found.output_shape, (found.one_by_one, found.uncurved)
        except BadInput:
            raise
        except raised() as error:
            shapes, output, said = {}, (), (f"it raises {type(error).__name__}", "")
        targets = self.prepared.targets
        spread = self._task.spread or self.loss.spread(targets, self.source.classes, output)
        plain = {name: list(shape) for name, shape in shapes.items()}
        magnitude = self.loss.magnitude(targets, spread)
        return Facts(plain, spread, self.loss.spread_name, magnitude, *said)

    @cached_property
    def work(self) -> int:
        """Of a tile's share, as the trial found it."""
        try:
            return self.traits.work
        except raised():  # Its runs fail with it.
            return 1

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Of what trains, in torch's order."""
        return {name: tuple(shape) for name, shape in self.facts.shapes.items()}

    @property
    def spread(self) -> float:
        """See :meth:`sweep.models.losses.Loss.spread`; or what a user gives."""
        return self.facts.spread

    @property
    def spread_name(self) -> str:
        """What sentences call the spread."""
        return self.facts.spread_name

    @property
    def magnitude(self) -> float:
        """See :meth:`sweep.models.losses.Loss.magnitude`."""
        return self.facts.magnitude

    def start(self, point: "Setup") -> tuple[float, ...]:
        """What the module draws by the seed."""
        import torch

        return tuple(self.source.start(point.seed, torch.empty(0, dtype=torch.float64)).tolist())

    def in_tiles_of(self, tile: int, batch_tile: int) -> Self:
        """The same, whose points train in tiles of so many, whatever this release would choose.

        Parameters
        ----------
        batch_tile : how many share one at an update over some samples.
        """
        found = copy.copy(self)
        found.__dict__.pop("bench", None)
        found.tile = tile, batch_tile
        return found

    @cached_property
    def bench(self) -> "Bench":
        """Where modules are made, and kept while they train."""
        from sweep.problem.network_bench import Bench

        return Bench(self.source, self.prepared, self.loss, self.traits, self.magnitude, self.tile)

    def objective(self, points: "Sequence[Setup]") -> "Objective":
        """See :class:`sweep.problem.network_tensors.NetworkObjective`."""
        return self.bench.objective(points)

    def evenest_scale(self, point: "Setup") -> None:
        """None."""

    def least_loss(self, point: "Setup") -> None:
        """None."""

    def quadratic(self, point: "Setup") -> Quadratic | None:
        """None: nobody has looked."""
        return None

    def convexity(self, point: "Setup") -> Convexity | None:
        """None."""
        return None

    def measure(self, point: "Setup", parameters: Sequence[float]) -> Mapping[str, float]:
        """As of several."""
        return self.measure_all([point], [parameters])[0]

    def measure_all(
        self,
        points: "Sequence[Setup]",
        ends: Sequence[Sequence[float]],
        preconditioners: Sequence[Floats | None] | None = None,
    ) -> list[Mapping[str, float]]:
        """See :mod:`sweep.problem.network_measures`."""
        from sweep.problem.network_measures import measures

        is_curved = not self.traits.uncurved
        # A module may know no float64: then what asks for no curvature is found as it was trained.
        objective = (self.bench.wide if is_curved else self.bench.objective)(points)
        return measures(objective, points, ends, preconditioners, is_curved)

    def predicted(self, point: "Setup", parameters: Sequence[float]) -> Predicted | None:
        """What its module makes of samples: see :mod:`sweep.problem.network_predictions`; raises whatever it raises."""
        from sweep.problem.network_predictions import predictions

        return predictions(self.prepared, self.bench.wide([point]), parameters)

    def confusion(self, fitted: Fitted) -> list[Confusion]:
        """From what was kept of its outputs; none where nothing was."""
        return confusions(self.prepared, fitted.predicted) if fitted.predicted else []

    def fit(self, fitted: Fitted | None) -> Fit | None:
        """From what was kept of its outputs; None where nothing was."""
        if fitted is None or fitted.predicted is None:
            return None
        output = "prediction" if self._task.loss in map(canonical, SPREAD_NAMES) else "output"
        return fit_of(self.prepared, fitted, fitted.predicted, output)
