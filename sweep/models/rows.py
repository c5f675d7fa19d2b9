"""A module's loss for many rows of parameters at once, with its gradient and with products of its Hessian.

A tile of rows goes through ``torch.vmap`` once, forward; gradients are torch's own, of the sum of the rows' losses. One
row is computed without either: as a plain loop would.
"""

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.func import functional_call

from sweep.models.losses import Loss
from sweep.models.shapes import shapes_of, trained

ALIGNED = 16
"""Numbers at whose multiples each parameter begins in a row of a tile, which so is aligned at every row."""

Named = Mapping[str, Tensor]

OfRow = Callable[[Named, Tensor, Tensor, Tensor], Tensor]
"""From a row's parameters and scale, and its inputs and targets."""


@dataclass(frozen=True, eq=False)
class Samples:
    """What a loss is over.

    Parameters
    ----------
    x : inputs before their scale, ``(n, n_inputs)``. t : targets, ``(n,)``: quantities, or classes as int64. Where each
        row of parameters has samples of its own, both have a first axis for the rows.
    """

    x: Tensor
    t: Tensor

    @property
    def by_row(self) -> bool:
        """Whether each row has its own."""
        return self.t.ndim > 1

    def taken(self, which: Tensor) -> "Samples":
        """Of each row some of them, by their numbers, of shape ``(T, batch)``."""
        x = self.x.index_select(0, which.flatten()).view(*which.shape, *self.x.shape[1:])
        return Samples(x, self.t[which])

    def of(self, row: int) -> "Samples":
        """Those of a row."""
        return Samples(self.x[row], self.t[row]) if self.by_row else self


class Rows:
    """A module with its loss, on rows of parameters; to be used :func:`sweep.models.switches.plain`.

    Parameters
    ----------
    module : its parameters and buffers give names, shapes and whatever does not train; not changed.
    loss : of its outputs.
    modes : whether it is another function while it trains, as with dropout.
    """

    def __init__(self, module: nn.Module, loss: Loss, modes: bool) -> None:
        self._training, self._resting = copy.deepcopy(module).train(), copy.deepcopy(module).eval()
        self._loss, self._modes = loss, modes
        self.shapes = shapes_of(trained(self._training))
        self._alone = {each: Alone(each) for each in (self._training, self._resting)}

    @cached_property
    def _columns(self) -> Tensor:
        """Where each number stands in a row of a tile."""
        places, start = [], 0
        for shape in self.shapes.values():
            size = math.prod(shape)
            places.append(torch.arange(start, start + size))
            start += -(-size // ALIGNED) * ALIGNED
        return torch.cat(places)

    @cached_property
    def _width(self) -> int:
        return sum(-(-math.prod(shape) // ALIGNED) * ALIGNED for shape in self.shapes.values())

    def spread_out(self, params: Tensor) -> dict[str, Tensor]:
        """Rows of parameters, shape ``(T, n_parameters)``, by name, each of shape ``(T, *shape)`` and aligned."""
        tile = params.new_zeros((len(params), self._width))
        tile[:, self._columns.to(params.device)] = params
        found, start = {}, 0
        for name, shape in self.shapes.items():
            size = math.prod(shape)
            found[name] = tile[:, start : start + size].view(len(tile), *shape)
            start += -(-size // ALIGNED) * ALIGNED
        return found

    def loss(self, params: Tensor, scale: Tensor, over: Samples) -> Tensor:
        """The loss of each row, not while it trains; shape ``(T,)``."""
        with torch.no_grad():
            if len(params) == 1:
                return self._alone[self._resting].loss(params[0], scale, self._loss, over.of(0))[None]
            return self._losses(self._resting, self.spread_out(params), scale, over)

    def outputs(self, params: Tensor, scale: Tensor, over: Samples) -> Tensor:
        """What the module makes of the inputs, by row, not while it trains."""
        with torch.no_grad():
            return self._each(self._output(self._resting), self.spread_out(params), scale, over)

    def loss_and_gradient(self, params: Tensor, scale: Tensor, over: Samples) -> tuple[Tensor, Tensor]:
        """The loss of each row, and the gradient of what trains, shape ``(T, n_parameters)``.

        The loss is that of the module while it does not train; of samples of each row's own, that while it does.
        """
        with torch.enable_grad():
            if len(params) == 1:
                losses, slopes = self._alone[self._training].both(params[0], scale, self._loss, over.of(0))
            else:
                leaves = {name: each.detach().requires_grad_() for name, each in self.spread_out(params).items()}
                losses = self._losses(self._training, leaves, scale, over)
                slopes = self._gradient(losses, leaves)
        resting = self._modes and not over.by_row
        return (self.loss(params, scale, over) if resting else losses.detach()), slopes.detach()

    def around(self, params: Tensor, scale: Tensor, over: Samples) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        """The gradient of each row, not while it trains; and from a vector a row to the Hessian times it.

        Reverse over reverse: some losses have no forward mode.
        """
        with torch.enable_grad():
            leaves = {name: each.detach().requires_grad_() for name, each in self.spread_out(params).items()}
            losses = self._losses(self._resting, leaves, scale, over)
            slopes = self._gradient(losses, leaves, again=True)

        def product(vectors: Tensor) -> Tensor:
            if not slopes.requires_grad:  # Of a loss that is linear in the parameters.
                return torch.zeros_like(vectors)
            with (
                torch.enable_grad()
            ):  # Vectors as ``grad_outputs`` would be the same, but for what torch imports there.
                along = slopes * vectors
            return self._gradient(along, leaves, keep=True).detach()

        return slopes.detach(), product

    def _gradient(self, of: Tensor, leaves: Named, again: bool = False, keep: bool = False) -> Tensor:
        found = torch.autograd.grad(
            of.sum(),
            list(leaves.values()),
            create_graph=again,
            retain_graph=again or keep,
            allow_unused=True,
            materialize_grads=True,
        )
        return torch.cat([each.reshape(len(each), -1) for each in found], dim=1)

    def _losses(self, module: nn.Module, params: Named, scale: Tensor, over: Samples) -> Tensor:
        output = self._output(module)
        return self._each(lambda own, by, x, t: self._loss.mean(output(own, by, x, t), t), params, scale, over)

    @staticmethod
    def _output(module: nn.Module) -> OfRow:
        def output(params: Named, scale: Tensor, x: Tensor, t: Tensor) -> Tensor:
            found: Tensor = functional_call(module, dict(params), (x * scale,))
            return found

        return output

    @staticmethod
    def _each(function: OfRow, params: Named, scale: Tensor, over: Samples) -> Tensor:
        if len(scale) == 1:
            one = over.of(0)
            return function({name: each[0] for name, each in params.items()}, scale[0], one.x, one.t)[None]
        own = 0 if over.by_row else None
        of_all = torch.vmap(function, in_dims=(0, 0, own, own), randomness="same")
        found: Tensor = of_all(params, scale, over.x, over.t)
        return found


class Alone:
    """A module that is moved to a row of parameters, and called as in a plain loop."""

    def __init__(self, module: nn.Module) -> None:
        self._module, self._own = module, list(trained(module).values())
        like = self._own[0]
        self._row = torch.empty(sum(each.numel() for each in self._own), dtype=like.dtype, device=like.device)
        parts = torch.split(self._row, [each.numel() for each in self._own])
        for each, part in zip(self._own, parts, strict=True):
            each.data = part.view(each.shape)

    def loss(self, row: Tensor, scale: Tensor, loss: Loss, over: Samples) -> Tensor:
        """A scalar, at ``row`` of shape ``(n_parameters,)``."""
        self._row.copy_(row)
        return loss.mean(self._module(over.x * scale), over.t)

    def both(self, row: Tensor, scale: Tensor, loss: Loss, over: Samples) -> tuple[Tensor, Tensor]:
        """The loss and its gradient, as rows of one."""
        found = self.loss(row, scale, loss, over)
        slopes = torch.autograd.grad(found, self._own, allow_unused=True, materialize_grads=True)
        return found[None], torch.cat([each.reshape(-1) for each in slopes])[None]


def tiles(count: int, rows: int) -> Iterator[slice]:
    """Where each of the tiles of ``count`` places stands."""
    return (slice(first, first + rows) for first in range(0, count, rows))
