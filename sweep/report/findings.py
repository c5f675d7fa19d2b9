"""What a sweep found, as values: counts, the best setting, and of each setting the few words that matter.

In comes the table of ``frames``; nothing here draws or writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweep.outcome import Outcome
from sweep.plan import Plan, exact
from sweep.settings import PARAMETERS
from sweep.stability import FARTHEST


@dataclass(frozen=True)
class Findings:
    """What the report says.

    Parameters
    ----------
    counts : points by outcome, then FAILED and NOT RUN where there are any.
    best : place in the table of the run with the least final loss among those that did not diverge; None without one.
    sentence : the whole in one sentence.
    """

    counts: dict[str, int]
    best: int | None
    sentence: str


def find(plan: Plan, runs: pd.DataFrame) -> Findings:
    """Findings of a sweep, from its plan and the table of its runs."""
    counts = {str(outcome): int((runs["outcome"] == outcome).sum()) for outcome in Outcome}
    for status in ("FAILED", "NOT RUN"):
        if count := int((runs["status"] == status).sum()):
            counts[status] = count
    standing = runs[runs["outcome"].isin([Outcome.CONVERGED, Outcome.UNFINISHED])]
    best = None
    if len(standing):
        best = int(standing.sort_values(["final_loss", "epochs"], kind="stable").index[0])
    return Findings(counts, best, _sentence(counts, runs, plan.shown, best))


def _sentence(counts: dict[str, int], runs: pd.DataFrame, shown: Sequence[str], best: int | None) -> str:
    parts = [f"{count:,} {name.lower()}" for name, count in counts.items() if count]
    points = "1 point" if len(runs) == 1 else f"{len(runs):,} points"
    text = f"{points}: {', '.join(parts)}."
    if best is None:
        return f"{text} No run is left that did not diverge."
    run = records(runs.iloc[[best]])[0]
    word = "Best" if run["outcome"] == Outcome.CONVERGED else "Best so far, not converged"
    return f"{text} {word}: {setting(run, shown)}, final loss {number(run['final_loss'])}."


def records(runs: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as mappings, which are read many times faster than pandas' own."""
    return [{str(name): value for name, value in row.items()} for row in runs.to_dict("records")]


def setting(run: Mapping[str, Any], shown: Sequence[str]) -> str:
    """The settings of a run, as a person would type them."""
    return " ".join(f"{name}={value}" for name in shown if (value := asked(run, name)))


def asked(run: Mapping[str, Any], name: str) -> str:
    """The value of a setting, exact; nothing where the run does not use it."""
    return "" if pd.isna(run[name]) else exact(run[name])


def number(value: object) -> str:
    """A result for reading: floats to six significant digits, nothing for nothing."""
    if value is None or value is pd.NA:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def note(run: Mapping[str, Any]) -> str:
    """A few words on why a run has its outcome; the whole reason stands in the table of runs."""
    if run["status"] != "FINISHED":
        return f"{run['error_kind']}: {run['error_message']}" if run["status"] == "FAILED" else "not run"
    if run["outcome"] == Outcome.CONVERGED:
        return f"within tolerance from epoch {run['first_within']}"
    if run["outcome"] == Outcome.DIVERGED:
        if not pd.isna(run["first_inf"]) or not pd.isna(run["first_nan"]):
            epochs = [int(e) for e in (run["first_inf"], run["first_nan"]) if not pd.isna(e)]
            return f"left the finite numbers at epoch {min(epochs)}"
        return f"rises from epoch {run['first_rise']}"
    if not pd.isna(run["epochs_needed"]):
        return f"about {int(run['epochs_needed']):,} epochs to go"
    if str(run["reason"]).startswith("stalled"):
        return "stalled"
    return f"more than {FARTHEST:.2g} epochs to go" if run["lr"] < run["threshold"] else "theory promises no end"


def table(runs: pd.DataFrame, shown: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table by setting: what varies, the outcome, the end, and a note."""
    header = [*shown, "outcome", "final loss", *PARAMETERS, "note"]
    rows = []
    for run in records(runs):
        ends = [number(run[name]) if run["status"] == "FINISHED" else "" for name in ("final_loss", *PARAMETERS)]
        outcome = str(run["outcome"]) if run["status"] == "FINISHED" else str(run["status"])
        rows.append([*(asked(run, name) for name in shown), outcome, *ends, note(run)])
    return header, rows
