"""One point beside many runs of others: in SQLite and PostgreSQL, and through an MLflow server on either."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks import crowd, postgresql
from benchmarks.mlflow_server import serving
from benchmarks.process import measure, python
from benchmarks.progress import say
from benchmarks.tables import Section, table

COMMANDS = {
    "a new point": ("sweep", "lr=1e-3", "epochs=1"),
    "a point that is done": ("sweep", "lr=1e-2", "epochs=1"),
    "report": ("sweep.report",),
}

Place = Callable[[Path, ExitStack], tuple[str, str]]
"""By a folder, the URI of an empty database, and what a sweep is given: that, or the server on it."""


def section(counts: Sequence[int], folder: Path) -> Section:
    """Measure each command once beside each number of runs, from the fewest to the most."""
    rows = []
    for place, made in PLACES.items():
        if place.endswith("PostgreSQL") and not postgresql.initdb():
            say(f"crowded, {place}: none is installed")
            continue
        for count in counts:
            here = folder / place / str(count)
            with ExitStack() as stack:
                seconds = _measured(here, *made(here, stack), count)
            say(f"crowded, {place}, {count:,} runs: {', '.join(f'{each:.1f} s' for each in seconds)}")
            rows.append([f"{place}, {count:,} runs", *(f"{each:.3g} s" for each in seconds)])
            shutil.rmtree(here)
    return Section("## One point beside runs of others, whole processes\n\n" + table(["", *COMMANDS], rows))


def _measured(folder: Path, database: str, uri: str, count: int) -> list[float]:
    """Seconds of each command, once the store has ``count`` runs of others."""
    words, home = f"tracking.uri={uri}", {"XDG_DATA_HOME": str(folder / "home")}
    measure(python("-m", *COMMANDS["a point that is done"], words), folder, **home)
    engine = create_engine(database)
    crowd.add(engine, count)
    engine.dispose()
    return [measure(python("-m", *each, words), folder, **home).seconds for each in COMMANDS.values()]


def _sqlite(folder: Path, stack: ExitStack) -> tuple[str, str]:
    uri = f"sqlite:///{folder}/store/mlflow.db"
    return uri, uri


def _postgresql(folder: Path, stack: ExitStack) -> tuple[str, str]:
    uri = stack.enter_context(postgresql.running_postgresql()).empty_database()
    return uri, uri


def _behind_server(made: Place) -> Place:
    def behind(folder: Path, stack: ExitStack) -> tuple[str, str]:
        for each in ("store", "server"):
            (folder / each).mkdir(parents=True)
        database, _ = made(folder, stack)
        return database, stack.enter_context(serving(folder / "server", database))

    return behind


PLACES: dict[str, Place] = {
    "SQLite": _sqlite,
    "server on SQLite": _behind_server(_sqlite),
    "PostgreSQL": _postgresql,
    "server on PostgreSQL": _behind_server(_postgresql),
}
