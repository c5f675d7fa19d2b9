"""Hyperparameters by row: each row of a batch has its own, so that a grid over them is still one tensor.

Updates are written in additions, multiplications, divisions and roots alone, each of which is rounded by itself. What
rounds once for two of them (``addcmul``, ``lerp``) may round otherwise at the end of a tensor than in its middle, and a
row would have other bits in company than alone.
"""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, TypeVar

from torch import Tensor

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Rows = TypeVar("Rows", bound=DataclassInstance)

NARROW = 16
"""Parameters up to which a hyperparameter is repeated for each: torch is slow to spread a number over a short row."""


def by_row(values: Iterable[float], like: Tensor) -> Tensor:
    """A hyperparameter as what updates are written with: numbers rounded to the dtype of ``like``, on its device.

    Parameters
    ----------
    values : one of each row. like : parameters, shape ``(n_points, n_parameters)``.

    Returns
    -------
    Tensor of shape ``(n_points, 1)``; of few parameters the same values in the shape of ``like``.
    """
    return spread(like.new_tensor(list(values))[:, None], like.shape[-1])


def used_by_row(values: Iterable[float], like: Tensor) -> Tensor | None:
    """The same; None where all are 0, so that what they multiply is left out."""
    found = list(values)
    return by_row(found, like) if any(found) else None


def spread(column: Tensor, count: int) -> Tensor:
    """``column``, whose last axis is 1 long, repeated ``count`` times where that is quicker to compute with."""
    return column.expand(*column.shape[:-1], count).contiguous() if count <= NARROW else column


def decayed(slope: Tensor, params: Tensor, weight_decay: Tensor | None) -> Tensor:
    """The slope of ``L(θ) + ½·wd·‖θ‖²``: coupled weight decay; where wd is None, that of ``L``."""
    return slope if weight_decay is None else (params * weight_decay).add_(slope)


def some(rows: "Rows", which: Tensor | slice) -> "Rows":
    """Of a dataclass whose tensors have a row a point, some of its rows."""
    values = {each.name: getattr(rows, each.name) for each in fields(rows)}
    return replace(rows, **{name: value[which] for name, value in values.items() if isinstance(value, Tensor)})
