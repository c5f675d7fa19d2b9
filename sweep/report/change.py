"""How much a setting changes what runs find, as a number."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from sweep.plan.point import Value
from sweep.report.judged_runs import Run

Cells = Mapping[str, Value]
"""The settings of a run, as of :meth:`sweep.plan.plan.Plan.cells`."""


def change(name: str, varying: Sequence[str], runs: Sequence[Run], cells: Sequence[Cells]) -> Fraction:
    """How much the setting ``name`` changes the outcome: how likely another value of it, alone, brings another outcome.

    Of the runs that differ from a run in ``name`` alone, the part with another outcome, averaged over all runs that
    have an outcome; 0 for a run that no other differs from in ``name`` alone. From 0 to 1, exact.

    Notes
    -----
    Each pair of such runs counts, whether their values are next to one another or not: values of text have no order,
    and so a finer grid does not make a setting change less.

    References
    ----------
    Saltelli et al.: Variance based sensitivity analysis of model output, Comput. Phys. Commun. 181, 2010: the total
    effect in Jansen's form, of the indicator of each outcome, summed.
    """
    others = [each for each in varying if each != name]
    lines: dict[tuple[Value, ...], Counter[str]] = defaultdict(Counter)
    for run, values in zip(runs, cells, strict=True):
        if run.verdict:
            lines[tuple(values[each] for each in others)][run.state] += 1
    differing = Fraction()
    for counts in lines.values():
        if (size := counts.total()) > 1:
            differing += Fraction(size * size - sum(count * count for count in counts.values()), size - 1)
    return differing / max(1, sum(counts.total() for counts in lines.values()))
