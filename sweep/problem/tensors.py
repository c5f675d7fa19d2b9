"""What the tensors of points have in common, whatever the problem."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from sweep.data.readings import Floats
from sweep.models.rows import Samples
from sweep.models.switches import plain

if TYPE_CHECKING:
    from sweep.problem.problem import Setup


def options_of(points: "Sequence[Setup]") -> dict[str, Any]:
    """The dtype and the device that ``points`` share, as torch takes them."""
    return {"dtype": getattr(torch, points[0].dtype), "device": torch.device(points[0].device)}


def samples(
    inputs: Floats, targets: Floats, labelled: bool, dtype: torch.dtype = torch.float32, device: str = "cpu"
) -> Samples:
    """Samples as tensors."""
    t = torch.tensor(targets, dtype=torch.int64 if labelled else dtype, device=device)
    return Samples(torch.tensor(inputs, dtype=dtype, device=device), t)


@contextmanager
def one_thread() -> Iterator[None]:
    """Two torch threads split a long reduction, and its last bits then depend on the batch; one thread never does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with plain():
            yield
    finally:
        torch.set_num_threads(before)
