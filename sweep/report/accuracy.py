"""Of classes, how often the best run has the right one, and which it takes for which."""

from collections.abc import Iterator

from sweep.plan.plan import Plan
from sweep.problem.confusion import Confusion
from sweep.report.blocks import MOST_ROWS, Block, Table, Text
from sweep.report.findings import Findings
from sweep.report.fit import MOST_FITS, fitted
from sweep.verdict.sentences import plural

MOST_CLASSES = 12
"""Classes of a table with a column for each; of more, the mistakes are listed."""


def classes(plan: Plan, findings: Findings) -> list[Block]:
    """For each task with classes, its best run's accuracy and confusions."""
    blocks: list[Block] = []
    for task in plan.tasks[:MOST_FITS]:
        best = fitted(findings.best.get(task))
        for each in plan.problems[task].confusion(best) if best else ():
            blocks += _of_samples(plan.label(task), each)
    return blocks


def _of_samples(label: str, found: Confusion) -> Iterator[Block]:
    total = int(found.counts.sum())
    told = f"{label}: {found.right:,} of {plural(total, 'sample')} {found.samples.removeprefix('samples ')}"
    caption = f"{told} have their own class as the likeliest, {found.right / total:.4g}"
    if len(found.classes) <= MOST_CLASSES:
        header = ["class", *(f"taken for {name}" for name in found.classes)]
        rows = [[name, *map(str, row)] for name, row in zip(found.classes, found.counts.tolist(), strict=True)]
        yield Table(caption, header, rows)
    elif mistakes := found.mistakes:
        rows = [[one, other, f"{count:,}"] for one, other, count in mistakes[:MOST_ROWS]]
        yield Table(f"{caption}; the most frequent mistakes", ["class", "taken for", "samples"], rows)
    else:
        yield Text(f"{caption}.")
