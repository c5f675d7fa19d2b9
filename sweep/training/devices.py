"""Which devices this machine has."""

from collections.abc import Iterable

from sweep.errors import BadInput
from sweep.plan.point import Point


def check_devices(points: Iterable[Point]) -> None:
    """Refuse a device that this machine does not have."""
    devices = {point.device for point in points} - {"cpu"}
    if not devices:
        return
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    for device in sorted(devices):
        number = device.partition(":")[2]
        if int(number or 0) >= count:
            raise BadInput(
                f"device={device}: torch finds {count} CUDA device(s) here",
                "cpu, or a device that is there",
                "use device=cpu",
            )
