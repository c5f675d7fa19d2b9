"""How curved a loss is for updates that divide each parameter's slope by a number of its own: of ``P^-½·H·P^-½``.

That is as curved as the loss itself where parameters are counted in other units, those of Adam's steps for one.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sweep.data.readings import Floats

if TYPE_CHECKING:
    from torch import Tensor


def steepest(hessian: Floats, divisor: Floats) -> float:
    """The largest eigenvalue of ``P^-½·H·P^-½``; nan where that matrix is not finite, as where a divisor is 0.

    Parameters
    ----------
    hessian : H, shape ``(n_parameters, n_parameters)``. divisor : the diagonal of P, >= 0, ``(n_parameters,)``.

    References
    ----------
    Cohen et al.: Adaptive gradient methods at the edge of stability, arXiv 2207.14484, 2022, section 2.
    """
    import torch

    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        by = 1 / np.sqrt(divisor)
        found = hessian * by * by[:, None]
    if not np.isfinite(found).all():
        return np.nan
    return float(torch.linalg.eigvalsh(torch.from_numpy(found))[-1])  # In the threads that training has.


def steepest_by_products(product: "Callable[[Tensor], Tensor]", divisors: "Tensor") -> list[float]:
    """The same of each row, from products with its Hessian; it may come out too small, as of :func:`spectrum`.

    Nan also where a product is not finite. The steps begin at a vector that is the same for all rows and that sees all
    directions: at an end, the gradient may hardly see the steepest.

    Parameters
    ----------
    product : from a vector a row, shape ``(rows, n_parameters)``, to H times it. divisors : of that shape.
    """
    import torch

    from sweep.problem.lanczos import spectrum, steps_of

    by = 1 / divisors.sqrt()
    found = spectrum(torch.zeros_like(by), lambda vectors: by * product(by * vectors), steps_of(by.shape[1]))
    return found.full.values[:, -1].tolist()
