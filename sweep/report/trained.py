"""How models were trained: what was saved, which were trained one by one, and whose bits are not promised."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sweep.plan.plan import Plan
from sweep.plan.remarks import of_models
from sweep.problem.problem import BATCH_TILE
from sweep.report.judged_runs import Run
from sweep.training.curve import Curve
from sweep.verdict.sentences import plural

MOST_NAMED = 10
"""Runs that are named."""


def lines(plan: Plan, runs: Sequence[Run]) -> list[str]:
    """A sentence each; none where nothing is a model."""
    curves = [run.curve for run in runs if run.curve and run.curve.trained]
    return [*_together(curves), *of_models(plan), *_saved(curves), *_not_promised(runs)]


def _together(curves: Sequence[Curve]) -> Iterator[str]:
    sizes = Counter(curve.trained.get(BATCH_TILE, curve.trained["tile"]) for curve in curves)
    for size, count in sorted(sizes.items(), reverse=True):
        how = f"in tiles of {size:,}" if size > 1 else "one by one"
        yield f"{plural(count, 'run')} {'was' if count == 1 else 'were'} trained {how}."


def _saved(curves: Sequence[Curve]) -> Iterator[str]:
    still = [len(curve.losses) - curve.trained["still"] for curve in curves]
    if saved := sum(still):
        total, runs = sum(len(curve.losses) for curve in curves), sum(map(bool, still))
        yield (
            f"{saved:,} of {plural(total, 'epoch')} were filled in: in {plural(runs, 'run')} "
            "no update changed anything any more, or all was nan."
        )


def is_promised(run: Run) -> bool:
    """Whether its bits are the same in any company, as far as is known."""
    return not (run.curve and run.curve.trained.get("promised") == 0)


def _not_promised(runs: Sequence[Run]) -> Iterator[str]:
    settings = [run.setting for run in runs if not is_promised(run)]
    if settings:
        more = f"; and {len(settings) - MOST_NAMED:,} more" if len(settings) > MOST_NAMED else ""
        yield (
            f"The last bits of {plural(len(settings), 'run')} may depend on what they were trained beside: tried on "
            f"the machine that trained them, a tile of their model had others in another order. "
            f"{'; '.join(settings[:MOST_NAMED])}{more}."
        )
