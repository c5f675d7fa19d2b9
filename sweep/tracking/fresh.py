"""A SQLite store that is not there yet: made elsewhere, and put in its place whole.

MLflow makes its tables in many transactions. Two processes that open one fresh file together crash, and a process
killed meanwhile leaves a file that MLflow can never open again.
"""

import tempfile
from pathlib import Path

from sweep.outputs import write_atomically
from sweep.tracking.database_tables import engine_of


def make(file: Path) -> None:
    """An empty store at ``file``; where another process was quicker, its file stands."""
    from mlflow import MlflowClient

    with tempfile.TemporaryDirectory(prefix="sweep-") as folder:
        made = Path(folder) / "mlflow.db"
        engine = engine_of(MlflowClient(f"sqlite:///{made}"))
        assert engine is not None, "MLflow keeps SQLite files through SQLAlchemy"
        engine.dispose()
        write_atomically(file, made.read_bytes(), replace=False)
