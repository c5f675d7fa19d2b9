"""What a sweep found, as values: counts, the best setting of each task, and of each run the few words that matter.

In come the plan and the judged runs; nothing here draws or writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sweep.plan.plan import Plan
from sweep.plan.point import as_typed
from sweep.problem import ends
from sweep.problem.problem import ACCURACY, HOLDOUT_LOSS
from sweep.problem.task import Task
from sweep.report.fit import short
from sweep.report.judged_runs import Run, counted
from sweep.settings.schema import MODELS, ProblemKind
from sweep.verdict import sentences
from sweep.verdict.outcome import Outcome

MOST_PARAMETERS = 5
"""Parameters that have a column each in a table that is as wide as its rows; of more, a tensor has one."""

CURVED = "lambda_max"
"""Of models, how curved the loss is at the end: beside an lr it says more than any parameter."""

MOST_PRAISED = 3
"""Tasks whose best setting the sentence names, models of one data and loss counting as one; more have a table."""

MOST_OTHERS = 3
"""Models beside the best one of which the sentence says what they reach."""


@dataclass(frozen=True)
class Findings:
    """What the report says first.

    Parameters
    ----------
    counts : runs by outcome, then FAILED and NOT RUN where there are any.
    best : by task, the run with the least final loss among those that did not diverge, where there is one.
    sentence : the whole in a sentence or two.
    """

    counts: dict[str, int]
    best: Mapping[Task, Run]
    sentence: str


def find(plan: Plan, runs: Sequence[Run]) -> Findings:
    """Findings of a sweep, from its plan and its runs."""
    counts = counted(runs)
    best = best_of(runs)
    constant = sum(run.verdict.constant for run in runs if run.verdict)
    doubt = {str(Outcome.CONVERGED): f" ({constant:,} to no better than a constant prediction)"} if constant else {}
    parts = [f"{count:,} {state.lower()}{doubt.get(state, '')}" for state, count in counts.items() if count]
    points = sentences.plural(len(runs), "point")
    over = f" over {len(plan.readings):,} data sets" if len(plan.readings) > 1 else ""
    said = [f"{points}{over}: {', '.join(parts)}."]
    if not best:
        said.append(
            "Every run that has a result diverged." if any(run.verdict for run in runs) else "No run has a result."
        )
    elif len(groups := comparable(plan.tasks)) <= MOST_PRAISED:
        said += [_praise(plan, tasks, best, len(groups) > 1) for tasks in groups if best.keys() & {*tasks}]
    return Findings(counts, best, " ".join(said))


def best_of(runs: Sequence[Run]) -> dict[Task, Run]:
    """By task, the run that is better than the others, of those that did not diverge."""
    best: dict[Task, Run] = {}
    for run in runs:
        if run.verdict and run.verdict.outcome is not Outcome.DIVERGED:
            leader = best.setdefault(run.point.task, run)
            if better(run) < better(leader):
                best[run.point.task] = run
    return best


def better(run: Run) -> tuple[float, int]:
    """What makes a run better than another: a lesser final loss, on what is held out if any is; then fewer epochs."""
    assert run.curve is not None, "it has a verdict"
    held = run.curve.watched.get(HOLDOUT_LOSS)
    return run.curve.final_loss if held is None else float(held[-1]), run.point.epochs


def comparable(tasks: Iterable[Task]) -> list[list[Task]]:
    """Tasks, together those whose losses can be compared: of models on the same data under the same loss."""
    groups: dict[Task, list[Task]] = defaultdict(list)
    for task in tasks:
        alike = task._replace(problem=ProblemKind.torch, model="", code="") if task.problem in MODELS else task
        groups[alike].append(task)
    return list(groups.values())


def _praise(plan: Plan, tasks: Sequence[Task], best: Mapping[Task, Run], several: bool) -> str:
    """The best run of ``tasks``, which can be compared, and what each other model reaches, where they are few."""
    run, *others = sorted((best[task] for task in tasks if task in best), key=better)
    of = f" for {plan.data_label(run.point.data) if len(tasks) > 1 else plan.label(run.point.task)}" if several else ""
    so_far, yet = ("", "") if run.state == Outcome.CONVERGED else (" so far", ", not converged")
    assert run.curve is not None, "it has a verdict"
    held = f", {number(better(run)[0])} on what is held out" if HOLDOUT_LOSS in run.curve.watched else ""
    models = [" ".join(map(short, plan.apart(each.point.task))) for each in others[:MOST_OTHERS]]
    reached = [f"{number(better(each)[0])} with {model}" for each, model in zip(others, models, strict=False)]
    more = f" and worse with {len(others) - MOST_OTHERS:,} more models" if len(others) > MOST_OTHERS else ""
    rest = f"; at best {', '.join(reached)}{more}" if others else ""
    return f"Best{so_far}{of}{yet}: {run.setting}, final loss {number(run.curve.final_loss)}{held}{rest}."


def number(value: float | int | None) -> str:
    """A result for reading: floats to six significant digits, nothing for nothing."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def error(run: Run) -> str:
    """The kind and message of a failed run's error."""
    return f"{run.failure.kind}: {run.failure.message}" if run.failure else ""


def note(run: Run) -> str:
    """A few words on why a run is in its state."""
    if run.verdict is None or run.curve is None:
        return error(run) or "not run"
    return sentences.note(run.verdict, run.curve)


def table(plan: Plan, runs: Sequence[Run]) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table by setting: what varies, the outcome, the end, and a note."""
    names, cells = end_cells(plan, runs, MOST_PARAMETERS)
    rows = [[*setting_cells(plan, run), run.state, *each, note(run)] for run, each in zip(runs, cells, strict=True)]
    return [*plan.shown, "outcome", *names, "note"], rows


def end_cells(plan: Plan, runs: Sequence[Run], most: int) -> tuple[list[str], list[list[str]]]:
    """Header and rows of what runs ended at, for reading: losses, accuracies, parameters; nothing where there are none.

    Parameters
    ----------
    most : parameters that have a column each; see :func:`sweep.problem.ends.told`.
    """
    told = plan.told_briefly(most)
    rates = [*plan.watched, *(name for name in ACCURACY if name in plan.measured)]
    rates += [CURVED] if plan.facts and any(point.curvature for point in plan.points) else []
    rows = []
    for run in runs:
        values: dict[str, float] = {}
        if run.curve:
            values = {
                "final loss": run.curve.final_loss,
                **ends.told(plan.problem(run.point), run.curve.parameters, most),
            }
            measured = {name: each for name, each in run.curve.measured.items() if name != CURVED or each == each}
            values |= {name: float(each[-1]) for name, each in run.curve.watched.items()} | measured
        rows.append([number(values.get(name)) for name in ("final loss", *rates, *told)])
    return ["final loss", *(name.replace("_", " ") for name in rates), *told], rows


def setting_cells(plan: Plan, run: Run) -> list[str]:
    """The settings of a run that tables show, as_typed; nothing where the run does not use one."""
    values = plan.cells(run.point)
    return [as_typed(values[name]) for name in plan.shown]
