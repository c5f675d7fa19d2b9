"""A sweep as a pandas table, one row a run in the order of the plan, and that table as CSV."""

from collections.abc import Mapping, Sequence

import pandas as pd

from sweep.curve import Result
from sweep.outcome import Outcome
from sweep.plan import Plan
from sweep.report.escape import in_csv
from sweep.report.runs import Run, judged
from sweep.settings import PARAMETERS

FIRSTS = ("first_inf", "first_nan", "first_rise", "first_within")
COUNTS = (*FIRSTS, "predicted_epochs", "epochs_needed")
"""Columns of whole numbers that may be missing."""

FLOATS = (*PARAMETERS, "initial_loss", "final_loss", "excess_loss", "threshold", "threshold_ratio")
"""Columns of results that are empty where a point has none; a nan there is a result."""

RESULT_COLUMNS = (
    *("status", "outcome", "reason"),
    *(*PARAMETERS, "initial_loss", "final_loss", "excess_loss", *FIRSTS),
    *("threshold", "threshold_ratio", "predicted", "predicted_epochs", "epochs_needed"),
    *("error_kind", "error_message"),
)


def runs_frame(plan: Plan, results: Mapping[str, Result]) -> pd.DataFrame:
    """One row a point, in the order of the plan, judged from what training brought for each key.

    Returns
    -------
    Columns: every setting under its key (``data`` as its label, with ``fingerprint`` beside it; ``delta`` nan where it
    is not used); ``status`` (FINISHED, FAILED, NOT RUN); ``outcome`` (a categorical) and ``reason``; the final
    parameters; ``initial_loss``, ``final_loss``, ``excess_loss`` in squared units of the target; the epochs and theory
    of :class:`sweep.outcome.Verdict`; ``error_kind`` and ``error_message`` of a failed point; ``key``.
    """
    return to_frame(plan, judged(plan, results))


def to_frame(plan: Plan, runs: Sequence[Run]) -> pd.DataFrame:
    """The table of ``runs``, as of :func:`runs_frame`."""
    settings = [name for name in plan.values if name != "data"]
    rows = [_row(plan, run) for run in runs]
    frame = pd.DataFrame(rows, columns=[*settings, "data", "fingerprint", *RESULT_COLUMNS, "key"])
    for name in COUNTS:
        frame[name] = frame[name].astype("Int64")
    for name in ("outcome", "predicted"):
        frame[name] = pd.Categorical(frame[name].map(str, na_action="ignore"), [str(outcome) for outcome in Outcome])
    for name in ("delta", *FLOATS):
        frame[name] = frame[name].astype("float64")
    return frame


def _row(plan: Plan, run: Run) -> dict[str, object]:
    row: dict[str, object] = {
        **run.point.columns(),
        "data": plan.label(run.point.data),
        "fingerprint": run.point.data,
        "key": run.point.key,
        "status": run.status,
    }
    if run.curve and run.verdict:
        row.update(vars(run.verdict), excess_loss=run.verdict.excess)
        row.update(zip(PARAMETERS, run.curve.parameters, strict=True))
        row.update(initial_loss=float(run.curve.losses[0]), final_loss=run.curve.final_loss)
    if run.failure:
        row.update(error_kind=run.failure.kind, error_message=run.failure.message)
    return row


def to_csv(frame: pd.DataFrame) -> bytes:
    """``runs.csv``: floats so that they read back exactly, ``nan`` and ``inf`` spelled out, nothing where unknown.

    A text from outside that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = frame.astype(object).copy()
    finished = frame["status"] == "FINISHED"
    for name in frame.columns:
        if pd.api.types.is_float_dtype(frame[name].dtype):
            text[name] = [repr(float(value)) for value in frame[name]]
    for name in FLOATS:
        text.loc[~finished, name] = ""
    text.loc[frame["delta"].isna(), "delta"] = ""
    for name in ("data", "error_kind", "error_message"):
        text[name] = [in_csv(cell) if isinstance(cell, str) else cell for cell in text[name]]
    content: str = text.to_csv(index=False, na_rep="", lineterminator="\n")
    return content.encode()
