"""Derivatives by torch's autograd, of losses written out."""

from collections.abc import Callable
from typing import Any

import torch

from sweep.data.readings import Floats

gradient_of: Any = torch.autograd.functional.jacobian
hessian_of: Any = torch.autograd.functional.hessian


def around(loss: Callable[[torch.Tensor], torch.Tensor], at: Floats, decay: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradient and Hessian by autograd of ``loss`` with decay."""

    def both(theta: torch.Tensor) -> torch.Tensor:
        return loss(theta) + decay / 2 * theta @ theta

    where = torch.tensor(at)
    return gradient_of(both, where), hessian_of(both, where)
