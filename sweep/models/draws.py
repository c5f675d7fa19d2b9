"""Random numbers of torch while models are computed: by a run's seed and its update; the caller's stay as they were."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def forked() -> Iterator[None]:
    """Random numbers of its own: the caller's generators are left as they were."""
    devices = range(torch.cuda.device_count()) if torch.cuda.is_available() else ()
    with torch.random.fork_rng(devices):
        seed_all(0)
        yield


def seed_all(seed: int) -> None:
    """As :func:`torch.manual_seed`, which at each call writes down the stack for each kind of device that is absent."""
    if torch.accelerator.is_available():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


def drawn_by(seed: int, epoch: int, update: int = 0) -> int:
    """The seed of torch's generator for an update: of nothing but these three."""
    return int(hashlib.sha256(f"{seed} {epoch} {update}".encode()).hexdigest()[:8], 16)


@contextmanager
def drawing(seed: int, epoch: int | None, update: int = 0) -> Iterator[None]:
    """What is drawn at an update; nothing is where there is no ``epoch``."""
    if epoch is None:
        yield
        return
    with forked():
        seed_all(drawn_by(seed, epoch, update))
        yield
