"""What a sweep found, as values: counts, the best setting of each data set, and of each run the few words that matter.

In come the plan and the judged runs; nothing here draws or writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweep.outcome import Outcome
from sweep.plan import Plan, exact
from sweep.report.runs import Run, counted
from sweep.settings import PARAMETERS
from sweep.stability import FARTHEST

MOST_PRAISED = 3
"""Data sets whose best setting the sentence names; more have a table."""


@dataclass(frozen=True)
class Findings:
    """What the report says first.

    Parameters
    ----------
    counts : runs by outcome, then FAILED and NOT RUN where there are any.
    best : by data set, the run with the least final loss among those that did not diverge, where there is one.
    sentence : the whole in a sentence or two.
    """

    counts: dict[str, int]
    best: Mapping[str, Run]
    sentence: str


def find(plan: Plan, runs: Sequence[Run]) -> Findings:
    """Findings of a sweep, from its plan and its runs."""
    counts = counted(runs)
    best: dict[str, Run] = {}
    for run in runs:
        if run.verdict and run.verdict.outcome is not Outcome.DIVERGED:
            leader = best.setdefault(run.point.data, run)
            if _end(run) < _end(leader):
                best[run.point.data] = run
    parts = [f"{count:,} {state.lower()}" for state, count in counts.items() if count]
    points = "1 point" if len(runs) == 1 else f"{len(runs):,} points"
    over = f" over {len(plan.readings):,} data sets" if len(plan.readings) > 1 else ""
    sentences = [f"{points}{over}: {', '.join(parts)}."]
    if not best:
        sentences.append("No run is left that did not diverge.")
    elif len(plan.readings) <= MOST_PRAISED:
        sentences += [_praise(plan, run) for run in best.values()]
    return Findings(counts, best, " ".join(sentences))


def _end(run: Run) -> tuple[float, int]:
    """What makes a run better than another: a lesser final loss, then fewer epochs."""
    assert run.curve is not None, "it has a verdict"
    return run.curve.final_loss, run.point.epochs


def _praise(plan: Plan, run: Run) -> str:
    of = f" for {plan.label(run.point.data)}" if len(plan.readings) > 1 else ""
    word = "Best" if run.state == Outcome.CONVERGED else "Best so far, not converged"
    return f"{word}{of}: {run.setting}, final loss {number(_end(run)[0])}."


def number(value: float | int | None) -> str:
    """A result for reading: floats to six significant digits, nothing for nothing."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def error(run: Run) -> str:
    """The kind and message of a failed run's error."""
    return f"{run.failure.kind}: {run.failure.message}" if run.failure else ""


def note(run: Run) -> str:
    """A few words on why a run has its outcome; its reason says it in full."""
    verdict, curve = run.verdict, run.curve
    if verdict is None or curve is None:
        return error(run) or "not run"
    if verdict.outcome is Outcome.CONVERGED:
        return f"within tolerance from epoch {verdict.first_within}"
    if verdict.outcome is Outcome.DIVERGED:
        left = departure(run)
        return f"rises from epoch {verdict.first_rise}" if left is None else f"left the finite numbers at epoch {left}"
    if verdict.epochs_needed is not None:
        return f"about {verdict.epochs_needed:,} epoch{'s' * (verdict.epochs_needed > 1)} to go"
    if curve.stalled:
        return "stalled"
    return f"more than {FARTHEST:.2g} epochs to go" if verdict.threshold_ratio < 1 else "theory promises no end"


def departure(run: Run) -> int | None:
    """The first epoch at which a run's loss was inf or nan, if ever."""
    gone = [run.verdict.first_inf, run.verdict.first_nan] if run.verdict else []
    return min((epoch for epoch in gone if epoch is not None), default=None)


def table(plan: Plan, runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table by setting: what varies, the outcome, the end, and a note."""
    rows = [[*asked(plan, run), run.state, *ends(run), note(run)] for run in runs]
    return [*plan.shown, "outcome", "final loss", *PARAMETERS, "note"], rows


def asked(plan: Plan, run: Run) -> list[str]:
    """The settings of a run that tables show, exact; nothing where the run does not use one."""
    values = run.point.columns() | {"data": plan.label(run.point.data)}
    return [exact(values[name]) for name in plan.shown]


def ends(run: Run) -> list[str]:
    """Final loss and parameters, for reading; nothing where there are none."""
    curve = run.curve
    return [number(value) for value in (curve.final_loss, *curve.parameters)] if curve else [""] * (1 + len(PARAMETERS))
