"""What stands on the run of a point: params, tags and metrics, as pure functions of point, result and verdict.

Tags and metrics are what MLflow's pages show, a display copy; the truth for a curve is its part.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.curve import Curve, Failure, Floats
from sweep.data import Readings
from sweep.outcome import Verdict
from sweep.plan import Point
from sweep.settings import PARAMETERS
from sweep.tracking.attempt import Place
from sweep.tracking.display import COLOURS, FAILED_COLOUR, log10_end, shown

TAG_LIMIT = 5000

_NO_CURVE = (np.array([], dtype=np.int64), np.array([], dtype=np.float64))


@dataclass(frozen=True)
class Facts:
    """A run as it will stand in the store.

    ``losses`` are the metric ``loss`` at the steps ``epochs``, both of shape ``(n_shown,)``; every number is finite.
    """

    name: str
    status: str
    params: dict[str, str]
    tags: dict[str, str]
    metrics: dict[str, float]
    epochs: NDArray[np.int64]
    losses: Floats
    data: Readings
    traceback: str = ""


class Written(NamedTuple):
    """A run that stands in the store: its id, and its number among the point's attempts."""

    run_id: str
    number: int


def trained(
    name: str,
    point: Point,
    data: Readings,
    curve: Curve,
    verdict: Verdict,
    tolerance: float,
    place: Place,
    identity: Mapping[str, str],
    curve_points: int,
) -> Facts:
    """The facts of a point that has a curve, whatever its outcome.

    Parameters
    ----------
    name : what MLflow calls the run.
    identity : tags that say which run it is.
    curve_points : most epochs of the curve that MLflow gets to show.
    """
    finals = {
        **dict(zip(PARAMETERS, curve.parameters, strict=True)),
        "final_loss": curve.final_loss,
    }
    metrics = {
        **finals,
        "log10_final_loss": math.log10(curve.final_loss) if curve.final_loss > 0 else math.nan,
        "log10_end": log10_end(curve),
        **_logs(point),
        **{
            name: float(epoch)
            for name in ("first_inf", "first_nan", "first_rise", "first_within")
            if (epoch := getattr(verdict, name)) is not None
        },
    }
    tags = {
        **identity,
        "outcome": str(verdict.outcome),
        "outcome_reason": verdict.reason,
        "outcome_tolerance": repr(tolerance),
        "predicted": str(verdict.predicted),
        **{f"final_{name.removeprefix('final_')}": repr(value) for name, value in finals.items()},
        "curve_run": place.run_id,
        "curve_part": place.part,
        "curve_row": str(place.row),
        "mlflow.runColor": COLOURS[verdict.outcome],
    }
    epochs = shown(curve.losses, curve_points)
    if len(epochs) and epochs[-1] >= len(epochs):
        tags["curve_points"] = f"{len(epochs)} of {epochs[-1] + 1} epochs"
    return Facts(
        name,
        "FINISHED",
        _params(point),
        tags,
        {name: value for name, value in metrics.items() if math.isfinite(value)},
        epochs,
        curve.losses[epochs],
        data,
    )


def failed(name: str, point: Point, data: Readings, failure: Failure, identity: Mapping[str, str]) -> Facts:
    """The facts of a point whose training raised."""
    error = {"error_kind": failure.kind, "error_message": failure.message[:TAG_LIMIT]}
    tags = {**identity, **error, "mlflow.runColor": FAILED_COLOUR}
    return Facts(name, "FAILED", _params(point), tags, _logs(point), *_NO_CURVE, data, failure.traceback)


def _logs(point: Point) -> dict[str, float]:
    """What charts without a log axis show."""
    return {"log10_lr": math.log10(point.lr), "log10_scale": math.log10(point.scale)}


def _params(point: Point) -> dict[str, str]:
    return {name: str(value) for name, value in point.columns().items() if value is not None}
