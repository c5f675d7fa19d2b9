"""Torch with two threads, also where the machine has one processor, for tests of what sweep makes of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        yield
    finally:
        torch.set_num_threads(before)
