"""A sweep's saved view: which runs, columns and charts MLflow's pages open with.

The format is MLflow's own, undocumented: what its "save view" writes into a tag of the experiment. Without a view the
page shows no column of ours, ten runs, and axes that one diverged run ruins. ``tests/test_ui.py`` holds it.
"""

import base64
import json
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sweep.errors import MALFORMED
from sweep.plan import repeats
from sweep.plan.plan import Plan
from sweep.problem import ends
from sweep.problem.problem import ACCURACY
from sweep.tracking import membership, ranks
from sweep.tracking.run_content import params
from sweep.tracking.view_axes import across, loss_range, upright, way
from sweep.training.curve import Curve, Result
from sweep.verdict.sentences import plural

TAG = "mlflow.sharedViewState."
"""Followed by the id of the view, which is the sweep's."""

PAGE = 100
"""Runs that MLflow's page loads at once."""

MOST_NAMED = 8
"""Columns of metrics that training functions name."""

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


def made_at(value: str) -> int:
    """When the view was made, in ms since 1970; of what is none of ours, the largest number, as it is a person's."""
    try:
        return int(json.loads(value)["createdAt"])
    except MALFORMED:
        return sys.maxsize


def state(plan: Plan, results: Iterable[Result], *, ranked: bool = False) -> dict[str, Any]:
    """The view of a sweep: its runs, whoever trained them, with charts that a diverged run does not ruin.

    Parameters
    ----------
    results : of the points; the loss axis is cut to the curves that fall.
    ranked : whether runs carry the tag of :mod:`sweep.tracking.ranks`, by which the page then orders them.
    """
    known = list(results)
    curves = [each for each in known if isinstance(each, Curve)]
    longest = max([len(each.losses) for each in curves] or [point.epochs for point in plan.points])
    loss = {
        "metricKey": "loss",
        "selectedMetricKeys": ["loss"],
        "scaleType": "log",
        "xAxisScaleType": "log" if longest > LOG_EPOCHS else "linear",
        "xAxisKey": "step",
        "useGlobalXaxisKey": False,
        "lineSmoothness": 0,  # Or else the page draws smoothed curves, which no run has.
    }
    falling = loss_range(known)
    settings = [params(plan.points[first], plan.varying) for first, *_ in repeats.settings(plan.points)]
    # Of a group the page would show the mean of its seeds.
    names = [name for name in plan.shown if not (settings and name == "seed")]
    columns = [_column("attributes", "Dataset") if name == "data" else _column("params", name) for name in names]
    columns += [_column("tags", "outcome"), *(_column("metrics", name) for name in [*_ends(plan), *_named(curves)])]
    return {
        "searchFilter": membership.condition(plan.sweep_id),
        "orderByKey": _order(plan, ranked, bool(settings)),
        "orderByAsc": True,
        "selectedColumns": columns,
        "columnOrder": [*FIRST_COLUMNS, *columns],
        "columnWidths": {FIRST_COLUMNS[0]: 250} | {name: _width(name) for name in columns},
        "runsHiddenMode": "SHOW_ALL",
        "isAccordionReordered": True,  # Or else the page sorts the sections by name.
        "compareRunSections": [
            # A chart of curves is titled by its metric alone: so each has a section, with room for some 50 letters.
            _section("curves", f"Loss of {_loaded(plan, ranked, bool(settings))}", columns=1),
            *([_section("falling", "Loss of those that fall", columns=1)] if falling else ()),
            _section("settings", f"Settings: {_where(settings)}"),
            _section("rest", "Model metrics", display=False),
        ],
        "compareRunCharts": [
            _chart("all", "curves", "LINE", **loss),
            *([_chart("falls", "falling", "LINE", **loss, range=falling)] if falling else ()),
            _chart("map", "settings", "SCATTER", xaxis=across(plan), yaxis=upright(plan, settings)),
            _chart("way", "settings", "PARALLEL", **way(plan, settings), showAllRuns=True),
        ],
        **(_grouped(plan, settings) if settings else {}),
    }


def _order(plan: Plan, ranked: bool, by_setting: bool) -> str:
    """What the page orders runs by: charts show those that it has loaded."""
    if len(plan.points) <= PAGE:
        return _column("metrics", "final_loss")
    if ranked:
        return _column("tags", ranks.tag(plan.sweep_id))
    # By keys, which are hashes, they are a fair sample; of settings with repeats all runs are loaded, or none.
    return _column("tags", membership.SETTING if by_setting else "key")


def _loaded(plan: Plan, ranked: bool, by_setting: bool) -> str:
    """Which runs the page has loaded, in words."""
    if len(plan.points) <= PAGE:
        return f"{plural(len(plan.points), 'run')}{', mean and range' * by_setting}"
    which = "best, boundary, sample" if ranked else "a fair sample"
    return f"{PAGE} of {len(plan.points):,} runs: {which}"


def _where(settings: Sequence[Mapping[str, str]]) -> str:
    return "where the mean of each ends" if settings else "colours are outcomes, or log10_end"


def _grouped(plan: Plan, settings: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The page's own grouping, a group a setting: charts have its mean, and curves a band from least to largest.

    Parameters
    ----------
    settings : the params of a run of each.
    """
    # Each run has that: the page leaves a run aside that has none of the params that group it.
    names = ["lr" if plan.values["lr"] else "problem", *(name for name in plan.varying if name not in ("lr", "seed"))]
    keys = [{"mode": "param", "groupByData": name} for name in names]
    ids = (",".join(f"param.{name}.{own.get(name) or 'null'}" for name in names) for own in settings)
    return {
        "groupBy": {"aggregateFunction": "average", "groupByKeys": keys},
        "useGroupedValuesInCharts": True,
        "groupsExpanded": dict.fromkeys(list(ids)[:PAGE], False),
    }


def _ends(plan: Plan) -> list[str]:
    """Metrics that have a column: of models what is measured as well, and each parameter where these are few."""
    rates = [name for name in ACCURACY if name in plan.measured]
    models = [
        *(f"final_{name}" for name in plan.watched),
        *rates,
        *plan.curved,
        *["threshold_ratio"] * bool(plan.curved),
    ]
    return ["final_loss", *(models if plan.facts else ()), *plan.told_briefly(ends.MOST_NAMED)]


def _named(curves: Sequence[Curve]) -> list[str]:
    """Metrics and final values of training functions that have a column, the first ones."""
    names = dict.fromkeys(name for each in curves if each.is_named for name in (*each.measured, *each.watched))
    return list(names)[:MOST_NAMED]


def _width(column: str) -> int:
    """Pixels in which the name of a column can be read."""
    return max(118, 8 * len(column.partition(".")[2]) + 24)


def _column(kind: str, name: str) -> str:
    return f"{kind}.`{name}`"


def _section(uuid: str, name: str, *, display: bool = True, columns: int = 2) -> dict[str, Any]:
    own = {"display": display, "columns": columns, "cardHeight": 340}
    return {"uuid": uuid, "name": name, "isReordered": False, **own}


def _chart(uuid: str, section: str, kind: str, **own: Any) -> dict[str, Any]:
    return {"type": kind, "uuid": uuid, "metricSectionId": section, "runsCountToCompare": 100, **own}
