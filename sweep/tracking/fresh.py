"""A SQLite store that is not there yet: made elsewhere, and put in its place whole.

MLflow makes its tables in many transactions. Two processes that open one fresh file together crash, and a process
killed meanwhile leaves a file that MLflow can never open again.
"""

import tempfile
from pathlib import Path

from sweep.outputs import write_atomically
from sweep.tracking.location import ARTIFACTS, artifact_location, sqlite_uri


def make(file: Path) -> None:
    """An empty store at ``file``, an absolute path; where another process was quicker, its file stands."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with tempfile.TemporaryDirectory(prefix="sweep-") as folder:
        made = Path(folder) / "mlflow.db"
        # The root that MLflow would take, ./mlruns, is of the folder that the command happens to run in.
        root = artifact_location(file.parent / ARTIFACTS)
        SqlAlchemyStore(sqlite_uri(made), root).engine.dispose()  # type: ignore[no-untyped-call]
        write_atomically(file, made.read_bytes(), replace=False)
