"""What a plan made of what was typed, where a user may have meant something else: a line each."""

from collections import defaultdict
from collections.abc import Iterator

from sweep.plan.plan import Plan
from sweep.settings import grammar


def remarks(plan: Plan) -> Iterator[str]:
    """The lines; none where there is nothing to be said."""
    if plan.unused:
        keys = ", ".join(plan.unused)
        yield f"No point here uses {keys}: points that differ in nothing else are one."
    left_out = ((data.source, data.dropped, data.dropped + len(data)) for data in plan.readings.values())
    for source, dropped, rows in dict.fromkeys(left_out):
        if dropped:
            yield f"{source}: {dropped:,} of {rows:,} rows are left out: a cell is missing in a column that is used."
    for task in plan.tasks:
        point = next(point for point in plan.points if point.task == task)
        known = plan.problem(point).convexity(point)
        if known and known.because:
            yield (
                f"{plan.label(task)}: {known.because}, so that no parameters have the least loss, "
                f"{known.least_loss:.4g}: they grow for ever, ever more slowly, and of a run that counts as converged "
                "a few times the tolerance may be left."
            )
    columns: dict[tuple[str, str], list[str]] = defaultdict(list)
    for data in plan.readings.values():
        if len(data.input_names) == 1:
            columns[data.source, data.target_name].append(data.input_names[0])
    for names in columns.values():
        if len(set(names)) > 1:
            listed = ",".join(map(grammar.word, dict.fromkeys(names)))
            yield f"data.input={listed} takes each column alone; [{listed}] takes them together, with problem=linear."
