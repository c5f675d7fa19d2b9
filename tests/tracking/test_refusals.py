"""Refusals of a store: those that stay are told of at once with the way out, those that may pass are tried again."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos import databricks_pb2 as codes
from mlflow.store.tracking.dbmodels.models import SqlRun
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, OperationalError

from sweep.errors import StoreAway
from sweep.tracking import database_faults
from sweep.tracking.location import absolute
from sweep.tracking.patience import patiently
from tests.conftest import Command
from tests.tracking.stored import URI

HOUR = 3600.0


@pytest.mark.usefixtures("ready_store")
@pytest.mark.parametrize(
    ("location", "said", "step"),
    [
        ("mlflow-artifacts:", "only an MLflow server", "tracking.uri=http://"),
        ("mlflow-artifacts://host:5000/x", "only an MLflow server", "tracking.uri=http://"),
        ("s3://bucket/x", "No module named 'boto3'", "pip install boto3"),
        ("gs://bucket/x", "No module named", "pip install"),
        ("nonsense://bucket/x", "Could not find a registered artifact repository", "set up"),
        ("http://127.0.0.1:9/x", "cannot make it out", "tracking.experiment=NAME"),
        ("ftp://127.0.0.1:9/x", "Connection refused", "start what is away"),
        ("hdfs://host/x", "hdfs://host/x: ", "set up what MLflow needs"),
        ("outputs/mlflow.db/x", "sweep did not make this experiment", "tracking.experiment=NAME"),
    ],
)
def test_an_experiment_whose_artifacts_cannot_be_had_is_refused_and_nothing_is_stored(
    command: Command, location: str, said: str, step: str
) -> None:
    client = MlflowClient(absolute(URI))
    experiment = client.create_experiment("theirs", artifact_location=location)
    answer = command("epochs=5", "tracking.experiment=theirs", "tracking.patience=1")
    assert answer.code == 1
    assert said in answer.err
    assert step in answer.err.splitlines()[-1]
    assert "tracking.experiment=NAME" in answer.err
    assert client.search_runs([experiment]) == []


def _raised(uri: str, statement: str) -> DBAPIError:
    """What the driver raises for ``statement``."""
    with pytest.raises(DBAPIError) as caught, create_engine(uri).connect() as connection:
        connection.exec_driver_sql(statement)
    return caught.value


def _read_only(folder: Path) -> Exception:
    return _raised(f"sqlite:///file:{folder}/store.db?mode=ro&uri=true", "INSERT INTO there VALUES (1)")


def _no_database(folder: Path) -> Exception:
    (folder / "store.db").write_bytes(b"not a database at all" * 100)
    return _raised(f"sqlite:///{folder}/store.db", "SELECT * FROM there")


def _cut(folder: Path) -> Exception:
    with (folder / "store.db").open("r+b") as file:
        file.truncate(5000)
    return _raised(f"sqlite:///{folder}/store.db", "SELECT * FROM there")


def _no_table(folder: Path) -> Exception:
    return _raised(f"sqlite:///{folder}/store.db", "SELECT * FROM gone")


def _locked(folder: Path) -> Exception:
    with closing(sqlite3.connect(folder / "store.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        return _raised(f"sqlite:///{folder}/store.db?timeout=0", "INSERT INTO there VALUES (1)")


def _full(folder: Path) -> Exception:
    with create_engine(f"sqlite:///{folder}/store.db").connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        with pytest.raises(DBAPIError) as caught:
            connection.exec_driver_sql("INSERT INTO there VALUES (zeroblob(1000000))")
    return caught.value


def _by_mlflow(kind: Callable[[Path], Exception], folder: Path) -> Exception:
    """As MLflow's store passes it on."""
    try:
        raise MlflowException("the driver says no", codes.TEMPORARILY_UNAVAILABLE) from kind(folder)
    except MlflowException as error:
        return error


def _of_code(code: int, folder: Path) -> Exception:
    return MlflowException("no", code)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection, connection:
        connection.execute("CREATE TABLE there (value)")
        connection.executemany("INSERT INTO there VALUES (?)", [(number,) for number in range(5000)])
    return tmp_path


STAY: dict[Callable[[Path], Exception], str] = {
    _read_only: "make the database writable",
    _no_database: "integrity_check",
    _cut: "integrity_check",
    _no_table: "give the database back",
}
REFUSALS = (
    *("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "PERMISSION_DENIED", "CUSTOMER_UNAUTHORIZED"),
    *("INVALID_STATE", "FEATURE_DISABLED", "MALFORMED_REQUEST", "NOT_IMPLEMENTED", "QUOTA_EXCEEDED"),
)
PASSING = (
    *("TEMPORARILY_UNAVAILABLE", "INTERNAL_ERROR", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED"),
    *("RESOURCE_CONFLICT", "DEADLINE_EXCEEDED", "SERVICE_UNDER_MAINTENANCE"),
)


@pytest.mark.parametrize("wrapped", [False, True], ids=["driver", "mlflow"])
@pytest.mark.parametrize("kind", STAY)
def test_a_database_fault_that_stays_is_told_of_at_once_with_what_to_do(
    folder: Path, kind: Callable[[Path], Exception], wrapped: bool
) -> None:
    error = _by_mlflow(kind, folder) if wrapped else kind(folder)
    with pytest.raises(StoreAway) as caught:
        patiently(_raising([error]), HOUR)
    assert STAY[kind] in str(caught.value)


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ('FATAL:  database "nodb" does not exist', "create that database"),
        ("(1049, \"Unknown database 'nodb'\")", "create that database"),
        ('FATAL:  role "nobody" does not exist', "check user and password"),
        ("(1045, \"Access denied for user 'bob'@'h' (using password: YES)\")", "check user and password"),
        ("(1044, \"Access denied for user 'bob'@'h' to database 'x'\")", "let this user write"),
        ('relation "runs" does not exist', "give the database back"),
    ],
)
def test_a_name_that_a_database_does_not_know_is_told_from_a_table_that_it_lost(said: str, step: str) -> None:
    assert step in str(database_faults.cure(OperationalError("", {}, Exception(said))))


@pytest.mark.parametrize("wrapped", [False, True], ids=["row", "mlflow"])
def test_a_row_that_mlflow_cannot_read_is_told_of_at_once(folder: Path, wrapped: bool) -> None:
    row = SqlRun(run_uuid="a", experiment_id=1, user_id="b", status="FINISHED", lifecycle_stage="active")

    def read() -> None:
        try:
            row.to_mlflow_entity()  # type: ignore[no-untyped-call]
        except Exception as error:
            if not wrapped:
                raise
            raise MlflowException("start_time", codes.INTERNAL_ERROR) from error

    with pytest.raises(StoreAway, match=r"start_time(.*\n)*.*mend the row"):
        patiently(read, HOUR)


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_that_stays_is_told_of_at_once(folder: Path, code: str) -> None:
    with pytest.raises(StoreAway):
        patiently(_raising([MlflowException("no", codes.ErrorCode.Value(code))]), HOUR)


@pytest.mark.parametrize(
    "kind", [_locked, _full, *(partial(_of_code, codes.ErrorCode.Value(code)) for code in PASSING)]
)
def test_a_fault_that_may_pass_is_tried_again(folder: Path, kind: Callable[[Path], Exception]) -> None:
    assert patiently(_raising([kind(folder)]), HOUR) == "done"


def _raising(errors: list[Exception]) -> Callable[[], str]:
    """An action that raises each of ``errors`` in turn, and then is done."""

    def action() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    return action
