"""A headline in words."""

from sweep.plan.labels import brief
from sweep.plan.plan import Plan
from sweep.plan.point import Value
from sweep.report.fit import short
from sweep.report.headline import Clause, Headline, Stretch
from sweep.report.named import are_all_functions
from sweep.verdict.outcome import Outcome
from sweep.verdict.sentences import plural

MOST_VALUES = 3
"""Values of a setting that are said; of more, how many."""


def sentence(plan: Plan, headline: Headline) -> str:
    """What was found, in a sentence a clause, true of the values that were tried."""
    elsewhere = headline.elsewhere
    found = [(each.converges, _where(plan, each) + _found(plan, each, headline)) for each in headline.clauses]
    said = [text for converges, text in found if converges or not elsewhere]
    if elsewhere:
        said.append("; ".join(["elsewhere none converges", *(text for converges, text in found if not converges)]))
    first, *others = said
    return " ".join([f"Of those tried, {first}.", *(f"{text[0].upper()}{text[1:]}." for text in others)])


def _found(plan: Plan, clause: Clause, headline: Headline) -> str:
    """What happens along the axis: where runs converge, and from where on they diverge."""
    stretches, converged, diverged = clause.stretches, clause.of(Outcome.CONVERGED), clause.of(Outcome.DIVERGED)
    values, within = headline.values, _within(plan, clause)
    first, last = stretches[0], stretches[-1]
    if first is last and first.low < first.high:
        low, high = (brief(end, values) for end in (first.low, first.high))
        return f"every {short(clause.axis)} from {low} to {high} {f'converges{within}' if converged else 'diverges'}"

    def along(stretch: Stretch) -> str:
        ends = " to ".join(brief(end, values) for end in dict.fromkeys((stretch.low, stretch.high)))
        return f"an lr of {ends}" if clause.axis == "lr" else f"{short(clause.axis)}={ends}"

    parts = []
    if converged:
        widest = max(converged, key=lambda each: sum(each.low <= value <= each.high for value in values))
        some = converged if len(converged) <= MOST_VALUES else [widest]
        parts.append(f"{' and '.join(map(along, some))} converges{within}")
    elif not (clause.converges or headline.elsewhere or first is last or are_all_functions(plan)):
        parts.append(f"none converges{within}")
    if last in diverged and last.low < last.high:
        is_above = bool(converged) and stretches[-2] == converged[-1]
        parts.append("above it diverges" if is_above else f"{along(last._replace(high=last.low))} and more diverges")
    elif diverged:
        parts.append(f"{along(diverged[-1])} diverges")
    return "; ".join(parts)


def _where(plan: Plan, clause: Clause) -> str:
    """The places, as far as these are not all, but for their epochs."""
    at, on = [], ""
    for name, values in clause.told.items():
        known = [value for value in values if value is not None]
        if name == "epochs" or not known:
            continue
        if len(values) > MOST_VALUES:
            at.append(f"{len(values):,} of {len(plan.values[name]):,} values of {short(name)}")
        elif name == "data":
            on = f"on {' and '.join(map(str, values))} "
        else:
            at.append(short(f"{name}={','.join(brief(value, plan.values[name]) for value in known)}"))
    return f"{on}{'at ' * bool(at)}{' and '.join(at)}{' ' * bool(at)}"


def _within(plan: Plan, clause: Clause) -> str:
    """In how many epochs, where all of its places have the same."""
    if clause.axis == "epochs":
        return ""
    if "epochs" in clause.names:
        at = clause.names.index("epochs")
        epochs: set[Value] = {place[at] for place in clause.places}
    else:
        epochs = {plan.fixed.get("epochs"), *plan.values.get("epochs", ())} - {None}
    only = epochs.pop() if len(epochs) == 1 else None
    return f" in {plural(only, 'epoch')}" if isinstance(only, int) else ""
