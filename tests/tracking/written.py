"""What tests of the writers share: runs of every kind to write, empty stores, and a look into their tables."""

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from sweep.data.readings import Readings
from sweep.plan.point import Point
from sweep.settings.schema import DType, Tracking
from sweep.tracking.attempt import CurveAddress
from sweep.tracking.run_content import PointRun, RunContent, of_failed, of_trained
from sweep.tracking.store import Store, open_store
from sweep.training.curve import Curve, Failure
from sweep.verdict.judge import judge
from tests.conftest import SEED, lines
from tests.problem.made import readings

DATA = [
    readings((0.0, 1.0, 2.0), (1.0, 2.0, last), name, source="made up")
    for name, last in (("first", 4.0), ("second", 5.0))
]
READINGS = {data.fingerprint: data for data in DATA}
PROBLEMS = lines(*DATA)
LIMIT = 20


def point(lr: float, data: Readings = DATA[0], epochs: int = 5) -> Point:
    """A point with this lr."""
    return replace(SEED, lr=lr, epochs=epochs, dtype=DType.float64, data=data.fingerprint)


def content_of(point: Point, losses: Sequence[float] | None, attempt: int = 1) -> RunContent:
    """What stands on the run of a point with these losses, or of one whose training raised."""
    tags = {"kind": "point", "key": point.key, "attempt": str(attempt), "in_sweep.one": "true", "team": "blue µ"}
    run = PointRun(f"lr={point.lr} attempt={attempt}", point, PROBLEMS[point.task], tags)
    if losses is None:
        return of_failed(run, Failure("ValueError", "it's “bad”", "Traceback …\nValueError: it's “bad”\n"))
    curve = Curve(np.array(losses), (1.0, losses[-1]), losses[-1], False)
    verdict = judge(curve, point, PROBLEMS[point.task], 1e-3)
    return of_trained(run, curve, verdict, CurveAddress("a" * 32, "curves/part.parquet", 0), LIMIT)


EVERY_KIND = [
    content_of(point(0.1), [5.0, 4.0, 3.0, 2.0, 0.041]),
    content_of(point(0.2), [5.0, 50.0, np.inf, np.nan, np.nan]),
    content_of(point(0.3), [np.nan] * 5),
    content_of(point(0.4), None),
    content_of(point(0.5, epochs=500), np.geomspace(9.0, 1e-9, 500).tolist()),
    content_of(point(0.6, DATA[1]), [5.0, 4.0, 0.0, -0.0, 0.0]),
]

LEFT = {
    "traceback.txt": b"Traceback\n",
    "output.txt": "µ\n".encode(),
    "files/model.bin": b"\0\xff",
    "files/a folder/é 日.txt": b"",
    "files/.hidden!$&'()+,-;=@[]^_`{}~ .txt": b"1",
}
LEAVING = replace(EVERY_KIND[3], files=LEFT)
"""What a run leaves beside its numbers, and one that failed with all of it."""


def opened(uri: str, experiment: str = "sweep") -> Store:
    """The store, made where it is not there."""
    store = open_store(Tracking(uri, experiment, LIMIT, {}, 60.0))
    assert store is not None
    return store


@lru_cache(maxsize=1)
def _fresh_database() -> bytes:
    """MLflow takes a second to make its tables: once is enough."""
    with tempfile.TemporaryDirectory() as folder:
        uri = f"sqlite:///{folder}/mlflow.db"
        opened(uri)
        with closing(sqlite3.connect(f"{folder}/mlflow.db")) as connection:
            connection.execute("DELETE FROM experiment_tags")
            connection.execute("DELETE FROM experiments")
            connection.commit()
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        return Path(folder, "mlflow.db").read_bytes()


def a_store(folder: Path, name: str) -> Store:
    """A SQLite store in a folder of its own, with nothing in it."""
    (folder / name).mkdir()
    (folder / name / "mlflow.db").write_bytes(_fresh_database())
    return opened(f"sqlite:///{folder / name}/mlflow.db")


def nothing() -> None:
    """What a writer calls once a run, where nobody counts."""


def query(store: Store, text: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the store's database."""
    with closing(sqlite3.connect(store.uri.removeprefix("sqlite:///"))) as connection:
        return connection.execute(text, values).fetchall()
