"""What a model is found to be before anything trains: a module is made, called, and its gradient taken, once or twice.

What cannot train row by row is refused with a way out; what cannot be a tile is trained one by one, and that is said.
"""

import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from sweep.errors import BadInput, first_line, raised
from sweep.models import refused
from sweep.models.curved import uncurved_by
from sweep.models.draws import forked
from sweep.models.facts import MOST_PARAMETERS, NAME
from sweep.models.losses import Loss
from sweep.models.rows import Rows, Samples
from sweep.models.shapes import flatten, trained
from sweep.models.switches import plain

NEAR = 1e-3
"""Of a row in a tile and the same row alone, losses and gradients may differ by this part: by rounding, and no more."""

PRODUCTS = re.compile(r"aten\.(bmm|baddbmm|mm|addmm|addbmm|mv|dot|_?convolution\w*|mkldnn\w*|linear)\b")
"""Operations whose rounding may depend on where a tensor begins."""

REASONS = (
    (r"\.item\(\)", "it calls .item()"),
    (r"data-dependent control flow", "its control flow depends on numbers"),
    (r"in-?place|doesn't match the broadcast shape", "it changes tensors in place"),
    (r"access data pointer|\.numpy\(\)", "it leaves torch, as by .numpy()"),
    (r"rule not implemented for aten::(\w+)", r"torch.vmap cannot do \1"),
    (r"batching rule for aten::(\w+)", r"torch.vmap does \1 row by row"),
)
"""What torch.vmap says, and what is said of it."""


@dataclass(frozen=True)
class Traits:
    """What a module is found to be.

    Parameters
    ----------
    shapes : of what trains, by name.
    output_shape : of what it makes of all samples.
    one_by_one : why rows cannot share a tile, in words; empty where they can.
    modes : whether it is another function while it trains.
    draws : whether it draws random numbers while it trains.
    by_seed : whether what does not train, as a buffer, depends on the seed; then a tile has rows of one seed.
    strides : of tensors in its products of matrices, how many numbers a row of a tile is after the one before.
    work : of a row and update, about, in multiplications.
    uncurved : why its curvature cannot be measured, in words; empty where it can.
    """

    shapes: dict[str, tuple[int, ...]]
    output_shape: tuple[int, ...]
    one_by_one: str
    modes: bool
    draws: bool
    by_seed: bool
    strides: tuple[int, ...]
    work: int
    uncurved: str

    @property
    def size(self) -> int:
        """How many numbers train."""
        return sum(math.prod(shape) for shape in self.shapes.values())


@plain()
def traits(make: Callable[[int], nn.Module], loss: Loss, over: Samples, classes: int) -> Traits:
    """Find out.

    Parameters
    ----------
    make : from a seed to a module. over : all samples that train.
    classes : 0 where the target is a quantity.

    Raises
    ------
    BadInput : it does not fit the data or the loss, or cannot train; see :mod:`sweep.models.refused`.
    Exception : whatever the module raises by itself.
    """
    module = make(0).to(over.x.dtype)
    own = trained(module)
    if sum(each.numel() for each in own.values()) > MOST_PARAMETERS:
        raise refused.too_large(module, sum(each.numel() for each in own.values()), MOST_PARAMETERS)
    if odd := [name for name in own if not NAME.fullmatch(name)]:
        raise refused.is_named(module, odd[0])
    draws, outputs = _called(module.train(), over)
    rests, resting = _called(module.eval(), over)
    if rests:
        raise refused.draws_always(module)
    loss.check(tuple(outputs.shape), len(over.x), classes, refused.KEY)
    for mode, first in ((True, outputs), (False, resting)):
        if not _same(_called(module.train(mode), over)[1], first):
            raise refused.remembers(module)
    _call_elsewhere(make(0).to(over.x.dtype).train(), over)
    modes = draws or not torch.equal(outputs.nan_to_num(), resting.nan_to_num())
    rows = Rows(module, loss, modes)
    params = flatten(own)[None]
    with forked():
        alone = _alone(rows, params, over)
        seen, one_by_one = _together(rows, params, over, alone)
        uncurved = uncurved_by(make(0), loss, modes, over)
    work = max(params.numel() * len(over.x), seen.numbers)
    by_seed = draws or _depends_on_seed(make)
    return Traits(
        *(rows.shapes, tuple(outputs.shape), one_by_one, modes, draws, by_seed, tuple(sorted(seen.strides)), work),
        uncurved=uncurved,
    )


def _called(module: nn.Module, over: Samples) -> tuple[bool, Tensor]:
    """Whether a call draws, and what it returns; what it changes of parameters and buffers is refused."""
    kept = {name: each.detach().clone() for name, each in _tensors(module)}
    try:
        with torch.no_grad(), forked():
            before = torch.get_rng_state()
            found = module(over.x.clone())
            draws = not torch.equal(before, torch.get_rng_state())
    except RuntimeError as error:
        if re.search(r"shape|size|dimension", str(error)):
            raise refused.does_not_fit(module, over, error) from error
        raise
    if not isinstance(found, Tensor):
        raise refused.returns(module, type(found).__name__)
    if not found.is_floating_point():
        raise refused.returns(module, f"a tensor of {found.dtype}")
    changed = [name for name, each in _tensors(module) if not _same(each, kept.get(name))]
    if changed:
        raise refused.changes(module, changed[0])
    return draws, found


def _call_elsewhere(module: nn.Module, over: Samples) -> None:
    """At other parameters, as they are after an update: what a call changes there may have been settled before."""
    with torch.no_grad(), forked():
        for each in trained(module).values():
            each += torch.randn_like(each)
    try:
        _called(module, over)
    except BadInput:
        raise
    except raised():  # Parameters far away may be none that it takes.
        return


def _tensors(module: nn.Module) -> list[tuple[str, Tensor]]:
    return [*module.named_parameters(), *module.named_buffers()]


def _same(one: Tensor, other: Tensor | None) -> bool:
    return other is not None and torch.equal(one.detach().nan_to_num(), other.nan_to_num())


def _alone(rows: Rows, params: Tensor, over: Samples) -> tuple[Tensor, Tensor]:
    try:
        return rows.loss_and_gradient(params, over.x.new_ones(1), over)
    except RuntimeError as error:
        if "does not require grad" not in str(error):
            raise
        raise refused.is_constant() from error


class _Seen(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """What operations are made of a tile of ``rows``."""

    def __init__(self, rows: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._rows, self.numbers = rows, 0
        self.strides: set[int] = set()

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False: nothing is compiled here, and to skip it imports torch's compiler, for a second."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        made = [each for each in (found if isinstance(found, tuple | list) else (found,)) if isinstance(each, Tensor)]
        self.numbers += sum(each.numel() for each in made) // self._rows
        if PRODUCTS.search(str(func)):
            given = [each for each in args if isinstance(each, Tensor)]
            self.strides |= {
                each.stride(0) for each in (*given, *made) if each.ndim and each.shape[0] % self._rows == 0
            }
        return found


TRIED = 3
"""Rows of a tile on which it is found whether rows can share one; no other size in a model is likely to be that."""


def _together(rows: Rows, params: Tensor, over: Samples, alone: tuple[Tensor, Tensor]) -> tuple[_Seen, str]:
    """What a tile meets; and why there can be none, where that is so."""
    seen = _Seen(TRIED)
    try:
        with forked(), warnings.catch_warnings(), seen:
            warnings.filterwarnings("error", "There is a performance drop")
            found = rows.loss_and_gradient(params.expand(TRIED, -1), over.x.new_ones(TRIED), over)
    except raised() as error:  # Of whatever kind: torch.vmap has many, and a plain loop may do.
        known = (match.expand(words) for pattern, words in REASONS if (match := re.search(pattern, str(error))))
        return seen, next(known, first_line(error))
    for one, other in zip(found, alone, strict=True):
        off = (one[:1] - other).abs().nan_to_num().max()
        if off > NEAR * max(1.0, float(other.abs().nan_to_num().max())):
            return seen, "in a tile it computes something else"
    return seen, ""


def sampled(rows: Rows, start: Tensor, over: Samples, batch: int) -> tuple[set[int], str]:
    """What a tile meets where an update is over ``batch`` samples of each row's own; and why there can be none.

    Parameters
    ----------
    start : shape ``(n_parameters,)``.

    Returns
    -------
    As ``strides`` and ``one_by_one`` of :class:`Traits`.
    """
    own = over.taken(torch.arange(TRIED * batch, device=start.device).view(TRIED, batch) % len(over.t))
    with forked():
        alone = rows.loss_and_gradient(start[None], own.x.new_ones(1), own)
    seen, one_by_one = _together(rows, start[None], own, alone)
    return seen.strides, one_by_one


def _depends_on_seed(make: Callable[[int], nn.Module]) -> bool:
    """Whether what does not train differs between seeds."""
    one, other = make(0), make(1)
    names = trained(one)
    kept = {n: each for n, each in (*one.named_parameters(), *one.named_buffers()) if n not in names}
    there = dict((*other.named_parameters(), *other.named_buffers()))
    return any(n not in there or not torch.equal(each, there[n]) for n, each in kept.items())
