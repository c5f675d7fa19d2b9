"""Does a store hold what it should? ``python -m benchmarks.stored FILE FIRST_STEP THINNED lr=… scale=… epochs=…``.

Every run's (step, loss) points, to the bit in float32, and the finite ones of its final w and b, must be those of
:func:`benchmarks.arithmetic.train_batched`. A program of its own, because the one that times must stay small: on Linux
a child's peak memory is never below its parent's.
"""

import math
import sqlite3
import struct
import sys
from itertools import takewhile
from pathlib import Path

from benchmarks import grid as grids
from benchmarks.grid import Grid


class Different(Exception):
    """A store that holds something else than it should."""


def check(file: Path, grid: Grid, first_step: int = 0, thinned: bool = False) -> None:
    """Compare the runs in ``file`` with ``grid``.

    Parameters
    ----------
    first_step : the step of the loss before the first update.
    thinned : whether a curve may lack points between its first and its last.

    Raises
    ------
    Different : naming the first point that differs.
    """
    from benchmarks.arithmetic import train_batched

    connection = sqlite3.connect(file)
    runs = _runs(connection)
    if len(runs) != len(grid.points):
        raise Different(f"{len(runs)} runs, but the grid has {len(grid.points)} points")
    losses, params = train_batched(grid)
    for (lr, scale), expected, (w, b) in zip(grid.points, losses, params.tolist(), strict=True):
        where = f"lr={lr} scale={scale} epochs={grid.epochs}"
        run = runs.get((lr, scale, grid.epochs))
        if run is None:
            raise Different(f"{where}: no such run")
        wanted = dict(enumerate(takewhile(math.isfinite, expected.tolist()), first_step))
        _check_curve(where, wanted, _curve(connection, run), thinned)
        finals = {name: value for name, value in (("w", w), ("b", b)) if math.isfinite(value)}
        found = dict(connection.execute("SELECT key, value FROM latest_metrics WHERE run_uuid = ?", [run]))
        for name, value in finals.items():
            if found.get(name) is None or _float32(found[name]) != value:
                raise Different(f"{where}: {name} is {found.get(name)}, should be {value}")
    connection.close()


def _check_curve(where: str, wanted: dict[int, float], found: dict[int, float], thinned: bool) -> None:
    if thinned and {min(wanted), max(wanted)} <= set(found) <= set(wanted):
        wanted = {step: wanted[step] for step in found}
    if set(found) != set(wanted):
        odd = min(set(found) ^ set(wanted))
        raise Different(f"{where}: {len(found)} loss points, should be {len(wanted)}; the first that differs: {odd}")
    for step, value in wanted.items():
        if _float32(found[step]) != value:
            raise Different(f"{where}: the loss at step {step} is {found[step]}, should be {value}")


def _runs(connection: sqlite3.Connection) -> dict[tuple[float, float, int], str]:
    """The finished runs that have the three parameters."""
    rows = connection.execute(
        "SELECT lr.value, scale.value, epochs.value, run_uuid FROM runs"
        " JOIN params lr USING (run_uuid) JOIN params scale USING (run_uuid) JOIN params epochs USING (run_uuid)"
        " WHERE lr.key = 'lr' AND scale.key = 'scale' AND epochs.key = 'epochs' AND status = 'FINISHED'"
    )
    return {(float(lr), float(scale), int(epochs)): run for lr, scale, epochs, run in rows}


def _curve(connection: sqlite3.Connection, run: str) -> dict[int, float]:
    # With the + SQLite cannot take the index on the key, which passes over every run.
    return dict(connection.execute("SELECT step, value FROM metrics WHERE run_uuid = ? AND +key = 'loss'", [run]))


def _float32(value: float) -> float:
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded


if __name__ == "__main__":
    file, first, thin, *rest = sys.argv[1:]
    try:
        check(Path(file), grids.read(rest), int(first), thin == "thinned")
    except Different as difference:
        sys.exit(f"{file}: {difference}")
