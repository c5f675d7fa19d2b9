"""Whether a row has the same bits at each of its places and beside any others: tried here before a tile trains."""

from collections.abc import Callable

import torch
from torch import Tensor

from sweep.errors import raised
from sweep.models.draws import forked
from sweep.models.rows import Rows, Samples
from sweep.models.tile import Tiling


def holds(rows: Rows, start: Tensor, over: Samples, tiling: Tiling, batch: int = 0) -> bool:
    """Whether it held for rows near ``start``: for copies of some, in another order, and in fewer tiles at once.

    Parameters
    ----------
    start : shape ``(n_parameters,)``.
    batch : samples of an update; 0: all.
    """
    drawn = torch.rand((tiling.at_once, len(over.t)), generator=torch.Generator().manual_seed(1))
    which = drawn.argsort(dim=1)[:, :batch].to(start.device) if batch else None

    def trained(params: Tensor, order: Tensor) -> Tensor:
        own = over if which is None else over.taken(which[order])
        with forked():
            losses, slopes = rows.loss_and_gradient(params, over.x.new_ones(len(params)), own)
        return torch.cat([losses[:, None], slopes], dim=1)

    return _held(trained, start, tiling)


def holds_curved(rows: Rows, start: Tensor, over: Samples, tiling: Tiling) -> bool:
    """The same of what is measured at the end of a run: the gradient there, and the Hessian times a vector."""

    def measured(params: Tensor, order: Tensor) -> Tensor:
        slopes, product = rows.around(params, over.x.new_ones(len(params)), over)
        return torch.cat([slopes, product(slopes), product(params)], dim=1)

    return _held(measured, start, tiling._replace(at_once=tiling.rows))


def _held(found: Callable[[Tensor, Tensor], Tensor], start: Tensor, tiling: Tiling) -> bool:
    tile, period, at_once = tiling
    if tile == 1:
        return True
    noise = torch.randn((at_once, len(start)), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    many = start + 0.1 * noise.to(start) * (start.abs() + 0.1)
    places = torch.arange(at_once)
    fewer = (places[:count] for count in range(tile, at_once, tile))
    try:
        first = found(many, places).nan_to_num()
        return all(
            torch.equal(first[order], found(many[order], order).nan_to_num())
            for order in (places % period, places.roll(period), *fewer)
        )
    except raised():  # Of whatever kind: rows beside the start may be none that the module takes.
        return False
