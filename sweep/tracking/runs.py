"""What stands on the run of a point: params, tags and metrics, as pure functions of point, result and verdict.

Tags and metrics are what MLflow's pages show, a display copy; the truth for a curve is its part.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sweep.curve import Curve, Failure
from sweep.data import Readings
from sweep.outcome import Verdict
from sweep.plan import Point
from sweep.settings import PARAMETERS
from sweep.tracking.attempt import Place

TAG_LIMIT = 5000


@dataclass(frozen=True)
class Facts:
    """A run as it will stand in the store; ``losses`` are (epoch, loss) of the metric ``loss``."""

    name: str
    status: str
    params: dict[str, str]
    tags: dict[str, str]
    metrics: dict[str, float]
    losses: list[tuple[int, float]]
    data: Readings
    traceback: str = ""


def trained(
    point: Point,
    data: Readings,
    curve: Curve,
    verdict: Verdict,
    tolerance: float,
    place: Place,
    identity: Mapping[str, str],
) -> Facts:
    """The facts of a point that has a curve, whatever its outcome; ``identity`` are tags that say which run it is."""
    finals = {
        **dict(zip(PARAMETERS, curve.parameters, strict=True)),
        "final_loss": curve.final_loss,
    }
    metrics = {
        **finals,
        "log10_final_loss": math.log10(curve.final_loss) if curve.final_loss > 0 else math.nan,
        "log10_lr": math.log10(point.lr),
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
    }
    return Facts(
        _name(point),
        "FINISHED",
        _params(point),
        tags,
        {name: value for name, value in metrics.items() if math.isfinite(value)},
        list(_finite_losses(curve)),
        data,
    )


def failed(point: Point, data: Readings, failure: Failure, identity: Mapping[str, str]) -> Facts:
    """The facts of a point whose training raised."""
    tags = {**identity, "error_kind": failure.kind, "error_message": failure.message[:TAG_LIMIT]}
    metrics = {"log10_lr": math.log10(point.lr)}
    return Facts(_name(point), "FAILED", _params(point), tags, metrics, [], data, failure.traceback)


def _name(point: Point) -> str:
    return f"lr={point.lr:g} scale={point.scale:g} epochs={point.epochs}"


def _params(point: Point) -> dict[str, str]:
    return {name: str(value) for name, value in point.columns().items()}


def _finite_losses(curve: Curve) -> Iterator[tuple[int, float]]:
    """Up to the last finite loss: MLflow drops a whole curve whose latest value is nan (mlflow#16555)."""
    for epoch, loss in enumerate(curve.losses.tolist()):
        if not math.isfinite(loss):
            return
        yield epoch, loss
