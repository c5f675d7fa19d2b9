"""What the tensors of points have in common, whatever the problem."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from sweep.problem.problem import Setup


def options_of(points: "Sequence[Setup]") -> dict[str, Any]:
    """The dtype and the device that ``points`` share, as torch takes them."""
    return {"dtype": getattr(torch, points[0].dtype), "device": torch.device(points[0].device)}
