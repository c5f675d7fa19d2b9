"""Theory beside what was observed, and what it says to try next. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sweep.plan.command import command, is_allowed
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.report.judged_runs import Run
from sweep.settings.schema import DType
from sweep.verdict.outcome import Outcome
from sweep.verdict.rule import bound
from sweep.verdict.sentences import plural
from sweep.verdict.theory import Theory, theory_of

MOST_FORECASTS = 100
"""Forecasts that are made; each costs some milliseconds."""

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
    judged = [(run, v, v.expected) for run in runs if (v := run.verdict) and v.expected]
    differing = [
        (abs(expected.threshold_ratio - 1), run) for run, v, expected in judged if v.outcome is not expected.predicted
    ]
    timed = [
        (-abs(v.events.first_within - expected.predicted_epochs), run)
        for run, v, expected in judged
        if v.outcome is Outcome.CONVERGED
        and v.events.first_within is not None
        and expected.predicted_epochs is not None
    ]
    return Agreement(len(judged), _in_order(differing), _in_order(timed))


def _in_order(pairs: Sequence[tuple[float, Run]]) -> list[Run]:
    return [run for _, run in sorted(pairs, key=lambda pair: pair[0])]


@dataclass(frozen=True)
class Forecast:
    """Theory for the points of one data set, curvature, optimizer and start.

    Parameters
    ----------
    point : one of them; its lr and epochs say nothing here.
    fastest : the lr, to three digits, that converges in the fewest epochs, and their number; None where none does.
    """

    point: Point
    theory: Theory
    fastest: tuple[float, int] | None


def forecasts(plan: Plan) -> tuple[list[Forecast], int]:
    """The first :data:`MOST_FORECASTS` different forecasts that the plan needs, and how many more there are."""
    different: dict[tuple[object, ...], Point] = {}
    for point in plan.points:
        problem = plan.problems[point.data]
        theory = theory_of(problem, point)
        if theory:
            different.setdefault((point.data, theory, problem.start(point)), point)
    made = [_forecast(plan, point) for point in list(different.values())[:MOST_FORECASTS]]
    return [each for each in made if each], len(different) - len(made)


def _forecast(plan: Plan, point: Point) -> Forecast | None:
    problem = plan.problems[point.data]
    theory = theory_of(problem, point)
    if theory is None:
        return None
    return Forecast(point, theory, theory.fastest(problem.start(point), bound(problem, plan.tolerance)))


@dataclass(frozen=True)
class Step:
    """Something to try: a whole command, and what it promises."""

    command: str
    promise: str


def steps(plan: Plan, runs: Sequence[Run], known: Sequence[Forecast]) -> list[Step]:
    """What to try next: points that the plan does not have, and that may be asked for.

    Parameters
    ----------
    known : from :func:`forecasts`.
    """
    asked: list[tuple[Point | None, str]] = []
    for data in plan.readings:
        of = f" for {plan.label(data)}" if len(plan.readings) > 1 else ""
        # A start that is within tolerance is no merit of an lr.
        here = [
            (each.fastest[1], each) for each in known if each.point.data == data and each.fastest and each.fastest[1]
        ]
        here.sort(key=lambda pair: pair[0])
        for epochs, forecast in here[:MOST_STEPS]:
            promise = f"the lr that theory says converges fastest at this scale{of}, in {plural(epochs, 'epoch')}"
            asked.append((_fastest(plan, forecast), promise))
        scale = plan.problems[data].evenest_scale
        if here and scale is not None:
            even = _forecast(plan, replace(here[0][1].point, scale=scale))
            if even and even.fastest and 0 < even.fastest[1] < here[0][0]:
                promise = f"the scale with the most even curvature{of}: {plural(even.fastest[1], 'epoch')} by theory"
                asked.append((_fastest(plan, even), promise))
    taken = {point.key for point in plan.points}
    suggested = []
    for point, promise in asked + _unfinished(runs):
        if point and point.key not in taken and is_allowed(point):
            suggested.append(Step(command(plan, point), promise))
            taken.add(point.key)
    return suggested + _undone(runs)


def _fastest(plan: Plan, forecast: Forecast) -> Point | None:
    """The point of a forecast, in float64 where its own dtype may not do what theory says, or not at all."""
    assert forecast.fastest is not None, "only those with an lr are suggested"
    lr, epochs = forecast.fastest
    point = replace(forecast.point, lr=lr, epochs=max(1, epochs))
    problem = plan.problems[point.data]
    allowed = bound(problem, plan.tolerance)
    tried = (point, replace(point, dtype=DType.float64))
    return next((each for each in tried if forecast.theory.holds(problem, each, allowed)), None)


def _unfinished(runs: Sequence[Run]) -> list[tuple[Point | None, str]]:
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
    return [(longer, f"the unfinished run with the least to go, {needed:,} more by theory")]


def _undone(runs: Sequence[Run]) -> list[Step]:
    left = sum(run.status != "FINISHED" for run in runs)
    return [Step("", f"The same command again: it tries the {left:,} that failed or were not run")] if left else []
