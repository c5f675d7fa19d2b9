"""Training functions that end, that count epochs, and that do neither."""

import time
from collections.abc import Iterator
from pathlib import Path


def quick(lr: float) -> Iterator[dict[str, float]]:
    """Three epochs, whatever it is asked."""
    for epoch in range(3):
        yield {"loss": 1.0 / (1 + epoch), "speed": lr}


def asked(epochs: int, folder: Path) -> Iterator[float]:
    """As many epochs as it is asked; it leaves a file."""
    (folder / "left.txt").write_text("here")
    for epoch in range(epochs):
        yield 1.0 / (1 + epoch)


def endless() -> Iterator[float]:
    """Epochs without an end."""
    while True:
        yield 1.0


def silent() -> Iterator[float]:
    """Nothing, for a minute."""
    time.sleep(60)
    yield 1.0


def broken() -> Iterator[float]:
    """Nothing at all."""
    raise ArithmeticError("no number")
