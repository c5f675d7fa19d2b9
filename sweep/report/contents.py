"""What the report says, section by section: from findings, theory, panels and fit to blocks."""

from collections.abc import Sequence

from sweep.plan import Plan, Value, exact
from sweep.report import theory
from sweep.report.blocks import MOST_ROWS, AllRuns, Block, Items, Section, Table, Text
from sweep.report.findings import Findings, number
from sweep.report.fit import Fit, fits
from sweep.report.panels import curve_panels, epochs_panel, map_panels
from sweep.report.pictures import draw_curves, draw_epochs, draw_fits, draw_map
from sweep.report.runs import Run, counted
from sweep.settings import PARAMETERS
from sweep.stability import problems

MOST_TIMED = 20
"""Rows of the table of predicted and observed epochs: those that differ most."""

MOST_VALUES = 12
"""Values of a setting that are listed."""


def sections(plan: Plan, runs: Sequence[Run], findings: Findings) -> list[Section]:
    """The sections in order; those that have nothing to say are left out."""
    known, unknown = theory.places(plan)
    made = [
        Section("Failed to execute", _failed(runs)),
        Section("Each data set", _each_data(plan, runs, findings)),
        Section("What to try next", _next(theory.steps(plan, runs, known))),
        Section("Where descent converges", _map(plan, runs)),
        Section("Loss curves", _curves(plan, runs)),
        Section("The fit", _fit(plan, findings)),
        Section("Theory beside observation", [*_agreement(runs), *_places(plan, known, unknown)]),
        Section("All runs", [AllRuns(plan, runs)]),
        Section("What was asked", _asked(plan)),
    ]
    return [section for section in made if section.blocks]


def _failed(runs: Sequence[Run]) -> list[Block]:
    rows = [[run.setting, run.failure.kind, run.failure.message] for run in runs if run.failure]
    return _table("Points whose training raised", ["setting", "error", "message"], rows) if rows else []


def _each_data(plan: Plan, runs: Sequence[Run], findings: Findings) -> list[Block]:
    if len(plan.readings) == 1:
        return []
    rows = []
    for data in plan.readings:
        counts = counted([run for run in runs if run.point.data == data])
        best = findings.best.get(data)
        end = number(best.curve.final_loss) if best and best.curve else ""
        rows.append(
            [plan.label(data), *(f"{counts.get(s, 0):,}" for s in findings.counts), best.setting if best else "", end]
        )
    header = ["data", *(state.lower() for state in findings.counts), "best setting", "its final loss"]
    return _table("Outcomes, and the run with the least final loss that did not diverge", header, rows)


def _next(steps: Sequence[theory.Step]) -> list[Block]:
    return [Items([(step.setting, step.promise) for step in steps[:MOST_ROWS]])] if steps else []


def _map(plan: Plan, runs: Sequence[Run]) -> list[Block]:
    panels, rest = map_panels(plan, runs)
    return [draw_map(panels), *_not_drawn(rest)]


def _curves(plan: Plan, runs: Sequence[Run]) -> list[Block]:
    panels = curve_panels(runs)
    targets = {p.best_loss + plan.tolerance * p.target_variance for p in problems(plan.readings).values()}
    return [draw_curves(panels, targets.pop() if len(targets) == 1 else None)] if panels else []


def _fit(plan: Plan, findings: Findings) -> list[Block]:
    found, rest = fits(plan, findings.best)
    return [draw_fits(found), *(table for each in found for table in _relations(each)), *_not_drawn(rest)]


def _relations(each: Fit) -> list[Block]:
    u, t = each.axes
    unit = f" in {each.readings.target_unit}" if each.readings.target_unit else ""
    caption = f"{each.label}: {t} = slope · {u} + intercept, with the scaling undone: slope = w · scale"
    header = ["line", "slope", f"intercept{unit}", f"root mean squared error{unit}", "which"]
    rows = [[r.kind, *map(number, (r.slope, r.intercept, r.error)), r.words] for r in each.relations]
    return _table(caption, header, rows)


def _agreement(runs: Sequence[Run]) -> list[Block]:
    found = theory.compare(runs)
    if not found.judged:
        return []
    agree = found.judged - len(found.disagreeing)
    blocks: list[Block] = [Text(f"{agree:,} of {found.judged:,} runs have the outcome that theory predicts.")]
    differing = [
        [run.setting, str(v.predicted), str(v.outcome), _distance(v.threshold_ratio)]
        for run in found.disagreeing
        if (v := run.verdict)
    ]
    if differing:
        header = ["setting", "predicted", "observed", "lr beside the threshold 2/λmax"]
        blocks += _table("Runs with another outcome than predicted, nearest to the threshold first", header, differing)
    if panel := epochs_panel(found.timed):
        timed = [
            (run.setting, v.predicted_epochs or 0, v.first_within or 0) for run in found.timed if (v := run.verdict)
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


def _places(plan: Plan, known: Sequence[theory.Place], more: int) -> list[Block]:
    """Of each data, scale and start: how far lr may go, which is best, and what there is to reach."""
    several, starts = len(plan.readings) > 1, [n for n in PARAMETERS if f"init.{n}" in plan.varying]
    header = [*["data"] * several, "scale", *(f"init.{name}" for name in starts), "largest stable lr, 2/λmax"]
    header += ["fastest lr", "its epochs", "condition", *(f"best {name}" for name in PARAMETERS), "least loss"]
    theories = problems(plan.readings)
    rows = []
    for place in known:
        start = dict(zip(PARAMETERS, place.start, strict=True))
        lr, epochs = place.fastest or (None, None)
        rows.append(
            [
                *[plan.label(place.data)] * several,
                *map(exact, (place.scale, *(start[name] for name in starts))),
                number(place.curvature.threshold),
                exact(lr),
                "" if epochs is None else f"{epochs:,}",
                *map(number, (place.curvature.condition, *place.curvature.optimum, theories[place.data].best_loss)),
            ]
        )
    rest = [Text(f"… and {more:,} more combinations.")] if more else []
    return [*_table("What theory says", header, rows), *rest]


def _asked(plan: Plan) -> list[Block]:
    rows = [(name, _listed(plan.values[name])) for name in plan.shown if name != "data"]
    rows += [(name, exact(value)) for name, value in plan.fixed.items() if value is not None and name != "data"]
    rows.append(("outcome.tolerance", exact(plan.tolerance)))
    for fingerprint, data in list(plan.readings.items())[:MOST_ROWS]:
        units = [(data.input_name, data.input_unit), (data.target_name, data.target_unit)]
        columns = ", ".join(f"{name} in {unit}" if unit else name for name, unit in units)
        words = f"{plan.label(fingerprint)}, {len(data.inputs):,} readings ({columns}) from {data.source}"
        rows.append(("data", f"{words}; fingerprint {fingerprint}"))
    rows.append(("sweep", f"{plan.sweep_id}, the hash of its points' keys and the tolerance"))
    return [Items(rows), Text("The key of each point stands in runs.csv, how the sweep was run in provenance.json.")]


def _listed(values: Sequence[Value]) -> str:
    if len(values) <= MOST_VALUES:
        return ", ".join(map(exact, values))
    numbers = [value for value in values if isinstance(value, int | float)]
    return f"{len(values):,} values from {exact(min(numbers))} to {exact(max(numbers))}"


def _table(caption: str, header: list[str], rows: list[list[str]]) -> list[Block]:
    left = len(rows) - MOST_ROWS
    return [Table(caption, header, rows[:MOST_ROWS]), *([Text(f"… and {left:,} more in runs.csv.")] * (left > 0))]


def _not_drawn(names: Sequence[str]) -> list[Block]:
    more = f"; and {len(names) - MOST_ROWS:,} more" if len(names) > MOST_ROWS else ""
    return [Text(f"Not drawn: {'; '.join(names[:MOST_ROWS])}{more}.")] if names else []
