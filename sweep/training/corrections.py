"""Adam's bias corrections by row, of many updates at once: one at a time they would cost as much as an update."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sweep.training.by_row import spread

BLOCK = 32
"""Updates whose corrections are computed at once."""


class Corrections:
    """What Adam multiplies the lr by at an update, and what it adds to the root of the mean square.

    With ``s = √(1 − β2^t)``, at update t, from 1, ``(m/(1 − β1^t)) / (√v/s + ε) = m·(s/(1 − β1^t)) / (√v + ε·s)``.

    Parameters
    ----------
    beta1, beta2, eps : of each row.
    like : parameters; corrections, found in float64, are rounded to their dtype, and are on their device.
    """

    def __init__(self, beta1: Sequence[float], beta2: Sequence[float], eps: Sequence[float], like: Tensor) -> None:
        self._betas, self._eps, self._like = (beta1, beta2), np.asarray(eps), like[:0]
        self._tables = [_powers(betas, range(1, BLOCK + 1)) for betas in self._betas]
        self._block = -1

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Of update ``step``, from 1, the factor of the lr, shape ``(n_points, 1)``, and what is added, by row."""
        block, place = divmod(step - 1, BLOCK)
        if block != self._block:
            self._rates, self._added = self._of(block)
            self._block = block
        return self._rates[place], self._added[place]

    def _of(self, block: int) -> tuple[Tensor, Tensor]:
        """Of each update of a block."""
        before = (_powers(betas, [block * BLOCK]) for betas in self._betas)
        first, second = (1 - start * table for start, table in zip(before, self._tables, strict=True))
        root = np.sqrt(second)
        rates, added = (torch.from_numpy(each[..., None]).to(self._like) for each in (root / first, self._eps * root))
        return rates, spread(added, self._like.shape[-1])

    def take(self, which: Tensor | slice) -> "Corrections":
        """Of some of its rows."""
        rows = torch.arange(len(self._eps))[which.cpu() if isinstance(which, Tensor) else which].numpy()
        beta1, beta2 = ([betas[row] for row in rows] for betas in self._betas)
        return Corrections(beta1, beta2, self._eps[rows].tolist(), self._like)


def _powers(bases: Sequence[float], exponents: Iterable[int]) -> NDArray[np.float64]:
    """Shape ``(len(exponents), len(bases))``; Python's own: NumPy's and torch's may depend on the place."""
    distinct, places = np.unique(bases, return_inverse=True)
    found = [[base**exponent for base in distinct.tolist()] for exponent in exponents]
    return np.array(found)[:, places]
