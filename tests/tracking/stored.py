"""What tests share that look into a store after a sweep: where it is, its runs, and settings of one point."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Run

from sweep.settings.schema import (
    DType,
    Gradient,
    Init,
    OutcomeRule,
    Posed,
    ProblemKind,
    Settings,
    Start,
    Tracking,
    Training,
)
from sweep.tracking.location import absolute
from sweep.tracking.store import Store, open_store
from tests.conftest import CONSTANT, PLAIN
from tests.problem.made import data as data_of

URI = "sqlite:///outputs/mlflow.db"
FOUR = ("lr=1e-2,1e-4", "scale=1,0.1", "epochs=50")


def opened(uri: str = URI, experiment: str = "sweep") -> Store:
    """The store, which is there."""
    store = open_store(Tracking(uri, experiment, 1000, {}, 60.0), create=False)
    assert store is not None
    return store


def runs(kind: str = "point", experiment: str = "sweep", uri: str = URI) -> list[Run]:
    """The runs of a kind, as MLflow's own client finds them."""
    client = MlflowClient(absolute(uri))
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    return list(client.search_runs([found.experiment_id], f"tags.kind = '{kind}'"))


def settings(uri: str = URI, **changes: Any) -> Settings:
    """The reference's good run, five epochs of it, with ``changes``."""
    kept = {"lr": 1e-2, "scale": 0.1, "epochs": 5, **changes}
    return Settings(
        **kept, problem=Posed(ProblemKind.line, {}, "mse", 1.0, None, {}), batch_size=None, optimizer=PLAIN,
        schedule=CONSTANT, start=Start.given, seed=0,
        init=Init(1.0, 0.0), gradient=Gradient.analytic, delta=0.1, dtype=DType.float32, device="cpu",
        data=data_of(), outcome=OutcomeRule(0.001, True, False), training=Training(None), rerun=False, dry_run=False,
        name=None, tracking=Tracking(uri, "sweep", 1000, {}, 60.0), grid={},
    )  # fmt: skip


def rename(table: str, name: str) -> None:
    """Call a table of the store by another name: then it does not work."""
    with closing(sqlite3.connect("outputs/mlflow.db")) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def page() -> bytes:
    """The page of the only sweep below ``outputs/``."""
    (path,) = Path("outputs").glob("sweep-*/report.html")
    return path.read_bytes()
