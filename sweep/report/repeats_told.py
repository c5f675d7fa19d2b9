"""What the report says of settings that have repeats: their table, and words for it."""

from collections.abc import Sequence

from sweep.plan.labels import BRIEF, brief
from sweep.plan.plan import Plan
from sweep.plan.point import as_typed
from sweep.report.named import MOST_NAMED, are_all_functions
from sweep.report.numbers import number
from sweep.report.repeats import FINAL, Average, Setting, quantities, shown
from sweep.verdict.outcome import Outcome
from sweep.verdict.sentences import plural

FILE = "settings.csv"
"""Where all settings stand, with every number exact."""


def caption(plan: Plan) -> str:
    """What the table of settings shows."""
    is_own = are_all_functions(plan)
    which = "" if is_own else "converged and "
    found = (
        f"Runs of a setting differ in their seed alone; of those with a result, how many percent {which}diverged, "
        "mean and standard deviation (±, of a sample) over those that did not diverge"
    )
    arrived = ", and of those that converged the median of the epochs until within tolerance"
    return found if is_own else f"{found}{arrived}"


def table(plan: Plan, settings: Sequence[Setting], digits: int = 6) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the table of settings: what varies, how many runs, what they found to ``digits``."""
    names, told = quantities(plan, settings, MOST_NAMED), shown(plan)
    lost = [state for state in ("FAILED", "NOT RUN") if any(state in each.counts for each in settings)]
    dated = any(each.arrivals for each in settings)
    outcomes = [Outcome.CONVERGED, Outcome.DIVERGED][are_all_functions(plan) :]
    header = [*told, "runs", *(state.lower() for state in lost), *(f"% {each.lower()}" for each in outcomes)]
    header += [part for name in names for part in (name.replace("_", " "), "±")]
    header += ["epochs to tolerance"] * dated
    rows = []
    for each in settings:
        cells = plan.cells(each.point)
        own = (brief(cells[name], plan.values[name]) if digits == BRIEF else as_typed(cells[name]) for name in told)
        row = [*own, str(len(each.runs))]
        row += [str(each.counts.get(state, 0)) for state in lost]
        row += [_percent(each.share(outcome)) for outcome in outcomes]
        for name in names:
            row += _two(each.average(name), digits)
        rows.append(row + [number(each.epochs_to_tolerance)] * dated)
    return header, rows


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.3g}"


def _two(found: Average | None, digits: int) -> list[str]:
    """Mean and standard deviation, the second to three digits; nothing where there is none."""
    if found is None:
        return ["", ""]
    return [number(found.mean, digits), "" if found.deviation is None else f"{found.deviation:.3g}"]


def average(found: Average | None) -> str:
    """A mean with its standard deviation, for a sentence."""
    return " ± ".join(filter(None, _two(found, BRIEF)))


def how_many(setting: Setting) -> str:
    """Over how many of its runs a mean is, and what came of the others."""
    count, converged = len(setting.standing), setting.counts[Outcome.CONVERGED]
    lost = len(setting.runs) - setting.judged
    rest = [f"{converged:,} converged"] * (0 < converged < count)
    rest += [f"{setting.counts[Outcome.DIVERGED]:,} diverged"] * (count < setting.judged)
    rest += [f"{lost:,} without a result"] * (lost > 0)
    runs, beside = plural(len(setting.runs), "run"), f" ({', '.join(rest)})" if rest else ""
    return f"{f'{count:,} of ' * (count < len(setting.runs))}{runs}{beside}"


def said(setting: Setting) -> str:
    """What its runs found, in a few words."""
    counts = ", ".join(f"{count:,} {state.lower()}" for state, count in setting.counts.items() if count)
    final = setting.average(FINAL)
    return f"{counts}; mean final loss {average(final)}" if final else counts
