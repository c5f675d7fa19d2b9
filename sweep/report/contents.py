"""What the report says, section by section: from findings, theory, panels and fit to blocks."""

from collections.abc import Sequence

from sweep.plan.plan import Plan
from sweep.plan.point import Value, as_typed
from sweep.plan.remarks import undetermined
from sweep.problem.fit import Fit
from sweep.problem.problem import HOLDOUT_LOSS
from sweep.report import theory
from sweep.report.accuracy import accuracy_panels, classes
from sweep.report.accuracy_picture import draw_accuracies
from sweep.report.blocks import MOST_ROWS, AllRuns, Block, Items, Section, Table, Text
from sweep.report.bounded import bounds
from sweep.report.findings import Findings, number
from sweep.report.fit import fits
from sweep.report.judged_runs import Run, counted
from sweep.report.outcome_map import map_panels
from sweep.report.panels import curve_panels, epochs_panel
from sweep.report.pictures import draw_curves, draw_epochs, draw_fits, draw_map
from sweep.settings.schema import STARTS
from sweep.training.choice import optimizer_of
from sweep.verdict.rule import bound
from sweep.verdict.sentences import plural

MOST_TIMED = 20
"""Rows of the table of predicted and observed epochs: those that differ most."""

MOST_COLUMNS = 7
"""Columns of a table of a fit; one that would have more stands on its side."""

MOST_BEST = 4
"""Parameters whose best values stand in a table of theory's."""

MOST_VALUES = 12
"""Values of a setting that are listed."""


def sections(plan: Plan, runs: Sequence[Run], findings: Findings) -> list[Section]:
    """The sections in order; those that have nothing to say are left out."""
    known, more = theory.forecasts(plan)
    made = [
        Section("Failed to execute", _failed(runs)),
        Section("Each data set", _each_data(plan, runs, findings)),
        Section("What to try next", _next(theory.steps(plan, runs, known))),
        Section("Where descent converges", _map(plan, runs)),
        Section("Loss curves", _curves(plan, runs)),
        Section("The fit", _fit(plan, findings)),
        Section("Classes", [*_accuracies(runs), *classes(plan, findings)]),
        Section("Theory beside observation", [*_agreement(runs), *_theory(plan, known, more)]),
        Section("All runs", [AllRuns(plan, runs)]),
        Section("What was asked", _settings(plan)),
    ]
    return [section for section in made if section.blocks]


def _failed(runs: Sequence[Run]) -> list[Block]:
    rows = [[run.setting, run.failure.kind, run.failure.message] for run in runs if run.failure]
    return _table("Points whose training raised", ["setting", "error", "message"], rows) if rows else []


def _each_data(plan: Plan, runs: Sequence[Run], findings: Findings) -> list[Block]:
    if len(plan.tasks) == 1:
        return []
    rows = []
    for task in plan.tasks:
        counts = counted([run for run in runs if run.point.task == task])
        best = findings.best.get(task)
        end = number(best.curve.final_loss) if best and best.curve else ""
        rows.append(
            [plan.label(task), *(f"{counts.get(s, 0):,}" for s in findings.counts), best.setting if best else "", end]
        )
    header = ["data", *(state.lower() for state in findings.counts), "best setting", "its final loss"]
    held = ", on what is held out where some is," if HOLDOUT_LOSS in plan.watched else ""
    return _table(f"Outcomes, and the run with the least final loss{held} that did not diverge", header, rows)


def _next(steps: Sequence[theory.Step]) -> list[Block]:
    return [Items([(step.command, step.promise) for step in steps[:MOST_ROWS]])] if steps else []


def _map(plan: Plan, runs: Sequence[Run]) -> list[Block]:
    panels, rest = map_panels(plan, runs)
    return [draw_map(panels), *_not_drawn(rest)]


def _curves(plan: Plan, runs: Sequence[Run]) -> list[Block]:
    panels = curve_panels(runs)
    targets = {
        None if problem.least_loss is None else problem.least_loss + bound(problem, plan.tolerance)
        for problem in plan.problems.values()
    }
    return [draw_curves(panels, targets.pop() if len(targets) == 1 else None)] if panels else []


def _fit(plan: Plan, findings: Findings) -> list[Block]:
    shown, rest = fits(plan, findings.best)
    if not shown:
        return []
    tables = (table for label, each in shown for table in _relations(label, each))
    return [draw_fits(shown), *tables, *_not_drawn(rest)]


def _accuracies(runs: Sequence[Run]) -> list[Block]:
    panels = accuracy_panels(runs)
    return [draw_accuracies(panels)] if panels else []


def _relations(label: str, fit: Fit) -> list[Block]:
    told = [relation for relation in fit.relations if relation.numbers]
    rows = [[relation.kind, *map(number, relation.numbers), relation.description] for relation in told]
    header = [fit.name, *fit.columns, "which"]
    if len(header) > MOST_COLUMNS:
        header, *rows = map(list, zip(*([header, *rows]), strict=True))
    return _table(f"{label}: {fit.formula}", header, rows)


def _agreement(runs: Sequence[Run]) -> list[Block]:
    agreement = theory.compare(runs)
    if not agreement.judged:
        return []
    agree = agreement.judged - len(agreement.disagreeing)
    have = "has" if agreement.judged == 1 else "have"
    blocks: list[Block] = [
        Text(f"{agree:,} of {plural(agreement.judged, 'run')} {have} the outcome that theory predicts.")
    ]
    differing = [
        [run.setting, str(v.expected.predicted), str(v.outcome), _distance(v.expected.threshold_ratio)]
        for run in agreement.disagreeing
        if (v := run.verdict) and v.expected
    ]
    if differing:
        formulas = dict.fromkeys(v.expected.threshold_formula for run in runs if (v := run.verdict) and v.expected)
        header = ["setting", "predicted", "observed", f"lr beside the threshold {' or '.join(formulas)}"]
        blocks += _table("Runs with another outcome than predicted, nearest to the threshold first", header, differing)
    if panel := epochs_panel(agreement.timed):
        timed = [
            (run.setting, v.expected.predicted_epochs or 0, v.events.first_within or 0)
            for run in agreement.timed
            if (v := run.verdict) and v.expected
        ]
        most = max(abs(observed - predicted) for _, predicted, observed in timed)
        same = "are the same" if most == 0 else f"differ by at most {most:,}"
        caption = f"Epochs until within tolerance: predicted and observed {same}"
        rows = [[s, f"{p:,}", f"{o:,}", f"{o - p:+,}" if o != p else "0"] for s, p, o in timed[:MOST_TIMED]]
        blocks += [draw_epochs(panel), Table(caption, ["setting", "predicted", "observed", "difference"], rows)]
        if len(timed) > MOST_TIMED:
            blocks.append(Text(f"These differ most, of {len(timed):,} converged runs."))
    return blocks


def _distance(ratio: float) -> str:
    """How far an lr lies from the threshold, in words."""
    part = abs(ratio - 1)
    size = f"{part * 100:.3g} %" if part < 10 else f"{ratio:.3g} times it"
    return f"{size} {'below' if ratio < 1 else 'above'}" if part < 10 else size


def _theory(plan: Plan, known: Sequence[theory.Forecast], more: int) -> list[Block]:
    """What it says beforehand: of lr and epochs, and which parameters no data determines."""
    lines = [line for task in plan.tasks for line in undetermined(plan, task)]
    return [*_forecasts(plan, known, more), *_bounds(plan), *map(Text, lines[:MOST_ROWS])]


def _forecasts(plan: Plan, known: Sequence[theory.Forecast], more: int) -> list[Block]:
    """Of each data, scale and start: how far lr may go, which is best, and what there is to reach."""
    if not known:
        return []
    several, starts = len(plan.tasks) > 1, [name for name in ("start", "seed", *STARTS) if name in plan.varying]
    named = plan.parameters if len(plan.parameters) <= MOST_BEST else ()
    header = [*["data"] * several, "scale", *starts]
    header += [f"largest stable lr, {known[0].theory.optimizer.threshold_formula}", "fastest lr", "its epochs"]
    header += ["condition", *(f"best {name}" for name in named), "least loss"]
    rows = []
    for each in known:
        settings, quadratic = plan.cells(each.point), each.theory.quadratic
        lr, epochs = each.fastest or (None, None)
        least_loss = plan.problem(each.point).least_loss
        best = dict(zip(plan.parameters_of[each.point.task], quadratic.optimum, strict=True))
        rows.append(
            [
                *[plan.label(each.point.task)] * several,
                *(as_typed(settings[name]) for name in ("scale", *starts)),
                number(each.theory.threshold),
                as_typed(lr),
                "" if epochs is None else f"{epochs:,}",
                *map(number, (quadratic.condition, *map(best.get, named), least_loss)),
            ]
        )
    rest = [Text(f"… and {plural(more, 'more combination')}.")] if more else []
    return [*_table("What theory says", header, rows), *rest]


def _bounds(plan: Plan) -> list[Block]:
    """Of each data and scale whose loss is convex and no quadratic: how large lr may be, and what there is to reach."""
    several, named = len(plan.tasks) > 1, plan.parameters if len(plan.parameters) <= MOST_BEST else ()
    header = [*["data"] * several, "scale", "the loss falls below lr", "stable at the optimum below lr"]
    header += ["condition there", *(f"best {name}" for name in named), "least loss"]
    rows = []
    for point, known in bounds(plan):
        optimizer, around = optimizer_of(point), known.around
        best = dict(zip(plan.parameters_of[point.task], around.optimum, strict=True)) if around else {}
        threshold = number(optimizer.threshold(around.largest)) if around else "no optimum"
        rows.append(
            [
                *[plan.label(point.task)] * several,
                as_typed(point.scale),
                number(optimizer.threshold(known.curvature)),
                threshold,
                *map(number, (around.condition if around else None, *map(best.get, named), known.least_loss)),
            ]
        )
    return _table("What theory says", header, rows) if rows else []


def _settings(plan: Plan) -> list[Block]:
    rows = [(name, _listed(plan.values[name])) for name in plan.shown if name != "data"]
    rows += [(name, as_typed(value)) for name, value in plan.fixed.items() if value is not None and name != "data"]
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
    return f"{len(values):,} values from {as_typed(min(numbers))} to {as_typed(max(numbers))}"


def _table(caption: str, header: list[str], rows: list[list[str]]) -> list[Block]:
    left = len(rows) - MOST_ROWS
    return [Table(caption, header, rows[:MOST_ROWS]), *([Text(f"… and {left:,} more in runs.csv.")] * (left > 0))]


def _not_drawn(names: Sequence[str]) -> list[Block]:
    more = f"; and {len(names) - MOST_ROWS:,} more" if len(names) > MOST_ROWS else ""
    return [Text(f"Not drawn: {'; '.join(names[:MOST_ROWS])}{more}.")] if names else []
