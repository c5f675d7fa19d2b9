"""Training loops for calls."""

from collections.abc import Iterator


def breaks(lr: float, epochs: int) -> Iterator[float]:
    """Falls to nothing, or fails where the lr is above 0.15."""
    for epoch in range(epochs):
        if lr > 0.15:
            raise RuntimeError("too large")
        yield (1 - lr) ** epoch
