"""What a problem reads of a point."""

from typing import Protocol

from sweep.settings.schema import DType, Start


class Setup(Protocol):
    """:class:`sweep.plan.point.Point` is one."""

    @property
    def scale(self) -> float:
        """Input scale, > 0: a model sees ``scale`` times the inputs."""

    @property
    def start(self) -> Start:
        """Where descent starts: at what is given, or at random."""

    @property
    def seed(self) -> int:
        """Draws a random start."""

    @property
    def init(self) -> tuple[float, ...]:
        """The start values that a user gives, in the order of the settings ``init.*``."""

    @property
    def dtype(self) -> DType:
        """Number format of all tensors."""

    @property
    def device(self) -> str:
        """Where tensors live, in torch's words."""

    @property
    def curvature(self) -> bool:
        """Of a model, whether the curvature at the end is measured."""

    @property
    def batch_size(self) -> int:
        """Samples of an update; 0: all."""

    @property
    def decay(self) -> float:
        """Coupled weight decay, >= 0: what descends is :class:`sweep.problem.problem.Problem`'s F."""

    @property
    def preconditioned(self) -> bool:
        """Whether updates divide each parameter's slope by a number of its own, as Adam's do."""

    @property
    def place(self) -> int:
        """A number that belongs to the point, by which it has its place in a tile."""
