"""The size that a plan is told to have is one that a real store keeps to."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sweep.data.sources import thermometer
from sweep.plan import size
from tests.conftest import Command, point


def test_a_store_grows_by_no_more_than_was_told_and_not_by_much_less(command: Command, ready_store: Path) -> None:
    """Points that do not diverge, so that every epoch is stored."""
    before = _bytes()
    assert command("scale=1e-3", "init.b=-17", "epochs=300", "lr=range(1e-3,41e-3,1e-3)").code == 0
    points = [point(lr=lr * 1e-3, scale=1e-3, epochs=300, data=thermometer().fingerprint) for lr in range(1, 41)]
    told = size.estimate(points, curve_points=1000)
    assert 0.4 * told < _bytes() - before < told


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (6000, "6.0 kB"), (999_400, "999 kB"), (999_600, "1.0 MB"), (3e18, "3000 PB")],
)
def test_sizes_are_told_in_two_digits(count: int, text: str) -> None:
    assert size.readable(count) == text


def _bytes() -> int:
    with closing(sqlite3.connect("outputs/mlflow.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = [Path("outputs/mlflow.db"), *Path("outputs/artifacts").rglob("*.parquet")]
    return sum(path.stat().st_size for path in kept)
