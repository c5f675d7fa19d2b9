"""A sweep as a pandas table, one row a point in the order of the plan, judged anew from the exact curves."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sweep.curve import Curve, Failure, Result
from sweep.outcome import Outcome, judge
from sweep.plan import Plan
from sweep.settings import PARAMETERS
from sweep.stability import problems

COUNTS = ("first_inf", "first_nan", "first_rise", "first_within", "predicted_epochs", "epochs_needed")
"""Columns of whole numbers that may be missing."""

RESULT_COLUMNS = (
    "status",
    "outcome",
    "reason",
    *PARAMETERS,
    "initial_loss",
    "final_loss",
    "excess_loss",
    *COUNTS[:4],
    "threshold",
    "predicted",
    *COUNTS[4:],
    "error_kind",
    "error_message",
)


def runs_frame(plan: Plan, results: Mapping[str, Result]) -> pd.DataFrame:
    """One row a point.

    Returns
    -------
    Columns: every setting under its key (``data`` as its label, with ``fingerprint`` beside it; ``delta`` nan where it
    is not used); ``status``
    (FINISHED, FAILED, NOT RUN); ``outcome`` (a categorical) and ``reason``; the final parameters; ``initial_loss``,
    ``final_loss``, ``excess_loss`` in squared units of the target; the epochs and theory of
    :class:`sweep.outcome.Verdict`; ``error_kind`` and ``error_message`` of a failed point; ``key``.
    """
    theory = problems(plan.readings)
    rows: list[dict[str, Any]] = []
    for point in plan.points:
        row: dict[str, Any] = dict.fromkeys(RESULT_COLUMNS)
        row.update(point.columns())
        row.update(data=plan.label(point.data), fingerprint=point.data, key=point.key, status="NOT RUN")
        result = results.get(point.key)
        if isinstance(result, Failure):
            row.update(status="FAILED", error_kind=result.kind, error_message=result.message)
        elif isinstance(result, Curve):
            verdict = vars(judge(result, point, theory[point.data], plan.tolerance))
            row.update({name: value for name, value in verdict.items() if name in RESULT_COLUMNS})
            row.update(zip(PARAMETERS, result.parameters, strict=True))
            row.update(
                status="FINISHED",
                initial_loss=float(result.losses[0]),
                final_loss=result.final_loss,
                excess_loss=verdict["excess"],
            )
        rows.append(row)
    settings = [name for name in plan.points[0].columns() if name != "data"]
    frame = pd.DataFrame(rows, columns=[*settings, "data", "fingerprint", *RESULT_COLUMNS, "key"])
    for name in COUNTS:
        frame[name] = frame[name].astype("Int64")
    for name in ("outcome", "predicted"):
        frame[name] = pd.Categorical(frame[name].map(str, na_action="ignore"), [str(outcome) for outcome in Outcome])
    for name in ("delta", *PARAMETERS, "initial_loss", "final_loss", "excess_loss", "threshold"):
        frame[name] = frame[name].astype("float64")
    return frame


def to_csv(frame: pd.DataFrame) -> bytes:
    """``runs.csv``: floats so that they read back exactly, ``nan`` and ``inf`` spelled out, nothing where unknown."""
    text = frame.astype(object).copy()
    finished = frame["status"] == "FINISHED"
    for name in frame.columns:
        if pd.api.types.is_float_dtype(frame[name].dtype):
            text[name] = [repr(float(value)) for value in frame[name]]
            if name == "delta":
                text.loc[frame[name].isna(), name] = ""
            if name in RESULT_COLUMNS:
                text.loc[~finished, name] = ""
    content: str = text.to_csv(index=False, na_rep="", lineterminator="\n")
    return content.encode()
