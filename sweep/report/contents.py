"""What the report says, section by section: from findings, theory, panels and fit to blocks."""

from collections.abc import Sequence

from sweep.plan.own_code import PERCEPTRON
from sweep.plan.plan import Plan
from sweep.plan.point import Value, as_typed
from sweep.problem.fit import Fit
from sweep.problem.problem import HOLDOUT_LOSS
from sweep.report import named, repeats, theory, trained
from sweep.report.accuracy import accuracy_panels, classes
from sweep.report.accuracy_picture import draw_accuracies
from sweep.report.band_pictures import draw_accuracy_bands, draw_bands
from sweep.report.bands import band_panels
from sweep.report.blocks import MOST_ROWS, AllRuns, AllSettings, Block, Items, Section, Table, Text, cut
from sweep.report.curve_picture import draw_curves
from sweep.report.findings import Findings, apart, better, label
from sweep.report.fit import fits
from sweep.report.judged_runs import Run, counted
from sweep.report.leading import ahead
from sweep.report.map_picture import draw_map
from sweep.report.numbers import number
from sweep.report.outcome_map import map_panels
from sweep.report.panels import curve_panels
from sweep.report.pictures import draw_fits
from sweep.report.repeats_told import average
from sweep.report.theory_told import agreement, foreknown
from sweep.verdict.rule import bound
from sweep.verdict.sentences import plural

MOST_COLUMNS = 7
"""Columns of a table of a fit; one that would have more stands on its side."""

MOST_VALUES = 12
"""Values of a setting that are listed."""


def sections(
    plan: Plan, runs: Sequence[Run], findings: Findings, outlook: theory.Outlook | None = None
) -> list[Section]:
    """The sections in order; those that have nothing to say are left out.

    Parameters
    ----------
    outlook : where it has been found already.
    """
    outlook = outlook or theory.outlook(plan, runs, findings.settings)
    is_own = named.are_all_functions(plan)  # Of these none converges.
    made = [
        Section(
            "Where runs diverge" if is_own else "Where descent converges", _map(plan, runs, findings, outlook.steps)
        ),
        Section("What to try next", _next(outlook.steps), beside=True),
        Section("Failed to execute", _failed(runs)),
        Section(_each(plan), _each_data(plan, runs, findings)),
        Section("Loss curves", _curves(plan, runs, findings)),
        Section("The fit", _fit(plan, findings)),
        Section("Classes", [*_accuracies(plan, runs, findings), *classes(plan, findings)]),
        Section("Theory beside observation", [*agreement(runs), *foreknown(plan, outlook.known, outlook.more)]),
        Section("How models were trained", _trained(plan, runs)),
        Section("All settings" if findings.settings else "All runs", _all(plan, runs, findings)),
        Section("What was asked", _settings(plan)),
    ]
    return [section for section in made if section.blocks]


def _all(plan: Plan, runs: Sequence[Run], findings: Findings) -> list[Block]:
    if not findings.settings:
        return [AllRuns(plan, runs)]
    return [AllSettings(plan, findings.settings), AllRuns(plan, runs, folded=True)]


def _failed(runs: Sequence[Run]) -> list[Block]:
    failed = [(run.setting, run.failure) for run in runs if run.failure]
    if not failed:
        return []
    rows = [[setting, failure.kind, failure.message] for setting, failure in failed]
    said = [(setting, lines) for setting, failure in failed if (lines := failure.leavings.output.splitlines())]
    told = [[setting * (not number), line] for setting, lines in said for number, line in enumerate(lines)]
    which = "" if len(said) == len(failed) else f", of {len(said):,} of them"
    return [
        *cut("Points whose training raised", ["setting", "error", "message"], rows),
        *([Table(f"What they printed last{which}", ["setting", "line"], told)] if told else []),
    ]


def _each(plan: Plan) -> str:
    """What tells tasks apart."""
    if named.are_all_functions(plan):
        return "Each function"
    return "Each model" if len(plan.readings) == 1 and plan.facts else "Each data set"


def _each_data(plan: Plan, runs: Sequence[Run], findings: Findings) -> list[Block]:
    groups = apart(plan.tasks)
    if len(groups) == 1:
        return []
    one = _each(plan) == "Each model"
    states = [state for state, count in findings.counts.items() if count or not named.are_all_functions(plan)]
    leaders = repeats.best_of(findings.settings)
    rows = []
    for tasks in groups:
        counts = counted([run for run in runs if run.point.task in tasks])
        ahead = min((leaders[task] for task in tasks if task in leaders), key=lambda each: each.rank, default=None)
        best = min((findings.best[task] for task in tasks if task in findings.best), key=better, default=None)
        ended = (
            [ahead.name, average(ahead.average(repeats.FINAL))]
            if ahead
            else [best.setting, _end(best)]
            if best
            else ["", ""]
        )
        name = " ".join(plan.apart(tasks[0])) if one else label(plan, tasks)
        rows.append([name, *(f"{counts.get(s, 0):,}" for s in states), *ended])
    mean = "mean " * bool(findings.settings)
    header = [
        _each(plan).removeprefix("Each ").removesuffix(" set"),
        *(state.lower() for state in states),
        "best setting",
        f"its {mean}final loss",
    ]
    held = ", on what is held out where some is," if HOLDOUT_LOSS in plan.watched else ""
    which = (
        f"setting with the least mean final loss{held} over runs" if mean else f"run with the least final loss{held}"
    )
    return cut(f"Outcomes, and the {which} that did not diverge", header, rows)


def _end(run: Run) -> str:
    return number(run.curve.final_loss) if run.curve else ""


def _next(steps: Sequence[theory.Step]) -> list[Block]:
    return [Items([(step.command, step.promise) for step in steps[:MOST_ROWS]], numbered=True)] if steps else []


def _map(plan: Plan, runs: Sequence[Run], findings: Findings, steps: Sequence[theory.Step]) -> list[Block]:
    panels, rest = map_panels(plan, runs, findings.settings, set(ahead(plan, findings)), steps)
    return [draw_map(panels), *_not_drawn(rest)] if panels else []


def _curves(plan: Plan, runs: Sequence[Run], findings: Findings) -> list[Block]:
    posed = [(plan.problem(point), point) for point in plan.points]
    least = ((problem, problem.least_loss(point)) for problem, point in posed)
    targets = {None if loss is None else loss + bound(problem, plan.tolerance) for problem, loss in least}
    target = targets.pop() if len(targets) == 1 else None
    best = ahead(plan, findings)
    if findings.settings:
        bands = band_panels(plan, findings.settings, best)
        return [draw_bands(bands, target, _descends(plan), best)] if bands else []
    panels = curve_panels(runs, best)
    return [draw_curves(panels, target, _descends(plan), best)] if panels else []


def _descends(plan: Plan) -> str:
    """What curves are of: what descends."""
    names = dict.fromkeys("penalized loss" if point.decay else "loss" for point in plan.points)
    return " or ".join(sorted(names))


def _fit(plan: Plan, findings: Findings) -> list[Block]:
    shown, rest = fits(plan, findings.best)
    if not shown:
        return []
    tables = (table for label, each in shown for table in _relations(label, each))
    # Of repeats the headline names the best setting, of which this run need not be one.
    which = [
        Text(f"{label}: the {relation.kind} is {relation.description}.")
        for label, each in shown
        for relation in each.relations
        if findings.settings and not relation.numbers
    ]
    return [draw_fits(shown), *which, *tables, *_not_drawn(rest)]


def _accuracies(plan: Plan, runs: Sequence[Run], findings: Findings) -> list[Block]:
    best = ahead(plan, findings)
    if findings.settings:
        bands = band_panels(plan, findings.settings, best)
        bands = [each for each in bands if any(line.accuracy for line in each.lines)]
        return [draw_accuracy_bands(bands, best)] if bands else []
    panels = accuracy_panels(runs, best)
    return [draw_accuracies(panels, best)] if panels else []


def _relations(label: str, fit: Fit) -> list[Block]:
    told = [relation for relation in fit.relations if relation.numbers]
    if not told:
        return []
    rows = [[relation.kind, *map(number, relation.numbers), relation.description] for relation in told]
    header = [fit.name, *fit.columns, "which"]
    if len(header) > MOST_COLUMNS:
        header, *rows = map(list, zip(*([header, *rows]), strict=True))
    return cut(f"{label}: {fit.formula}", header, rows)


def _trained(plan: Plan, runs: Sequence[Run]) -> list[Block]:
    lines = trained.lines(plan, runs)
    return [Items([("", line) for line in lines])] if lines else []


def _settings(plan: Plan) -> list[Block]:
    told = ("data", "code", "takes")
    rows = [(name, _listed(plan.values[name])) for name in plan.shown if name not in told]
    rows += [(name, as_typed(value)) for name, value in plan.fixed.items() if value is not None and name not in told]
    if own := [code for code in plan.values.get("code", ()) if code != PERCEPTRON]:
        what = "functions" if named.are_all_functions(plan) else "models"
        rows.append(("code", f"fingerprint of what the {what} run: {_listed(own)}"))
    rows.append(("outcome.tolerance", as_typed(plan.tolerance)))
    for fingerprint, data in list(plan.readings.items())[:MOST_ROWS]:
        source = f"{len(data):,} readings ({', '.join(data.axes)}) from {data.source}"
        if data.dropped:
            source += f", without {plural(data.dropped, 'row')} where a cell is missing"
        rows.append(("data", f"{plan.data_label(fingerprint)}, {source}; fingerprint {fingerprint}"))
    rows.append(("sweep", f"{plan.sweep_id}, the hash of its points' keys and the tolerance"))
    return [Items(rows), Text("The key of each point stands in runs.csv, how the sweep was run in provenance.json.")]


def _listed(values: Sequence[Value]) -> str:
    if len(values) <= MOST_VALUES:
        return ", ".join(map(as_typed, values))
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) < len(values):
        return f"{', '.join(map(as_typed, values[:MOST_VALUES]))} and {len(values) - MOST_VALUES:,} more"
    return f"{len(values):,} values from {as_typed(min(numbers))} to {as_typed(max(numbers))}"


def _not_drawn(names: Sequence[str]) -> list[Block]:
    more = f"; and {len(names) - MOST_ROWS:,} more" if len(names) > MOST_ROWS else ""
    return [Text(f"Not drawn: {'; '.join(names[:MOST_ROWS])}{more}.")] if names else []
