"""What the report says of theory, as blocks: beside what was observed, and beforehand."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.plan.remarks import undetermined
from sweep.report import theory
from sweep.report.blocks import MOST_ROWS, Block, Table, Text, cut
from sweep.report.bounded import bounds
from sweep.report.judged_runs import Run
from sweep.report.numbers import number
from sweep.report.panels import epochs_panel
from sweep.report.pictures import draw_epochs
from sweep.settings.schema import STARTS
from sweep.verdict.sentences import plural
from sweep.verdict.stability import stability_of

MOST_TIMED = 20
"""Rows of the table of predicted and observed epochs: those that differ most."""

DECAY = "optimizer.weight_decay"
STEPPING = ("optimizer.momentum", "optimizer.nesterov", DECAY)
"""Settings of an optimizer that change what theory says."""

MOST_BEST = 4
"""Parameters whose best values stand in a table of theory's."""


def agreement(runs: Sequence[Run]) -> list[Block]:
    """How far observation bears theory out."""
    found = theory.compare(runs)
    if not found.judged:
        return []
    agree = found.judged - len(found.disagreeing)
    have = "has" if found.judged == 1 else "have"
    blocks: list[Block] = [Text(f"{agree:,} of {plural(found.judged, 'run')} {have} the outcome that theory predicts.")]
    differing = [
        [run.setting, str(v.expected.predicted), str(v.outcome), _distance(v.expected.threshold_ratio)]
        for run in found.disagreeing
        if (v := run.verdict) and v.expected
    ]
    if differing:
        formulas = dict.fromkeys(v.expected.threshold_formula for run in runs if (v := run.verdict) and v.expected)
        header = ["setting", "predicted", "observed", f"lr beside the threshold {' or '.join(formulas)}"]
        blocks += cut("Runs with another outcome than predicted, nearest to the threshold first", header, differing)
    if panel := epochs_panel(found.timed):
        timed = [
            (run.setting, v.expected.predicted_epochs or 0, v.events.first_within or 0)
            for run in found.timed
            if (v := run.verdict) and v.expected
        ]
        blocks += [draw_epochs(panel), *_apart(timed)]
    return blocks


def _apart(timed: Sequence[tuple[str, int, int]]) -> list[Block]:
    """The settings, predicted and observed epochs that differ, those that differ most first."""
    rows = [[name, f"{p:,}", f"{o:,}", f"{o - p:+,}"] for name, p, o in timed if o != p]
    said = f"Epochs until within tolerance, of {plural(len(timed), 'converged run')}: predicted and observed"
    if not rows:
        return [Text(f"{said} are the same.")]
    most = max(abs(observed - predicted) for _, predicted, observed in timed)
    which = f" in {len(rows):,} of them" if len(rows) < len(timed) else ""
    which += f"; the {MOST_TIMED} that differ most" if len(rows) > MOST_TIMED else ""
    header = ["setting", "predicted", "observed", "difference"]
    return [Table(f"{said} differ by at most {most:,}{which}", header, rows[:MOST_TIMED])]


def _distance(ratio: float) -> str:
    """How far an lr lies from the threshold, in words."""
    part = abs(ratio - 1)
    size = f"{part * 100:.3g} %" if part < 10 else f"{ratio:.3g} times it"
    return f"{size} {'below' if ratio < 1 else 'above'}" if part < 10 else size


def foreknown(plan: Plan, known: Sequence[theory.Forecast], more: int) -> list[Block]:
    """What it says beforehand: of lr and epochs, and which parameters no data determines."""
    lines = list(undetermined(plan))
    return [*_forecasts(plan, known, more), *_bounds(plan), *map(Text, lines[:MOST_ROWS])]


def _forecasts(plan: Plan, known: Sequence[theory.Forecast], more: int) -> list[Block]:
    """Of each data, scale and start: how far lr may go, which is best, and what there is to reach."""
    if not known:
        return []
    several, named = len(plan.tasks) > 1, plan.few_parameters(MOST_BEST)
    apart = [name for name in ("scale", "start", "seed", *STARTS, *STEPPING) if name in ("scale", *plan.varying)]
    apart = [name for name in apart if any(plan.cells(each.point)[name] is not None for each in known)]
    formulas = " or ".join(dict.fromkeys(each.theory.stability.formula for each in known))

    def told(each: theory.Forecast, names: Sequence[str]) -> tuple[str, ...]:
        settings = plan.cells(each.point)
        return *[plan.label(each.point.task)] * several, *(as_typed(settings[name]) for name in names)

    title, without = "What theory says", [name for name in apart if name != "seed"]
    if len({told(each, without) for each in known}) < len(known):
        title, apart = f"{title}, from the seed with the least to that with the most", without
    header = [*["data"] * several, *apart, f"largest stable lr, {formulas}", "fastest lr", "its epochs"]
    header += ["condition", *(f"best {name}" for name in named), _least(each.point for each in known)]
    alike: dict[tuple[str, ...], list[list[float | None]]] = defaultdict(list)
    for each in known:
        quadratic, (lr, epochs) = each.theory.quadratic, each.fastest or (None, None)
        least_loss = plan.problem(each.point).least_loss(each.point)
        best = dict(zip(plan.parameters_of[each.point.task], quadratic.optimum, strict=True))
        ends = [quadratic.condition, *map(best.get, named), least_loss]
        alike[told(each, apart)].append([each.theory.threshold, lr, epochs, *ends])
    says: list[Callable[[float | None], str]] = [number, as_typed, _counted, *[number] * (2 + len(named))]
    rows = [
        [*names, *(_span(say, column) for say, column in zip(says, zip(*found, strict=True), strict=True))]
        for names, found in alike.items()
    ]
    rest = [Text(f"… and {plural(more, 'more combination')}.")] if more else []
    return [*cut(title, header, rows), *rest]


def _counted(epochs: float | None) -> str:
    return "" if epochs is None else f"{epochs:,}"


def _span(say: Callable[[float | None], str], values: Sequence[float | None]) -> str:
    """``values`` as one cell: what all say, or the least and the largest."""
    known = [value for value in values if value is not None]
    ends = dict.fromkeys(map(say, (min(known), max(known)))) if known else {say(None): None}
    return " to ".join(ends)


def _bounds(plan: Plan) -> list[Block]:
    """Of each data and scale whose loss is convex and no quadratic: how large lr may be, and what there is to reach."""
    several, named, found = len(plan.tasks) > 1, plan.few_parameters(MOST_BEST), bounds(plan)
    apart = ["scale", *([DECAY] if DECAY in plan.varying else [])]
    header = [*["data"] * several, *apart, "the loss falls below lr", "stable at the optimum below lr"]
    header += ["condition there", *(f"best {name}" for name in named), _least(point for point, _ in found)]
    rows = []
    for point, known in found:
        stability, around = stability_of(point), known.around
        best = dict(zip(plan.parameters_of[point.task], around.optimum, strict=True)) if around else {}
        threshold = number(stability.threshold(around.largest)) if around else "no optimum"
        rows.append(
            [
                *[plan.label(point.task)] * several,
                *(as_typed(plan.cells(point)[name]) for name in apart),
                number(stability.threshold(known.curvature)),
                threshold,
                *map(number, (around.condition if around else None, *map(best.get, named), known.least_loss)),
            ]
        )
    return cut("What theory says", header, rows) if rows else []


def _least(points: Iterable[Point]) -> str:
    """What the least is called of what descends by ``points``: with decay it is not of the loss alone."""
    return "least penalized loss" if any(point.decay for point in points) else "least loss"
