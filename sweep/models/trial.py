"""What a model is found to be before anything trains: a module is made, called, and its gradient taken, once or twice.

What cannot train row by row is refused with a way out; what cannot be a tile is trained one by one, and that is said.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from sweep.errors import BadInput
from sweep.models.losses import Loss
from sweep.models.rows import Rows, Samples
from sweep.models.shapes import flatten, trained

KEY = "problem.model"

NEAR = 1e-3
"""Of a row in a tile and the same row alone, losses and gradients may differ by this part: by rounding, and no more."""

PRODUCTS = re.compile(r"aten\.(bmm|baddbmm|mm|addmm|addbmm|mv|dot|_?convolution\w*|mkldnn\w*|linear)\b")
"""Operations whose rounding may depend on where a tensor begins."""

REASONS = (
    (r"\.item\(\)", "it calls .item()"),
    (r"data-dependent control flow", "its control flow depends on numbers"),
    (r"in-?place", "it changes tensors in place"),
)


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
    """

    shapes: dict[str, tuple[int, ...]]
    output_shape: tuple[int, ...]
    one_by_one: str
    modes: bool
    draws: bool
    by_seed: bool
    strides: tuple[int, ...]
    work: int


def traits(make: Callable[[int], nn.Module], loss: Loss, over: Samples, classes: int) -> Traits:
    """Find out.

    Parameters
    ----------
    make : from a seed to a module, in the dtype of ``over``, which are all samples that train.
    classes : 0 where the target is a quantity.

    Raises
    ------
    BadInput : it does not fit the data or the loss, or cannot train; see :mod:`sweep.models.refused`.
    Exception : whatever the module raises by itself.
    """
    module = make(0)
    own = trained(module)
    with forked():
        draws, outputs = _called(module.train(), over)
        rests, resting = _called(module.eval(), over)
    if rests:
        raise BadInput(
            f"{KEY}: {type(module).__name__} draws random numbers also when it does not train",
            "a module that draws, if at all, while self.training is true",
            "use torch's Dropout, or ask self.training before drawing",
        )
    loss.check(tuple(outputs.shape), len(over.x), classes, KEY)
    modes = draws or not torch.equal(outputs.nan_to_num(), resting.nan_to_num())
    rows = Rows(module, loss, modes)
    params = flatten(own)[None]
    with forked():
        alone = _alone(rows, params, over)
        seen, one_by_one = _together(rows, params, over, alone)
    work = max(params.numel() * len(over.x), 8 * seen.numbers)
    by_seed = draws or _depends_on_seed(make)
    return Traits(
        rows.shapes, tuple(outputs.shape), one_by_one, modes, draws, by_seed, tuple(sorted(seen.strides)), work
    )


@contextmanager
def forked() -> Iterator[None]:
    """Random numbers of its own: the caller's generators are left as they were."""
    devices = range(torch.cuda.device_count()) if torch.cuda.is_available() else ()
    with torch.random.fork_rng(devices):
        torch.manual_seed(0)
        yield


def _called(module: nn.Module, over: Samples) -> tuple[bool, Tensor]:
    """Whether a call draws, and what it returns; what it changes of buffers is refused."""
    kept = {name: each.clone() for name, each in module.named_buffers()}
    before = torch.get_rng_state()
    try:
        with torch.no_grad():
            found = module(over.x)
    except RuntimeError as error:
        if re.search(r"shape|size|dimension", str(error)):
            raise _does_not_fit(module, over, error) from error
        raise
    if not isinstance(found, Tensor):
        raise BadInput(
            f"{KEY}: {type(module).__name__} returned {type(found).__name__}", "one tensor", "return the outputs alone"
        )
    changed = [name for name, each in module.named_buffers() if not torch.equal(each, kept.get(name, each))]
    if changed:
        raise _changes(module, changed[0])
    return not torch.equal(before, torch.get_rng_state()), found


def _does_not_fit(module: nn.Module, over: Samples, error: Exception) -> BadInput:
    inputs = over.x.shape[1]
    return BadInput(
        f"{KEY}: {type(module).__name__} does not take inputs of the shape {tuple(over.x.shape)}: "
        f"{str(error).splitlines()[0]}",
        f"a module that takes ({len(over.x)}, {inputs}): a row for each sample, with {inputs} "
        f"input{'' if inputs == 1 else 's'}",
        "choose as many data.input as it takes, or give its first layer as many",
    )


def _changes(module: nn.Module, name: str) -> BadInput:
    owner = module.get_submodule(name.rpartition(".")[0])
    kind = type(owner).__name__
    if "BatchNorm" in kind or "InstanceNorm" in kind:
        what = f"{KEY}: the running statistics of {kind} ({name}) change while it trains, and belong to no parameter"
        return BadInput(
            what, "a normalisation without memory", "use GroupNorm or LayerNorm, or track_running_stats=False"
        )
    return BadInput(
        f"{KEY}: {kind} changes its buffer {name} when it is called",
        "a module whose output depends on its parameters and inputs alone",
        "leave the buffer as it is, or make it a parameter",
    )


def _alone(rows: Rows, params: Tensor, over: Samples) -> tuple[Tensor, Tensor]:
    try:
        return rows.loss_and_gradient(params, over.x.new_ones(1), over)
    except RuntimeError as error:
        if "does not require grad" not in str(error):
            raise
        raise BadInput(
            f"{KEY}: no parameter changes the loss", "outputs that depend on parameters", "leave .detach() out"
        ) from error


class _Seen(TorchDispatchMode):
    """What operations are made of a tile of ``rows``."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows, self.numbers = rows, 0
        self.strides: set[int] = set()

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
        with forked(), seen:
            found = rows.loss_and_gradient(params.expand(TRIED, -1), over.x.new_ones(TRIED), over)
    except Exception as error:  # Of whatever kind: torch.vmap has many, and a plain loop may do.
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return seen, next((words for pattern, words in REASONS if re.search(pattern, str(error))), said[:200])
    for one, other in zip(found, alone, strict=True):
        off = (one[:1] - other).abs().nan_to_num().max()
        if off > NEAR * max(1.0, float(other.abs().nan_to_num().max())):
            return seen, "in a tile it computes something else"
    return seen, ""


def _depends_on_seed(make: Callable[[int], nn.Module]) -> bool:
    """Whether what does not train differs between seeds."""
    one, other = make(0), make(1)
    names = trained(one)
    kept = {n: each for n, each in (*one.named_parameters(), *one.named_buffers()) if n not in names}
    there = dict((*other.named_parameters(), *other.named_buffers()))
    return any(n not in there or not torch.equal(each, there[n]) for n, each in kept.items())
