"""Sweeps that start together: real processes on one store that is not there yet."""

from pathlib import Path

from sweep.tracking import fresh
from tests.tracking.together import start_together


def test_sweeps_that_start_together_on_a_fresh_store_all_succeed_and_write_each_point_once(tmp_path: Path) -> None:
    start_together(tmp_path, uri=f"sqlite:///{tmp_path}/outputs/mlflow.db")


def test_a_store_that_another_process_made_meanwhile_stands(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    file.write_bytes(b"made by somebody else")
    fresh.make(file)
    assert file.read_bytes() == b"made by somebody else"
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]
