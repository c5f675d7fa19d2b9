"""A sweep as a pandas table, one row a run in the order of the plan, and that table as CSV."""

from collections.abc import Iterable, Mapping
from itertools import chain, islice
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from sweep.plan import usage
from sweep.plan.columns import NULL
from sweep.plan.numbers import kind
from sweep.plan.plan import Plan
from sweep.plan.point import FLOATS, OPTIONAL, TEXTS, Point
from sweep.problem import ends
from sweep.problem.problem import Problem, measured, watched
from sweep.report import named
from sweep.report.escape import in_csv
from sweep.report.judged_runs import Run, judged
from sweep.report.trained import is_promised
from sweep.settings.schema import is_argument
from sweep.training.curve import Curve, Result
from sweep.verdict.outcome import EVENTS, Outcome

COUNTS = (*EVENTS, "predicted_epochs", "epochs_needed")
"""Columns of whole numbers that may be missing."""

LOSSES = ("initial_loss", "final_loss", "excess_loss")
THRESHOLDS = ("threshold", "threshold_ratio")

MOST_OWN = 200
"""Columns of what training functions name: each run of theirs may name others."""

PROMISED = "promised"
"""Whether a model's run has the same bits in any company; a column where some run may not."""


def result_columns(plan: Plan, own: Iterable[str] = ()) -> list[str]:
    """What stands beside the settings of a point, in order; ``own`` is what training functions named."""
    return [
        *("status", "outcome", "reason"),
        *dict.fromkeys((*plan.told(), *LOSSES, *plan.watched, *plan.measured, *own, *EVENTS)),
        *(*THRESHOLDS, *_bounds(plan), "predicted", "predicted_epochs", "epochs_needed"),
        *("error_kind", "error_message"),
    ]


def own_columns(results: Iterable[Result | None], ends: bool = True) -> list[str]:
    """Metrics, and final values with ``ends``, that training functions named; of very many the first ones."""
    curves = (each for each in results if isinstance(each, Curve) and each.is_named)
    names = (name for each in curves for name in (*each.watched, *(each.measured if ends else ())))
    return list(islice(dict.fromkeys(names), MOST_OWN))


def _bounds(plan: Plan) -> tuple[str, ...]:
    """The lr up to which a loss is sure to fall has a column where some loss is no quadratic."""
    return ("falls_below",) if "left" in plan.measured else ()


def runs_frame(plan: Plan, results: Mapping[str, Result]) -> pd.DataFrame:
    """One row a point, in the order of the plan, judged from what training brought for each key.

    Returns
    -------
    Columns: every setting under its key (``data`` as its label, with ``fingerprint`` beside it; ``delta`` nan where it
    is not used); ``status`` (FINISHED, FAILED, NOT RUN); ``outcome`` (a categorical) and ``reason``; what
    :func:`sweep.problem.ends.told` tells of the final parameters; ``initial_loss``, ``final_loss``, ``excess_loss`` in
    the unit of the loss, the last by how much what descends, with decay ``penalized_loss``, is above its least; the
    epochs and theory of :class:`sweep.verdict.outcome.Verdict`; ``error_kind`` and ``error_message`` of a failed point;
    :data:`PROMISED` where some run may have other bits in other company; ``key``. Where all points are training
    functions, settings that none of them takes have no column; what they name stands beside the losses.
    """
    return to_frame(plan, judged(plan, results))


def to_frame(plan: Plan, runs: Iterable[Run]) -> pd.DataFrame:
    """The table of ``runs``, as of :func:`runs_frame`; each is let go of before the next is taken."""
    settings = named.settings(plan)
    found = ((run.number, _row(plan, run), own_columns([run.curve]), is_promised(run)) for run in runs)
    told = sorted(found, key=itemgetter(0))
    rows = [row for _, row, _, _ in told]
    own = list(islice(dict.fromkeys(chain.from_iterable(names for _, _, names, _ in told)), MOST_OWN))
    beside = [PROMISED] * (not all(promised for *_, promised in told))
    columns = [*settings, "data", "fingerprint", *result_columns(plan, own), *beside, "key"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in COUNTS:
        frame[name] = frame[name].astype("Int64")
    for name in ("outcome", "predicted"):
        frame[name] = pd.Categorical(frame[name].map(str, na_action="ignore"), [str(outcome) for outcome in Outcome])
    if beside:
        frame[PROMISED] = frame[PROMISED].astype("boolean")
    for name in filter(is_argument, settings):
        frame[name] = of_one_type([row[name] for row in rows])
    for name in settings:
        if not is_argument(name) and frame[name].isna().any() and all(type(each) is int for each in plan.values[name]):
            frame[name] = frame[name].astype("Int64")  # Training functions have those that they take.
    for name in optional(settings):
        frame[name] = numbers_or_nothing([row[name] for row in rows])
    floats = [name for name in FLOATS if name in frame]
    for name in (*floats, *plan.told(), *LOSSES, *plan.watched, *plan.measured, *own, *THRESHOLDS, *_bounds(plan)):
        frame[name] = frame[name].astype("float64")
    return frame


def optional(names: Iterable[str]) -> list[str]:
    """Those of ``names`` of which null is a value."""
    return [name for name in names if name in OPTIONAL]


def numbers_or_nothing(cells: Iterable[Any]) -> "pd.Series[Any]":
    """A column of whole numbers, missing where null is shown."""
    return pd.Series([None if cell == NULL else cell for cell in cells], dtype="Int64")


def of_one_type(values: list[Any]) -> "pd.Series[Any]":
    """A column of arguments with the type that all of them have, if there is one; where some miss, one that may."""
    kinds = {type(value) for value in values if value is not None}
    column = pd.Series(values, dtype=object)
    missing = None in values
    if kinds == {bool}:
        return column.astype("boolean" if missing else "bool")
    if kinds == {int} and all(abs(value) < 2**63 for value in values if isinstance(value, int)):
        return column.astype("Int64" if missing else "int64")
    if kinds == {float}:
        return column.astype("float64")
    return pd.Series(list(map(str, values))) if kinds == {str} and not missing else column


def _row(plan: Plan, run: Run) -> dict[str, object]:
    row: dict[str, object] = {
        **plan.cells(run.point),
        "fingerprint": run.point.data,
        "key": run.point.key,
        "status": run.status,
    }
    if run.curve and run.verdict:
        verdict, curve = run.verdict, run.curve
        row.update(outcome=verdict.outcome, reason=verdict.reason, **vars(verdict.events))
        row.update(initial_loss=curve.initial_loss, final_loss=curve.final_loss)
        if curve.is_named:
            return {**row, **named.ends(curve)}
        row.update(excess_loss=verdict.excess, epochs_needed=verdict.epochs_needed)
        row.update(vars(verdict.expected) if verdict.expected else {"threshold_ratio": verdict.end_ratio})
        row[PROMISED] = is_promised(run) if curve.trained else None
        row.update(ends.told(plan.problem(run.point), curve.parameters))
        row.update({name: float(values[-1]) for name, values in curve.watched.items()})
        row.update(curve.measured)
    if run.failure:
        row.update(error_kind=run.failure.kind, error_message=run.failure.message)
    return row


def _told(problem: Problem, point: Point) -> set[str]:
    return {*ends.names(problem), *watched(problem, point), *measured(problem, point)}


def to_csv(plan: Plan, frame: pd.DataFrame) -> bytes:
    """``runs.csv``, from :func:`to_frame`'s table.

    Floats so that they read back exactly, ``nan`` and ``inf`` spelled out, nothing where unknown.
    A text from outside that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = {name: frame[name].astype(object).to_numpy(copy=True) for name in frame.columns}
    missing = {name: frame[name].isna().to_numpy() for name in frame.columns}
    finished = (frame["status"] == "FINISHED").to_numpy()
    for name in frame.columns:
        if pd.api.types.is_float_dtype(frame[name].dtype):
            text[name] = np.array([repr(float(value)) for value in frame[name]], dtype=object)
    for name in (*plan.told(), *LOSSES, *plan.watched, *plan.measured, *THRESHOLDS):
        text[name][~finished] = ""  # A nan of a finished run is a result.
    text["excess_loss"][[not plan.problem(point).knows_least for point in plan.points]] = ""
    told = {each: _told(plan.problem(point), point) for each, point in plan.kinds.items()}
    by_function = np.array([usage.is_function(point) for point in plan.points])
    for name in (*plan.told(), *plan.watched, *plan.measured):
        text[name][~by_function & [name not in told[kind(point)] for point in plan.points]] = ""
    for name in (name for name in frame.columns if name not in {*plan.values, *THRESHOLDS, *LOSSES, "data"}):
        text[name][by_function & missing[name]] = ""  # It may have none of that name.
    settings = [name for name in plan.values if name in frame]
    for name in (*settings, *THRESHOLDS, *_bounds(plan)):
        text[name][missing[name]] = ""
    own = [name for name in frame.columns if is_argument(name) or name == "problem.loss"]
    for name in (*(name for name in TEXTS if name in frame), *own, "data", "error_kind", "error_message"):
        for row, cell in enumerate(text[name]):
            if isinstance(cell, str):
                text[name][row] = in_csv(cell)
    content: str = pd.DataFrame(text, dtype=object).to_csv(index=False, na_rep="", lineterminator="\n")
    return content.encode()
