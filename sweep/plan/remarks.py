"""What a plan made of what was typed, where a user may have meant something else: a line each."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import groupby

from sweep.models.facts import Facts
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings import grammar
from sweep.settings.schema import ProblemKind

MOST_NAMED = 8
"""Columns of a dependence that are named, and models."""


def remarks(plan: Plan) -> Iterator[str]:
    """The lines; none where there is nothing to be said."""
    if plan.unused:
        keys = ", ".join(plan.unused)
        yield f"Not every point uses {keys}: those that differ in nothing that they use are one."
    left_out = ((data.source, data.dropped, data.dropped + len(data)) for data in plan.readings.values())
    for source, dropped, rows in dict.fromkeys(left_out):
        if dropped:
            are = "is" if dropped == 1 else "are"
            yield f"{source}: {dropped:,} of {rows:,} rows {are} left out: a cell is missing in a column that is used."
    for name, point in _free(plan):
        known = plan.problem(point).convexity(point)
        if known and known.because:
            yield (
                f"{name}: {known.because}, so that no parameters have the least loss, "
                f"{known.least_loss:.4g}: they grow for ever, ever more slowly, and of a run that counts as converged "
                "a few times the tolerance may be left."
            )
    yield from undetermined(plan)
    yield from of_models(plan)
    columns: dict[tuple[str, str], list[str]] = defaultdict(list)
    for data in plan.readings.values():
        if len(data.input_names) == 1:
            columns[data.source, data.target_name].append(data.input_names[0])
    by = ", with problem=linear" if any(task.problem is ProblemKind.line for task in plan.tasks) else ""
    for distinct in dict.fromkeys(tuple(dict.fromkeys(map(grammar.word, names))) for names in columns.values()):
        if len(distinct) > 1:
            listed = ",".join([*distinct[:MOST_NAMED], *["…"] * (len(distinct) > MOST_NAMED)])
            yield f"data.input={listed} takes each column alone; [{listed}] takes them together{by}."


def of_models(plan: Plan) -> Iterator[str]:
    """Which models cannot be made, trained together, or judged by their curvature, and why; also for the report."""
    yield from _because(plan, lambda facts: "" if facts.shapes else facts.one_by_one, "no point can be trained")
    yield from _because(plan, lambda facts: facts.one_by_one if facts.shapes else "", "points are trained one by one")
    without = "the curvature at the end cannot be measured, and no run counts as converged"
    yield from _because(plan, lambda facts: facts.uncurved, without)


def _because(plan: Plan, of: Callable[[Facts], str], what: str) -> Iterator[str]:
    def reason(task: Task) -> str:
        return of(plan.facts[task])

    for because, tasks in groupby(sorted(plan.facts, key=reason), reason):
        labels = [plan.label(task) for task in tasks]
        if because:
            more = f" and {len(labels) - MOST_NAMED:,} more" if len(labels) > MOST_NAMED else ""
            yield f"{'; '.join(labels[:MOST_NAMED])}{more}: {what}, as {because}."


def _free(plan: Plan) -> Iterator[tuple[str, Point]]:
    """Of each task the first point without coupled decay, and a name: decay determines all parameters."""
    free = {point.task: point for point in reversed(plan.points) if not point.weight_decay}
    pulled = {point.task for point in plan.points if point.weight_decay}
    for task in plan.tasks:
        if task in free:
            yield f"{plan.label(task)}{', without weight decay' if task in pulled else ''}", free[task]


def undetermined(plan: Plan) -> Iterator[str]:
    """What of the parameters of each task no data determines, and what that does to runs; also for the report."""
    for name, point in _free(plan):
        yield from _undetermined(plan.problem(point), name, point)


def _undetermined(problem: Problem, name: str, point: Point) -> Iterator[str]:
    found, quadratic = problem.undetermined, problem.quadratic(point)
    if found and not found.dependences:
        yield (
            f"{name}: {found.samples:,} samples for {found.weights:,} weights, the intercept among them, leave "
            f"{_directions(found.ways)} in which no prediction changes. Many weights fit them alike, and another start "
            "ends at other ones. The loss says little of other samples: data.holdout keeps some."
        )
    for each in found.dependences if found else ():
        names = [*each.columns[:MOST_NAMED], *(["the intercept"] if each.intercept else [])]
        more = len(each.columns) - MOST_NAMED
        listed = [*names, f"{more:,} more"] if more > 0 else names
        yield (
            f"{name}: columns {', '.join(listed[:-1])} and {listed[-1]} depend on one another, so that no data tells "
            f"their weights apart: another start ends at other ones. Without {each.columns[-1]} the fit is as good."
        )
    if found and (rest := found.ways - len(found.dependences)) and found.dependences:
        yield f"{name}: {_directions(rest)} more in which no prediction changes."
    flat = (quadratic.flat if quadratic else 0) - (found.ways if found else 0)
    if flat > 0:
        yield (
            f"{name}: {_directions(flat)} of the weights so much less steep than others that float64 takes them for "
            "flat, and theory with it; data.standardize=true evens the columns."
        )


def _directions(count: int) -> str:
    return f"{count:,} direction{'s' if count > 1 else ''}"
