"""Theory beside what was observed, and what it says to try next. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sweep.plan import usage
from sweep.plan.command import command, is_allowed
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.plan.repeats import setting_key
from sweep.report import bounded, neighbours
from sweep.report.judged_runs import Run
from sweep.report.repeats import Setting
from sweep.settings.schema import EPS, DType
from sweep.verdict.outcome import Outcome
from sweep.verdict.rule import bound
from sweep.verdict.sentences import plural
from sweep.verdict.theory import Theory, theory_of

MOST_FORECASTS = 100
"""Forecasts that are made; each costs some milliseconds."""

OFFSET = 10
"""How many times smaller the condition must be without the inputs' offset for that to be called the cause."""

LEAST_GAIN = 1.25
"""How many times as many epochs must be needed without another momentum for that to be suggested."""

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
    judged = [(run, v, v.expected) for run in runs if (v := run.verdict) and v.expected and v.expected.predicted]
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
        problem = plan.problem(point)
        theory = theory_of(problem, point)
        if theory:
            different.setdefault((point.task, theory, problem.start(point)), point)
    made = [_forecast(plan, point) for point in list(different.values())[:MOST_FORECASTS]]
    return [each for each in made if each], len(different) - len(made)


def _forecast(plan: Plan, point: Point) -> Forecast | None:
    problem = plan.problem(point)
    theory = theory_of(problem, point)
    if theory is None:
        return None
    return Forecast(point, theory, theory.fastest(problem.start(point), bound(problem, plan.tolerance)))


@dataclass(frozen=True)
class Step:
    """Something to try: a whole command, and what it promises; and the point that it is of, of repeats the first."""

    command: str
    promise: str
    point: Point | None = None


@dataclass(frozen=True)
class Outlook:
    """What theory says of a sweep, and what to try next.

    Parameters
    ----------
    known, more : forecasts, and how many are left out.
    """

    known: Sequence[Forecast]
    more: int
    steps: Sequence[Step]


def outlook(plan: Plan, runs: Sequence[Run], settings: Sequence[Setting] = ()) -> Outlook:
    """Of a sweep; parameters as of :func:`steps`."""
    known, more = forecasts(plan)
    return Outlook(known, more, steps(plan, runs, known, settings))


def steps(plan: Plan, runs: Sequence[Run], known: Sequence[Forecast], settings: Sequence[Setting] = ()) -> list[Step]:
    """What to try next: points that the plan does not have, and that may be asked for.

    Parameters
    ----------
    known : from :func:`forecasts`.
    settings : where some have repeats, all of them: what a single seed did says little of its neighbours.
    """
    typical = [each.typical for each in settings] or runs
    asked: list[tuple[Point | None, str]] = []
    for task in plan.tasks:
        of = f" for {plan.label(task)}" if len(plan.tasks) > 1 else ""
        # A start that is within tolerance is no merit of an lr.
        here = [
            (each.fastest[1], each) for each in known if each.point.task == task and each.fastest and each.fastest[1]
        ]
        here.sort(key=lambda pair: pair[0])
        first = {setting_key(each.point): each for _, each in reversed(here)}  # Of repeats, one.
        for epochs, forecast in [pair for pair in here if pair[1] in first.values()][:MOST_STEPS]:
            promise = f"the lr that theory says converges fastest at this scale{of}, in {plural(epochs, 'epoch')}"
            asked.append((_fastest(plan, forecast), promise))
        if here and (swung := _swung(plan, *here[0])):
            point, epochs = swung
            promise = f"with momentum theory promises fewer{of}: {plural(epochs, 'epoch')} instead of {here[0][0]:,}"
            asked.append((point, promise))
        if here and (centred := _centred(plan, here[0][1])):
            slow, fast = here[0][1].theory.quadratic.condition, centred.theory.quadratic.condition
            arrives = plural(centred.fastest[1] if centred.fastest else 0, "epoch")
            cause = f"the offset of the inputs makes descent slow{of} (condition {slow:.3g}, without it {fast:.3g})"
            asked.append((_fastest(plan, centred), f"{cause}: {arrives} by theory"))
        if here and (scale := plan.problems[task].evenest_scale(here[0][1].point)):
            even = _forecast(plan, replace(here[0][1].point, scale=scale))
            if even and even.fastest and 0 < even.fastest[1] < here[0][0]:
                promise = f"the scale with the most even curvature{of}: {plural(even.fastest[1], 'epoch')} by theory"
                asked.append((_fastest(plan, even), promise))
    taken = {point.key for point in plan.points}
    suggested = []
    # Theory's promise is of one start; where there is none, what one seed does says little: as many as there were.
    most = max((each.runs for each in settings), key=len, default=())
    beside = [(point, why, most if usage.draws(point) else ()) for point, why in neighbours.asked(plan, typical)]
    asked += [*_unfinished(runs), *bounded.asked(plan, runs)]
    for point, promise, repeats in [*((*each, ()) for each in asked), *beside]:
        if point and point.key not in taken and is_allowed(point):
            suggested.append(Step(command(plan, point, [run.point.seed for run in repeats]), promise, point))
            taken.add(point.key)
    return suggested + _undone(runs)


def _swung(plan: Plan, epochs: int, forecast: Forecast) -> tuple[Point | None, int] | None:
    """A point with the lr and the momentum that converge fastest, and its epochs; None where that gains little."""
    problem = plan.problem(forecast.point)
    allowed = bound(problem, plan.tolerance)
    best = forecast.theory.fastest_momentum(problem.start(forecast.point), allowed)
    if best is None or best[2] * LEAST_GAIN > epochs:
        return None
    lr, momentum, needed = best
    leads = forecast.point.nesterov and forecast.point.momentum > 0  # What is not used says nothing of what is tried.
    swung = _forecast(plan, replace(forecast.point, momentum=momentum, nesterov=leads))
    assert swung is not None, "momentum leaves the loss quadratic"
    return _fastest(plan, replace(swung, fastest=(lr, needed))), needed


def _centred(plan: Plan, forecast: Forecast) -> Forecast | None:
    """The forecast of a point without the offset of its inputs; None where that is not what makes descent slow."""
    task, condition = forecast.point.task, forecast.theory.quadratic.condition
    if task.center or task.standardize:
        return None
    centred = _forecast(plan, replace(forecast.point, center=True))
    if centred is None or not centred.fastest or not 0 < centred.theory.quadratic.condition * OFFSET < condition:
        return None
    problem = plan.problem(centred.point)
    noise = EPS[DType.float64] ** 2 * centred.theory.excess(problem.start(centred.point), centred.fastest[0], 0)
    # So even that rounding of a far start is what takes longest.
    return centred if noise <= bound(problem, plan.tolerance) else None


def _fastest(plan: Plan, forecast: Forecast) -> Point | None:
    """The point of a forecast, in float64 where its own dtype may not do what theory says, or not at all."""
    assert forecast.fastest is not None, "only those with an lr are suggested"
    lr, epochs = forecast.fastest
    point = replace(forecast.point, lr=lr, epochs=max(1, epochs))
    problem = plan.problem(point)
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
    failed, left = (sum(run.status == status for run in runs) for status in ("FAILED", "NOT RUN"))
    said = [f"tries again the {failed:,} that failed"] * bool(failed) + [f"trains the {left:,} not yet run"] * bool(
        left
    )
    return [Step("", f"The same command again: it {' and '.join(said)}")] if said else []
