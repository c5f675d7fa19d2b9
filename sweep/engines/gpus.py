"""Which GPU a worker has, where several workers are on a machine with several."""

from collections.abc import Mapping, Sequence

from sweep.plan.point import Point

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""Environment variable: the GPUs that CUDA shows to a process, which are its 0, 1 and so on."""


def shares(points: Sequence[Point], devices: int, variables: Mapping[str, str]) -> list[Mapping[str, str]]:
    """What is told to workers beside the driver's environment, to one after the other and then from the first again.

    Of ``device=cuda`` each has a GPU of its own. Where a point says which one, all see all of them.

    Parameters
    ----------
    devices : that torch finds.
    variables : the driver's environment.
    """
    asked = {point.device for point in points} - {"cpu"}
    if asked != {"cuda"} or devices < 2:
        return [{}]
    shown = variables.get(VISIBLE)
    names = [name.strip() for name in shown.split(",")][:devices] if shown else [str(each) for each in range(devices)]
    return [{VISIBLE: name} for name in names]


def workers(points: Sequence[Point], devices: int) -> int | None:
    """How many there are unless it is said: one for each GPU that is used; None where points train on the CPU."""
    asked = {point.device for point in points}
    if not asked or "cpu" in asked:
        return None
    return max(devices, 1) if "cuda" in asked else len(asked)
