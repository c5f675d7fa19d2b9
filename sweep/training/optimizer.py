"""What an optimizer is to the loop: from parameters and slope to the next parameters, row by row.

Whoever adds one writes a class with these members in a file of its own, chooses it in :mod:`sweep.training.choice`, and
says in :mod:`sweep.verdict.stability` when it is stable.
"""

from typing import Protocol, Self

from torch import Tensor

State = tuple[Tensor, ...]
"""What an optimizer carries from update to update, each of shape ``(n_points, n_parameters)``."""


class Optimizer(Protocol):
    """How parameters move, each row by its own hyperparameters and with the bits that it has alone."""

    @property
    def timeless(self) -> bool:
        """Whether an update that changes no bit of parameters and state will change none later either.

        At the same slope and lr. Not so where an update looks at how many there were before.
        """

    def state(self, params: Tensor) -> State:
        """The state before the first update."""

    def update(self, params: Tensor, slope: Tensor, lr: Tensor, state: State, step: int) -> tuple[Tensor, State]:
        """Parameters and state after an update, as new tensors: those that come in stay as they are.

        Parameters
        ----------
        params, slope : shape ``(n_points, n_parameters)``. lr : ``(n_points, 1)``, in their dtype.
        step : updates made before, from 0.
        """

    def preconditioner(self, state: State, step: int) -> Tensor | None:
        """What a direction was divided by, number by number, at the last of ``step`` updates, at least 1.

        Shape ``(n_points, n_parameters)``, float64; None where it is divided by nothing.
        """

    def take(self, which: Tensor | slice) -> Self:
        """Of some of its rows, in order."""
