"""A sweep's saved view: which runs, columns and charts MLflow's pages open with.

The format is MLflow's own, undocumented: what its "save view" writes into a tag of the experiment. Without a view the
page shows no column of ours, ten runs, and axes that one diverged run ruins. ``tests/test_ui.py`` holds it.
"""

import base64
import json
import math
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from sweep.plan.plan import Plan
from sweep.problem import ends
from sweep.tracking import membership
from sweep.training.curve import Curve, Result

TAG = "mlflow.sharedViewState."
"""Followed by the id of the view, which is the sweep's."""

OF_MODELS = ("accuracy", "lambda_max", "threshold_ratio")
"""What else is known of a model's end, each in a column of its own where some run may have it."""

PAGE = 100
"""Runs that MLflow's page loads at once."""

FIRST_COLUMNS = ("attributes.`Run Name`", "runDateAndNestInfo")
"""Ids of the page's own columns that stand before ours."""

LOG_EPOCHS = 30
"""A longest run of more epochs is shown on a log axis, where what diverges early has as much room as what converges."""


def encoded(name: str, state: Mapping[str, Any], at: int) -> str:
    """The tag's value: a few hundred characters, as some stores take no more than 5,000.

    Parameters
    ----------
    name : what the page's menu of views calls it.
    at : when it was made, in ms since 1970.
    """
    deflated = zlib.compress(json.dumps(state, separators=(",", ":")).encode(), 9)
    return json.dumps(
        {"name": name, "createdAt": at, "state": f"deflate;{base64.b64encode(deflated).decode()}"}, ensure_ascii=False
    )


def state(plan: Plan, results: Iterable[Result]) -> dict[str, Any]:
    """The view of a sweep: its runs, whoever trained them, with charts that a diverged run does not ruin.

    Parameters
    ----------
    results : of the points; the loss axis is cut to the curves that fall.
    """
    longest = max(point.epochs for point in plan.points)
    loss = {
        "metricKey": "loss",
        "selectedMetricKeys": ["loss"],
        "scaleType": "log",
        "xAxisScaleType": "log" if longest > LOG_EPOCHS else "linear",
        "xAxisKey": "step",
        "useGlobalXaxisKey": False,
    }
    columns = [_column("attributes", "Dataset") if name == "data" else _column("params", name) for name in plan.shown]
    columns += [_column("tags", "outcome"), *(_column("metrics", name) for name in _ends(plan))]
    return {
        "searchFilter": membership.condition(plan.sweep_id),
        # Charts show the runs that the page has loaded: of more, by the order of their keys, hashes, a fair sample.
        "orderByKey": _column("metrics", "final_loss") if len(plan.points) <= PAGE else _column("tags", "key"),
        "orderByAsc": True,
        "selectedColumns": columns,
        "columnOrder": [*FIRST_COLUMNS, *columns],
        "columnWidths": {FIRST_COLUMNS[0]: 250} | dict.fromkeys(columns, 118),
        "runsHiddenMode": "SHOW_ALL",
        "isAccordionReordered": True,  # Or else the page sorts the sections by name.
        "compareRunSections": [
            _section("curves", "Loss by epoch: all runs, and cut to those that fall", display=True),
            _section("settings", "Settings: each run's outcome, and their way to the final loss", display=True),
            _section("rest", "Model metrics", display=False),
        ],
        "compareRunCharts": [
            _chart("all", "curves", "LINE", **loss),
            _chart("falling", "curves", "LINE", **loss, range=loss_range(results)),
            _chart("map", "settings", "SCATTER", xaxis=_metric("log10_lr"), yaxis=_upright(plan)),
            _chart("way", "settings", "PARALLEL", **_way(plan), showAllRuns=True),
        ],
    }


def _ends(plan: Plan) -> list[str]:
    """Metrics that have a column: of models what is measured as well, and each parameter where these are few."""
    curved = ("lambda_max", "threshold_ratio") if any(point.curvature for point in plan.points) else ()
    known = ({"accuracy"} & {*plan.measured}) | {*curved}
    models = [*(f"final_{name}" for name in plan.watched), *(name for name in OF_MODELS if name in known)]
    return ["final_loss", *(models if plan.facts else ()), *plan.told_briefly(ends.MOST_NAMED)]


def _upright(plan: Plan) -> dict[str, str]:
    """What stands upright where lr lies across: of models, whose scale seldom varies, something that does."""
    others = [name for name in plan.varying if name not in ("lr", "scale", "data")]
    if not plan.facts or "scale" in plan.varying:
        return _metric("log10_scale")
    return {"key": others[0], "type": "PARAM"} if others else _metric("log10_end")


def _way(plan: Plan) -> dict[str, list[str]]:
    """The axes of the chart in which each run is a line: of models, those that vary."""
    names = [name for name in plan.shown if not plan.facts or name in plan.varying]
    logs = [f"log10_{name}" for name in ("lr", "scale") if name in names]
    return {
        "selectedParams": [name for name in names if name not in ("lr", "scale")],
        "selectedMetrics": [*logs, "log10_end"],
    }


def loss_range(results: Iterable[Result]) -> dict[str, float]:
    """Powers of ten between which the loss axis shows the curves that fall, and a decade of those that rise.

    Empty, which leaves it to the page, where no curve falls or the least loss is 0.
    """
    curves = [each for each in results if isinstance(each, Curve)]
    falling = [each for each in curves if np.isfinite(each.losses).all() and each.final_loss <= each.losses[0]]
    least = min((min(float(each.losses.min()), each.final_loss) for each in falling), default=0.0)
    if least <= 0:
        return {}
    low, high = math.log10(least), math.log10(max(float(each.losses.max()) for each in falling)) + 1
    return {"yMin": round(low - 0.05 * (high - low), 3), "yMax": round(high, 3)}


def _column(kind: str, name: str) -> str:
    return f"{kind}.`{name}`"


def _metric(name: str) -> dict[str, str]:
    return {"key": name, "type": "METRIC"}


def _section(uuid: str, name: str, *, display: bool) -> dict[str, Any]:
    return {"uuid": uuid, "name": name, "display": display, "isReordered": False, "columns": 2, "cardHeight": 380}


def _chart(uuid: str, section: str, kind: str, **own: Any) -> dict[str, Any]:
    return {"type": kind, "uuid": uuid, "metricSectionId": section, "runsCountToCompare": 100, **own}
