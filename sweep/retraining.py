"""Train points of a store again: by the code that they name, where the command allows it, in tiles as they were in."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from sweep.models import session
from sweep.models.permitted import refuse_unless_allowed
from sweep.models.spec import parsed, targets
from sweep.plan import own_code
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.choice import again
from sweep.problem.problem import BATCH_TILE
from sweep.problem.task import Task
from sweep.training.compute import compute
from sweep.training.curve import Curve, Result
from sweep.training.execute import execute


def check_allowed(tasks: Sequence[Task], allowed: Collection[str]) -> None:
    """Raise :class:`sweep.errors.BadInput` where a model or a loss names code that is not ``allowed``."""
    named = (each for task in tasks for text in (task.model, task.loss) for each in targets(parsed(text)))
    found = tuple(dict.fromkeys(named))
    refuse_unless_allowed(found, allowed)
    session.refuse_absent(found)


def trained_again(plan: Plan, curves: Mapping[str, Curve]) -> Iterator[tuple[Point, Result]]:
    """The points of ``plan``, each with what it brings now.

    Parameters
    ----------
    curves : by key, what each has brought; it says of how many points a tile was.

    Raises
    ------
    BadInput : a model cannot be made, or cannot train, any more.
    """
    by_tiles: dict[tuple[int | None, ...], list[Point]] = defaultdict(list)
    for point in plan.points:
        by_tiles[tuple(curves[point.key].trained.get(name) for name in ("tile", BATCH_TILE))].append(point)
    for points in by_tiles.values():
        tasks, how = dict.fromkeys(point.task for point in points), curves[points[0].key].trained
        for chunk in execute(points, {task: again(plan.problems[task], how) for task in tasks}, compute):
            yield from chunk


def changed(plan: Plan) -> list[str]:
    """What of a user's own code is not what it was, a line each, naming models and losses."""
    found = [task for task in plan.tasks if own_code.has_changed(task)]
    named = dict.fromkeys(
        ", ".join(targets([parsed(task.model), parsed(task.loss)])) or f"problem={task.problem}" for task in found
    )
    return [f"The code of {each} is not what it was when the runs were trained." for each in named]
