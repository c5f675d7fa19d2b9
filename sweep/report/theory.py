"""Theory beside what was observed, and what it says to try next. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sweep.outcome import Outcome
from sweep.plan import Plan, exact
from sweep.report.runs import Run
from sweep.settings import PARAMETERS
from sweep.stability import Curvature, Problem, problems

MOST_PLACES = 100
"""Combinations of data, scale and start that theory is asked about; each costs some milliseconds."""

MOST_STEPS = 3
"""Scales of a data set that are suggested."""


@dataclass(frozen=True)
class Agreement:
    """How far observation bears theory out.

    Parameters
    ----------
    judged : how many runs have a verdict.
    disagreeing : those whose outcome is not the predicted one, nearest to the threshold first.
    timed : those that both theory and observation bring within tolerance, those that differ most first.
    """

    judged: int
    disagreeing: list[Run]
    timed: list[Run]


def compare(runs: Sequence[Run]) -> Agreement:
    """Hold each run's outcome, and the epoch at which it came within tolerance, against theory's."""
    judged = [(run, run.verdict) for run in runs if run.verdict]
    differing = [(abs(v.threshold_ratio - 1), run) for run, v in judged if v.outcome is not v.predicted]
    timed = [
        (-abs(v.first_within - v.predicted_epochs), run)
        for run, v in judged
        if v.outcome is Outcome.CONVERGED and v.first_within is not None and v.predicted_epochs is not None
    ]
    return Agreement(len(judged), _in_order(differing), _in_order(timed))


def _in_order(pairs: Sequence[tuple[float, Run]]) -> list[Run]:
    return [run for _, run in sorted(pairs, key=lambda pair: pair[0])]


@dataclass(frozen=True)
class Place:
    """Theory at one data set, input scale and start.

    Parameters
    ----------
    data : the data's fingerprint.
    fastest : the lr, to three digits, that converges in the fewest epochs, and their number; None where none does.
    """

    data: str
    scale: float
    start: tuple[float, ...]
    curvature: Curvature
    fastest: tuple[float, int] | None


def places(plan: Plan) -> tuple[list[Place], int]:
    """Theory at the first :data:`MOST_PLACES` combinations that the plan has, and how many more there are."""
    theory = problems(plan.readings)
    found = list(dict.fromkeys((point.data, point.scale, point.init) for point in plan.points))
    kept = [_place(plan, theory[data], *(data, scale, start)) for data, scale, start in found[:MOST_PLACES]]
    return kept, len(found) - len(kept)


def _place(plan: Plan, problem: Problem, data: str, scale: float, start: tuple[float, ...]) -> Place:
    curvature = problem.at(scale)
    allowed = plan.tolerance * problem.target_variance
    return Place(data, scale, start, curvature, curvature.fastest(start, allowed))


@dataclass(frozen=True)
class Step:
    """Something to try: settings as a person would type them, and what they promise."""

    setting: str
    promise: str


def steps(plan: Plan, runs: Sequence[Run], known: Sequence[Place]) -> list[Step]:
    """What to try next.

    Parameters
    ----------
    known : from :func:`places`.
    """
    found: list[Step] = []
    for data, problem in problems(plan.readings).items():
        of = f" for {plan.label(data)}" if len(plan.readings) > 1 else ""
        here = [(place.fastest[1], place) for place in known if place.data == data and place.fastest]
        here.sort(key=lambda pair: pair[0])
        for epochs, place in here[:MOST_STEPS]:
            promise = f"the lr that theory says converges fastest at this scale{of}, in {epochs:,} epochs"
            found.append(Step(_typed(plan, place), promise))
        if here:
            even = _place(plan, problem, data, problem.evenest_scale, here[0][1].start)
            if even.fastest and even.fastest[1] < here[0][0]:
                promise = f"the scale with the most even curvature{of}: {even.fastest[1]:,} epochs by theory"
                found.append(Step(_typed(plan, even), promise))
    return found + _unfinished(plan, runs) + _undone(runs)


def _typed(plan: Plan, place: Place) -> str:
    assert place.fastest is not None, "only places with an lr are suggested"
    lr, epochs = place.fastest
    words = [f"lr={exact(lr)}", f"scale={exact(place.scale)}", f"epochs={max(1, epochs)}"]
    starts = zip(PARAMETERS, place.start, strict=True)
    return " ".join([*words, *(f"init.{n}={exact(v)}" for n, v in starts if f"init.{n}" in plan.varying)])


def _unfinished(plan: Plan, runs: Sequence[Run]) -> list[Step]:
    """The run that has the least further to go, with the epochs that theory says it needs in all."""
    going = [
        (run.verdict.epochs_needed, run)
        for run in runs
        if run.verdict and run.verdict.outcome is Outcome.UNFINISHED and run.verdict.epochs_needed is not None
    ]
    if not going:
        return []
    needed, run = min(going, key=lambda pair: pair[0])
    longer = replace(run.point, epochs=run.point.epochs + needed)
    return [Step(plan.setting(longer), f"the unfinished run with the least to go, {needed:,} more by theory")]


def _undone(runs: Sequence[Run]) -> list[Step]:
    left = sum(run.status != "FINISHED" for run in runs)
    return [Step("", f"The same command again: it tries the {left:,} that failed or were not run")] if left else []
