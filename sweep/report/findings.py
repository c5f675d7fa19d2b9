"""What a sweep found, as values: counts, the best setting of each task, and of each run the few words that matter.

In come the plan and the judged runs; nothing here draws or writes.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sweep.models.spec import TARGET, canonical, parsed
from sweep.plan import usage
from sweep.plan.labels import BRIEF
from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.problem import ends
from sweep.problem.problem import ACCURACY, HOLDOUT_LOSS
from sweep.problem.task import Task
from sweep.report import headline_told, named, repeats, repeats_told
from sweep.report.fit import short
from sweep.report.headline import headline
from sweep.report.judged_runs import Run, counted
from sweep.report.named import MOST_NAMED
from sweep.report.numbers import brief_among, brief_setting, number
from sweep.settings.schema import MODELS, ProblemKind
from sweep.verdict import sentences
from sweep.verdict.outcome import Outcome

MOST_PARAMETERS = 5
"""Parameters that have a column each in a table that is as wide as its rows; of more, a tensor has one."""

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
    headline : what was found along an axis, in a sentence or two; empty where there is nothing to say.
    sentence : the whole in a few sentences, the headline first.
    settings : where some have repeats, all of them; else empty.
    """

    counts: dict[str, int]
    best: Mapping[Task, Run]
    headline: str
    sentence: str
    settings: Sequence[repeats.Setting] = ()


def find(plan: Plan, runs: Sequence[Run]) -> Findings:
    """Findings of a sweep, from its plan and its runs."""
    counts = counted(runs)
    best = best_of(runs)
    claimed = headline(plan, runs, best.values())
    found = headline_told.sentence(plan, claimed) if claimed else ""
    settings = repeats.settings_of(plan, runs)
    constant = sum(run.verdict.constant for run in runs if run.verdict)
    doubt = {str(Outcome.CONVERGED): f" ({constant:,} to no better than a constant prediction)"} if constant else {}
    parts = [f"{count:,} {state.lower()}{doubt.get(state, '')}" for state, count in counts.items() if count]
    points = sentences.plural(len(runs), "point")
    if settings:
        points = f"{sentences.plural(len(settings), 'setting')}, {sentences.plural(len(runs), 'run')}"
    over = f" over {len(plan.readings):,} data sets" if len(plan.readings) > 1 else ""
    said = [f"{points}{over}: {', '.join(parts)}."]
    if not best:
        said.append(
            "Every run that has a result diverged." if any(run.verdict for run in runs) else "No run has a result."
        )
    elif len(groups := comparable(plan.tasks)) <= MOST_PRAISED:
        ahead = repeats.best_of(settings)
        leaders = {
            task: _setting_leads(ahead[task]) if settings else _run_leads(plan, run) for task, run in best.items()
        }
        of = [tasks for tasks in groups if best.keys() & {*tasks}]
        said += [_praise(plan, tasks, leaders, len(groups) > 1, "seed" * bool(settings)) for tasks in of]
    return Findings(counts, best, found, " ".join([found, *said] if found else said), settings)


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
    if usage.is_function(run.point):
        loss = named.ends(run.curve).get(HOLDOUT_LOSS, run.curve.final_loss)
        return math.inf if math.isnan(loss) else loss, len(run.curve.losses)
    held = run.curve.watched.get(HOLDOUT_LOSS)
    return run.curve.final_loss if held is None else float(held[-1]), run.point.epochs


def comparable(tasks: Iterable[Task]) -> list[list[Task]]:
    """Tasks, together those whose losses can be compared: of models on the same data under the same loss.

    And of one training function with any arguments.
    """
    groups: dict[Task, list[Task]] = defaultdict(list)
    for task in tasks:
        alike = task._replace(problem=ProblemKind.torch, model="", code="") if task.problem in MODELS else task
        if usage.is_function(task):
            alike = task._replace(model=canonical({TARGET: parsed(task.model)[TARGET]}), code="")
        groups[alike].append(task)
    return list(groups.values())


def apart(tasks: Iterable[Task]) -> list[list[Task]]:
    """Tasks each by itself, in their order, but those of one training function together."""
    found: dict[Task, list[Task]] = {}
    tasks = list(tasks)
    together = {each: group[0] for group in comparable(tasks) for each in group if usage.is_function(each)}
    for task in tasks:
        found.setdefault(together.get(task, task), []).append(task)
    return list(found.values())


def label(plan: Plan, tasks: Sequence[Task]) -> str:
    """What tables call ``tasks``, all on one data: those of one training function by its name."""
    data = plan.data_label(tasks[0].data)
    if not usage.is_function(tasks[0]):
        return data if len(tasks) > 1 else plan.label(tasks[0])
    name = str(parsed(tasks[0].model)[TARGET])
    return f"{name} on {data}" if len(plan.readings) > 1 else name


class Leader(NamedTuple):
    """The best of a task, a run or a setting, in words.

    Parameters
    ----------
    rank : what it is sorted by; less is better.
    converged : whether it may be called the best without a word on that.
    told : what it ended at, and ``reached`` what of that decides.
    """

    rank: tuple[float, ...]
    point: Point
    name: str
    converged: bool
    told: str
    reached: str


def _run_leads(plan: Plan, run: Run) -> Leader:
    assert run.curve is not None, "it has a verdict"
    rank, end = better(run), number(run.curve.final_loss, BRIEF)
    is_held = HOLDOUT_LOSS in (named.ends(run.curve) if usage.is_function(run.point) else run.curve.watched)
    held = f", {number(rank[0], BRIEF)} on what is held out" if is_held else ""
    is_converged = run.state == Outcome.CONVERGED
    return Leader(
        rank, run.point, brief_setting(plan, run.point), is_converged, f"final loss {end}{held}", number(rank[0], BRIEF)
    )


def _setting_leads(setting: repeats.Setting) -> Leader:
    final, held = setting.average(repeats.FINAL), setting.average(HOLDOUT_LOSS)
    single = len(setting.runs) == 1
    told = f"{'mean ' * (not single)}final loss {repeats_told.average(final)}"
    told += f", {repeats_told.average(held)} on what is held out" * (held is not None)
    told += f"{',' * (held is not None)} of {repeats_told.how_many(setting)}" * (not single)
    reached = repeats_told.average(held or final)
    return Leader(setting.rank, setting.point, setting.name, setting.counts[Outcome.CONVERGED] > 0, told, reached)


def _praise(plan: Plan, tasks: Sequence[Task], leaders: Mapping[Task, Leader], several: bool, but: str) -> str:
    """The best of ``tasks``, which can be compared, and what each other model reaches, where they are few.

    Where there are ``several`` such groups it is told by what varies in its own, the setting ``but`` left out.
    """
    best, *others = sorted((leaders[task] for task in tasks if task in leaders), key=lambda leader: leader.rank)
    of = f" for {label(plan, tasks)}" if several else ""
    name = several and brief_among(plan, best.point, [each for each in plan.points if each.task in tasks], but)
    others = [] if usage.is_function(tasks[0]) else others  # What its arguments do shows in the table.
    so_far, yet = ("", "") if best.converged else (" so far", ", not converged")
    yet = yet if not usage.is_function(tasks[0]) else ""  # Nobody knows of one that does.
    models = [" ".join(map(short, plan.apart(each.point.task))) for each in others[:MOST_OTHERS]]
    reached = [f"{each.reached} with {model}" for each, model in zip(others, models, strict=False)]
    more = f" and worse with {len(others) - MOST_OTHERS:,} more models" if len(others) > MOST_OTHERS else ""
    rest = f"; at best {', '.join(reached)}{more}" if others else ""
    return f"Best{so_far}{of}{yet}: {name or best.name}, {best.told}{rest}."


def error(run: Run) -> str:
    """What a failed run's error says."""
    return run.failure.sentence if run.failure else ""


def note(run: Run) -> str:
    """A few words on why a run is in its state."""
    if run.verdict is None or run.curve is None:
        return error(run) or "not run"
    return sentences.note(run.verdict, run.curve)


def table(plan: Plan, runs: Sequence[Run], digits: int = 6) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table by setting: what varies, the outcome, the end to ``digits``, and a note.

    Settings are exact, but for :data:`BRIEF` digits.
    """
    names, cells = end_cells(plan, runs, MOST_PARAMETERS, digits)
    shown = [[*plan.brief_cells(run.point).values()] if digits == BRIEF else setting_cells(plan, run) for run in runs]
    rows = [[*own, run.state, *each, note(run)] for own, run, each in zip(shown, runs, cells, strict=True)]
    return [*plan.shown, "outcome", *names, "note"], rows


def end_cells(plan: Plan, runs: Sequence[Run], most: int, digits: int = 6) -> tuple[list[str], list[list[str]]]:
    """Header and rows of what runs ended at, for reading: losses, accuracies, parameters; nothing where there are none.

    Parameters
    ----------
    most : parameters that have a column each; see :func:`sweep.problem.ends.told`.
    """
    told = [*plan.told_briefly(most), *named.names(runs)[:MOST_NAMED]]
    rates = [*plan.watched, *(name for name in ACCURACY if name in plan.measured), *plan.curved]
    rows = []
    for run in runs:
        values: Mapping[str, float] = {}
        if run.curve and usage.is_function(run.point):
            values = {**named.ends(run.curve), "final loss": run.curve.final_loss}
        elif run.curve:
            told_ends = ends.told(plan.problem(run.point), run.curve.parameters, most)
            values = {"final loss": run.curve.final_loss, **told_ends}
            measured = {name: each for name, each in run.curve.measured.items() if each == each or name in ACCURACY}
            values = values | {name: float(each[-1]) for name, each in run.curve.watched.items()} | measured
        rows.append([number(values.get(name), digits) for name in ("final loss", *rates, *told)])
    return ["final loss", *(name.replace("_", " ") for name in rates), *told], rows


def setting_cells(plan: Plan, run: Run) -> list[str]:
    """The settings of a run that tables show, as_typed; nothing where the run does not use one."""
    values = plan.cells(run.point)
    return [as_typed(values[name]) for name in plan.shown]
