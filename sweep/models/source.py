"""Where modules of a task come from: what a user says of a model and its loss, made with a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweep.models.losses import Loss, loss_of
from sweep.models.mlp import Perceptron
from sweep.models.spec import TARGET, parsed

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Source:
    """A model with its loss.

    Parameters
    ----------
    model, loss : as :func:`sweep.models.spec.canonical` has them; a model without ``_target_`` is the perceptron.
    delta : of a huber loss. inputs : numbers of a sample. classes : 0 of a quantity.
    """

    model: str
    loss: str
    delta: float
    inputs: int
    classes: int

    def module(self, seed: int) -> "nn.Module":
        """The module as ``seed`` draws it, in the dtype that it has by itself; imports what a user wrote."""
        said: dict[str, Any] = parsed(self.model)
        if TARGET in said:
            from sweep.models.build import built
            from sweep.models.switches import uncompiled

            return uncompiled(built(said, seed))
        import torch

        from sweep.models.draws import forked
        from sweep.models.mlp_module import MLP

        perceptron = Perceptron.of(said, self.inputs, self.classes or 1)
        with forked():  # What torch draws is written over; on its device "meta" nothing is drawn, but sympy imported.
            module = MLP(self.inputs, self.classes or 1, **said)
        with torch.no_grad():
            torch.nn.utils.vector_to_parameters(torch.tensor(perceptron.start(seed)), module.parameters())
        return module

    def made_loss(self, own: bool = True) -> Loss:
        """The loss; ``own``: with the function that a user wrote, which is imported."""
        said = parsed(self.loss)
        function: Callable[..., Any] | None = None
        if not isinstance(said, str) and own:
            from sweep.models.build import loss_function

            function = loss_function(said)
        return loss_of(said, self.delta, function)

    def start(self, seed: int, like: "Tensor") -> "Tensor":
        """What trains as ``seed`` draws it, a row of numbers in the dtype and on the device of ``like``."""
        from sweep.models.shapes import flatten, trained

        return flatten(trained(self.module(seed))).to(like)
