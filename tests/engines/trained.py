"""Points that an engine has trained, and the processes that are at work for it: for tests of engines."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sweep.engines.engine import Engine
from sweep.plan.plan import Plan
from sweep.settings.schema import Settings
from sweep.training.curve import Result
from tests.problem.posed import asked, planned
from tests.processes import children


def at_work() -> set[int]:
    """Processes that this one has started, but those that Ray keeps for whoever may come."""
    return {each for each in children(os.getpid()) if not is_spare(each)}


def is_spare(process: int) -> bool:
    """Whether Ray has started ``process``, and nobody is in it."""
    with suppress(OSError):
        command = Path(f"/proc/{process}/cmdline").read_bytes()
        return command.startswith(b"ray::IDLE") or b"default_worker.py" in command
    return True


def doing(does: str, mark: Path | None = None, **changes: Any) -> Settings:
    """A point of :class:`tests.engines.deadly.Net`."""
    own = {"mark": str(mark)} if mark else {}
    return asked({"_target_": "tests.engines.deadly.Net", "does": does, **own}, epochs=3, **changes)


def results(engine: Engine, posed: Plan, reverse: bool = False) -> dict[str, Result]:
    """By key; each point is there once."""
    points = posed.points[::-1] if reverse else posed.points
    chunks = [*filter(None, engine.run(points, posed.problems))]  # An empty one says that there is something to tell.
    found = {point.key: result for chunk in chunks for point, result in chunk}
    assert sum(map(len, chunks)) == len(found) == len(points)
    return found


def of_points(engine: Engine, points: Sequence[Settings]) -> list[Result]:
    """In the order of ``points``."""
    posed = planned(points)
    found = results(engine, posed)
    return [found[point.key] for point in posed.points]


def report(folder: Path) -> dict[str, bytes]:
    """The files of the only sweep in ``folder``, but for who trained it and when."""
    (sweep,) = (folder / "outputs").glob("sweep-*")
    return {path.name: path.read_bytes() for path in sweep.iterdir() if path.name != "provenance.json"}
