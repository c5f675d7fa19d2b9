"""Sweeps whose pages are looked at: few points and many, an own model, repeats, and settings without numbers."""

from collections.abc import Callable, Mapping

import numpy as np

from sweep.plan.point import Point
from sweep.settings.schema import DType, Gradient
from sweep.tracking.record import SweepRecord
from sweep.training.curve import Failure
from tests.conftest import THERMOMETER, point
from tests.problem import classes
from tests.report.made import record
from tests.report.nets import net, swept
from tests.report.seeded import seeded


def dense(rows: int, columns: int) -> list[Point]:
    """lr × scale on a centred line that is quick to train: a quarter diverges, some converge."""
    rates, scales = np.geomspace(1e-2, 3, columns), np.geomspace(0.1, 3, rows)
    settings = [(float(f"{lr:.6g}"), float(f"{scale:.6g}")) for lr in rates for scale in scales]
    return [point(lr=lr, scale=scale, epochs=20, standardize=True) for lr, scale in settings]


def threshold() -> SweepRecord:
    """Two decades of lr around the threshold, at two scales: long rows of marks."""
    rates = [float(f"{lr:.6g}") for lr in np.geomspace(1e-5, 1e-1, 41)]
    return record(*(point(lr=lr, scale=scale, epochs=100) for lr in rates for scale in (1.0, 0.1)), name="threshold")


def deltas() -> SweepRecord:
    """A setting in words against one in numbers, a point of which failed."""
    points = [
        point(gradient=Gradient.finite_difference, delta=delta, dtype=dtype, epochs=100, lr=1e-3)
        for delta in (1e-4, 1e-3, 1e-2, 1e-1)
        for dtype in DType
    ]
    return record(*points, failures={points[3].key: Failure("RuntimeError", "the device is gone")}, name="deltas")


def model() -> SweepRecord:
    """Perceptrons of two widths, of a curve and of classes."""
    kinds = classes.table(60, 2, 3, 1)
    curve = [net(THERMOMETER, width, lr=lr, standardize=True) for width in (4, 7) for lr in (0.01, 0.1, 1.0, 30.0)]
    sorts = [net(kinds, loss="cross_entropy", holdout="0.2", lr=lr) for lr in (0.1, 1.0, 10.0)]
    return swept(*curve, *sorts, data=(THERMOMETER, kinds))


SWEEPS: Mapping[str, Callable[[], SweepRecord]] = {
    "4 points": lambda: record(*(point(lr=lr, scale=scale) for lr in (1e-2, 1e-4) for scale in (1.0, 0.1))),
    "82 points": threshold,
    "1,000 points": lambda: record(*dense(25, 40)),
    "own model": model,
    "repeats": lambda: record(*seeded(0.01, 0.03, 0.035), *seeded(0.02, seeds=range(2))),
    "words": deltas,
}
