"""What stands on the run of a point: params, tags and metrics, as pure functions of point, result and verdict.

Tags and metrics are what MLflow's pages show, a display copy; the truth for a curve is its part.
"""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep import colours
from sweep.data.readings import Readings
from sweep.plan import usage
from sweep.plan.point import Point, is_said
from sweep.plan.repeats import setting_key
from sweep.plan.shown import told_apart
from sweep.problem import ends
from sweep.problem.problem import Problem
from sweep.redaction import without_secrets
from sweep.settings.schema import is_argument
from sweep.tracking import expected, membership
from sweep.tracking.attempt import CurveAddress
from sweep.tracking.description import NOTE, of_run
from sweep.tracking.display import log10_end, shown, there
from sweep.training.curve import Curve, Failure, Floats, Leavings
from sweep.verdict.outcome import EVENTS, Verdict

TRACEBACK, OUTPUT, FILES = "traceback.txt", "output.txt", "files/"
"""Artifacts of a run: of one that failed how, and what a training function printed; and where its files lie."""

BESIDE = "may depend on what the run was trained beside"
"""Tag ``bits`` of a model's run that was not found to be the same in any company."""

COLUMNS = 30
"""Columns of a dataset that its schema has, at most."""


@dataclass(frozen=True)
class RunContent:
    """A run as it will stand in the store.

    ``curves`` are metrics with a history, as ``loss``; every number is finite, and no curve is empty. ``data`` is what
    it was trained on; None of a training function that takes none. ``files`` are artifacts, by their paths; ``seconds``
    is how long it took.
    """

    name: str
    status: str
    params: dict[str, str]
    tags: dict[str, str]
    metrics: dict[str, float]
    curves: Mapping[str, "Shown"]
    data: Readings | None
    files: Mapping[str, bytes] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def points(self) -> int:
        """How many points its curves have in all."""
        return sum(len(each.epochs) for each in self.curves.values())


class Shown(NamedTuple):
    """What MLflow shows of a curve: ``values`` at the steps ``epochs``, both of shape ``(n_shown,)``."""

    epochs: NDArray[np.int64]
    values: Floats


class Written(NamedTuple):
    """A run that stands in the store: its id, and its number among the point's attempts."""

    run_id: str
    number: int


@dataclass(frozen=True)
class PointRun:
    """Which run it is.

    Parameters
    ----------
    name : what MLflow calls it.
    problem : what the readings of ``point`` pose.
    tags : those that every run has.
    varying : settings that differ in its sweep.
    """

    name: str
    point: Point
    problem: Problem
    tags: Mapping[str, str]
    varying: Collection[str] = ()


def of_trained(run: PointRun, curve: Curve, verdict: Verdict, address: CurveAddress, curve_points: int) -> RunContent:
    """What stands on the run of a point that has a curve, whatever its outcome.

    Parameters
    ----------
    curve_points : most epochs of the curve that MLflow gets to show.
    """
    finals = {**ends.told(run.problem, curve.parameters), "final_loss": curve.final_loss}
    if not curve.is_named:  # Of others the curve ends before the last one.
        finals |= {f"final_{name}": float(values[-1]) for name, values in curve.watched.items()}
    finals |= curve.measured
    happened = ((name, getattr(verdict.events, name)) for name in EVENTS)
    metrics = {
        **finals,
        "log10_final_loss": math.log10(curve.final_loss) if curve.final_loss > 0 else math.nan,
        "log10_end": log10_end(curve),
        **_logs(run.point),
        **{name: float(epoch) for name, epoch in happened if epoch is not None},
        **({} if verdict.end_ratio is None else {"threshold_ratio": verdict.end_ratio}),
    }
    tags = {
        **_tags(run),
        "outcome": str(verdict.outcome),
        "outcome_reason": verdict.reason,
        "outcome_tolerance": repr(verdict.tolerance),
        **({"predicted": str(verdict.expected.predicted)} if verdict.expected and verdict.expected.predicted else {}),
        **{f"final_{name.removeprefix('final_')}": repr(value) for name, value in finals.items()},
        **({"bits": BESIDE} if curve.trained.get("promised") == 0 else {}),
        "curve_run": address.run_id,
        "curve_part": address.part,
        "curve_row": str(address.row),
        "mlflow.runColor": colours.LIGHT[verdict.outcome],
        NOTE: of_run(verdict.reason, curve),
    }
    each = _shown(curve, curve_points)
    curves = {name: parts for name, parts in each.items() if len(parts.epochs)}
    epochs = each["loss"].epochs
    if len(epochs) and epochs[-1] >= len(epochs):
        tags["curve_points"] = f"{len(epochs)} of {epochs[-1] + 1} epochs"
    return RunContent(
        run.name,
        status="FINISHED",
        params=params(run.point, run.varying),
        tags=tags,
        metrics={name: value for name, value in metrics.items() if math.isfinite(value)},
        curves=curves,
        data=_data(run),
        files=_files(curve.leavings),
        seconds=curve.seconds,
    )


def _shown(curve: Curve, limit: int) -> dict[str, Shown]:
    """By name, what is shown of a curve: of a training function all that it yielded, of others without the end."""
    if not curve.is_named:
        followed = {"loss": curve.losses} | {name: values[:-1] for name, values in curve.watched.items()}
        return {name: Shown(epochs := shown(values, limit), values[epochs]) for name, values in followed.items()}
    losses = curve.descended
    found = {"loss": Shown(epochs := shown(losses, limit), losses[epochs])}
    for name, values in curve.watched.items():
        found[name] = Shown(epochs := there(values, limit), values[epochs])
    return found


def of_failed(run: PointRun, failure: Failure) -> RunContent:
    """What stands on the run of a point whose training raised."""
    error = {"error_kind": failure.kind, "error_message": failure.message[: expected.MESSAGE]}
    tags = {**_tags(run), **error, "mlflow.runColor": colours.LIGHT["FAILED"]}
    tags[NOTE] = of_run(replace(failure, message=error["error_message"]).sentence)
    return RunContent(
        run.name,
        status="FAILED",
        params=params(run.point, run.varying),
        tags=tags,
        metrics=_logs(run.point),
        curves={},
        data=_data(run),
        files=_files(failure.leavings, {TRACEBACK: failure.traceback}),
        seconds=failure.seconds,
    )


def _data(run: PointRun) -> Readings | None:
    return run.problem.prepared.readings if usage.reads_data(run.point) else None


def _files(leavings: Leavings, texts: Mapping[str, str] = MappingProxyType({})) -> dict[str, bytes]:
    """As artifacts, ``texts``, and what a training function left; of what is empty there is no file."""
    said = {**texts, OUTPUT: leavings.output}
    found = {name: without_secrets(text).encode() for name, text in said.items() if text}
    return found | {FILES + path: content for path, content in leavings.files.items()}


def _tags(run: PointRun) -> dict[str, str]:
    own = {membership.key_tag(run.point.key): run.point.key}
    return {**run.tags, **own, **({membership.SETTING: setting_key(run.point)} if usage.draws(run.point) else {})}


def _logs(point: Point) -> dict[str, float]:
    """What charts without a log axis show."""
    used = point.columns()
    return {f"log10_{name}": math.log10(getattr(point, name)) for name in ("lr", "scale") if used[name] is not None}


def params(point: Point, varying: Collection[str] = ()) -> dict[str, str]:
    """The settings that stand on the run of ``point``: those that it uses, of later ones where they say something.

    Of ``varying`` ones each, or else MLflow's page groups runs by them as ``(none)``.
    """
    told = {name: value for name, value in point.columns().items() if value is not None}
    return {
        name: told_apart(value) if is_argument(name) else str(value)
        for name, value in told.items()
        if name in varying or is_said(point, name, value)
    }


class LoggedDataset(NamedTuple):
    """Readings as MLflow's datasets name them, in the order of its columns."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str
    profile: str


def dataset_of(data: Readings) -> LoggedDataset:
    """What a run says of its readings, such that ``mlflow.data.get_source`` reads where they came from.

    The type ``code`` is the one of MLflow's own that names a source without promising to load it: the source is what
    a person would say, and never a path. Of more columns than :data:`COLUMNS` the schema has the first inputs and
    the target: each run that a server sends brings it along.
    """
    target = {"type": "string" if data.classes else "double", "name": data.target_name, "required": True}
    inputs = [{"type": "double", "name": name, "required": True} for name in data.input_names[: COLUMNS - 1]]
    elements = len(data) * (len(data.input_names) + 1)
    return LoggedDataset(
        data.name,
        data.fingerprint,
        "code",
        json.dumps({"tags": {"source": data.source}}),
        json.dumps({"mlflow_colspec": [*inputs, target]}, ensure_ascii=False),
        json.dumps({"num_rows": len(data), "num_elements": elements}),
    )
