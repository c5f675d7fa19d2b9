"""Whether a row has the same bits at each of its places and beside any others: tried here before a tile trains."""

import torch
from torch import Tensor

from sweep.models.draws import forked
from sweep.models.rows import Rows, Samples


def holds(rows: Rows, start: Tensor, over: Samples, tile: int, period: int, at_once: int) -> bool:
    """Whether it held for rows near ``start``: for copies of some, in another order, and in a tile by itself.

    Parameters
    ----------
    start : shape ``(n_parameters,)``.
    tile, period, at_once : of :mod:`sweep.models.tile`.
    """
    noise = torch.randn((at_once, len(start)), generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    many = start + 0.1 * noise.to(start) * (start.abs() + 0.1)
    places = torch.arange(at_once)
    first = _bits(rows, many, over)
    return all(
        torch.equal(first[order], _bits(rows, many[order], over))
        for order in (places % period, places.roll(period), places[:tile])
    )


def _bits(rows: Rows, params: Tensor, over: Samples) -> Tensor:
    with forked():
        losses, slopes = rows.loss_and_gradient(params, over.x.new_ones(len(params)), over)
    return torch.cat([losses[:, None], slopes], dim=1).nan_to_num()
