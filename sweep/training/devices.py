"""Which devices this machine has."""

from collections.abc import Iterable

from sweep.errors import BadInput
from sweep.plan.point import Point


def check_devices(points: Iterable[Point]) -> None:
    """Refuse a device that this machine does not have."""
    points = list(points)
    if all(point.device == "cpu" for point in points):
        return
    import torch

    refuse_missing(points, torch.cuda.device_count() if torch.cuda.is_available() else 0)


def refuse_missing(points: Iterable[Point], count: int) -> None:
    """Refuse a device that is not there where torch finds ``count`` CUDA devices."""
    for device in sorted({point.device for point in points} - {"cpu"}):
        number = device.partition(":")[2]
        if int(number or 0) >= count:
            raise BadInput(
                f"device={device}: torch finds {count} CUDA device(s) here",
                "cpu, or a device that is there",
                "use device=cpu",
            )
