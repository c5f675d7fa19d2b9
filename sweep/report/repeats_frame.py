"""Settings with repeats as a pandas table, one row a setting in the order of the plan, and that table as CSV."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from sweep.plan.plan import Plan
from sweep.plan.point import FLOATS
from sweep.report import named
from sweep.report.escape import in_csv
from sweep.report.frames import numbers_or_nothing, of_one_type, optional
from sweep.report.judged_runs import STATES, Run, judged
from sweep.report.repeats import Setting, quantities, settings_of
from sweep.settings.schema import is_argument
from sweep.training.curve import Result
from sweep.verdict.outcome import Outcome

MEDIAN = "first_within_median"


def repeats_frame(plan: Plan, results: Mapping[str, Result]) -> pd.DataFrame:
    """The table of all settings, from what training brought for each key."""
    return of_runs(plan, judged(plan, results))


def of_runs(plan: Plan, runs: Sequence[Run]) -> pd.DataFrame:
    """The table of all settings of ``runs``; a row a run where none has repeats."""
    found = settings_of(plan, runs) or [Setting(run.number, run.setting, (run,)) for run in runs]
    return to_frame(plan, found)


def to_frame(plan: Plan, settings: Sequence[Setting]) -> pd.DataFrame:
    """The table of ``settings``.

    Returns
    -------
    Columns: every setting but the seed under its key (``data`` as its label, with ``fingerprint`` beside it); ``runs``,
    how many there are, and of these ``converged``, ``unfinished``, ``diverged``, ``failed`` and ``not_run``;
    ``share_converged`` and ``share_diverged`` of those with a result; of all that :func:`quantities` names ``…_mean``
    and ``…_std`` (of a sample, n − 1) over the runs that did not diverge; :data:`MEDIAN`, of the epochs until within
    tolerance over those that converged. Missing numbers are nan.
    """
    told = [name for name in named.settings(plan) if name != "seed"]
    names = quantities(plan, settings)
    rows = []
    for each in settings:
        row: dict[str, object] = {**plan.cells(each.point), "fingerprint": each.point.data, "runs": len(each.runs)}
        row |= {_column(state): each.counts.get(state, 0) for state in STATES}
        row |= {f"share_{outcome.lower()}": each.share(outcome) for outcome in (Outcome.CONVERGED, Outcome.DIVERGED)}
        for name in names:
            found = each.average(name)
            row |= {f"{name}_mean": found and found.mean, f"{name}_std": found and found.deviation}
        rows.append(row | {MEDIAN: each.epochs_to_tolerance})
    numbers = [
        "share_converged",
        "share_diverged",
        *(f"{name}_{of}" for name in names for of in ("mean", "std")),
        MEDIAN,
    ]
    columns = [*told, "data", "fingerprint", "runs", *map(_column, STATES), *numbers]
    frame = pd.DataFrame(rows, columns=columns)
    for name in filter(is_argument, told):
        frame[name] = of_one_type([row[name] for row in rows])
    for name in optional(told):
        frame[name] = numbers_or_nothing([row[name] for row in rows])
    for name in (*(name for name in FLOATS if name in told), *numbers):
        frame[name] = frame[name].astype("float64")
    return frame


def _column(state: str) -> str:
    return state.lower().replace(" ", "_")


def to_csv(frame: pd.DataFrame) -> bytes:
    """``settings.csv``, from :func:`to_frame`'s table.

    Floats so that they read back exactly, and nothing where there is no number. A text from outside that a spreadsheet
    would take for a formula gets an apostrophe before it.
    """
    text = frame.astype(object)
    for name in frame.columns:
        text[name] = text[name].map(_cell)
    content: str = text.to_csv(index=False, na_rep="", lineterminator="\n")
    return content.encode()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(float(value))
    return in_csv(value) if isinstance(value, str) else value
