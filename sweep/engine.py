"""The in-process engine: points in, curves out, everything that shares data, dtype, device and gradient as one batch.

Points that differ only in ``epochs`` are one trajectory, read off at several epochs: a constant learning rate makes a
short run the exact prefix of a long one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch

from sweep import descent
from sweep.curve import Curve
from sweep.data import Readings
from sweep.plan import Point


def in_process(points: Sequence[Point], readings: Mapping[str, Readings]) -> list[Curve]:
    """Train ``points`` on this process's CPU or accelerator.

    Parameters
    ----------
    points : any mix of settings.
    readings : by fingerprint, at least those that the points name.

    Returns
    -------
    One curve a point, in order, each with the bits it would have alone.
    """
    batches: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, point in enumerate(points):
        batches[(point.data, point.dtype, point.device, point.gradient, point.delta)].append(place)
    curves: dict[int, Curve] = {}
    with _one_thread():
        for places in batches.values():
            batch = [points[place] for place in places]
            curves.update(zip(places, _train(batch, readings[batch[0].data]), strict=True))
    return [curves[place] for place in range(len(points))]


def _train(points: Sequence[Point], data: Readings) -> Iterator[Curve]:
    """Curves of points that share everything but lr, scale, epochs and init."""
    epochs: dict[tuple[object, ...], int] = {}
    for point in points:
        trajectory = (point.lr, point.scale, point.init)
        epochs[trajectory] = max(point.epochs, epochs.get(trajectory, 0))
    rows = sorted(epochs, key=lambda trajectory: -epochs[trajectory])
    first = points[0]
    options = {"dtype": getattr(torch, first.dtype), "device": torch.device(first.device)}
    lr, scale, init = (torch.tensor(column, **options) for column in zip(*rows, strict=True))
    u, t = torch.tensor(data.inputs, **options), torch.tensor(data.targets, **options)
    losses, stops = descent.descend(
        init,
        scale[:, None] * u,
        t,
        lr[:, None],
        epochs=[epochs[row] for row in rows],
        stops=sorted({point.epochs for point in points}),
        gradient=descent.gradient_function(first.gradient, first.delta),
    )
    histories = losses.T.contiguous().cpu().numpy()
    row_of = {row: place for place, row in enumerate(rows)}
    ends = {stop.epoch: (stop.params.tolist(), stop.final_loss.tolist(), stop.stalled.tolist()) for stop in stops}
    for point in points:
        row = row_of[(point.lr, point.scale, point.init)]
        parameters, final_loss, stalled = ends[point.epochs]
        yield Curve(histories[row, : point.epochs], tuple(parameters[row]), final_loss[row], stalled[row])


@contextmanager
def _one_thread() -> Iterator[None]:
    """Two torch threads split a long reduction, and its last bits then depend on the batch; one thread never does."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
