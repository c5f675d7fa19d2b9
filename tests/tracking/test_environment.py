"""MLflow's environment variables: whatever they say, what a sweep writes is checked, and its output is its own."""

import os
import subprocess
import sys

import pytest

from sweep import tracking
from tests.conftest import Command
from tests.tracking.stored import runs

HOSTILE = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "-1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1000",
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": "none",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "true",
    "MLFLOW_TRUNCATE_LONG_VALUES": "false",
    "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "true",
    "MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH": "1",
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "AssertionPool",
    "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": "many",
    "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": "-5",
    "MLFLOW_SQLALCHEMYSTORE_ECHO": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "false",
}


def test_each_variable_that_would_change_what_we_rely_on_is_ours_to_say(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tracking.DECIDED.keys() == HOSTILE.keys()
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    tracking.prepare()
    said = command("lr=1e-2,1e-3", "epochs=5")
    assert (said.code, said.err, "SELECT" in said.out) == (0, "", False)
    assert [sorted(run.data.metrics)[:2] for run in runs()] == [["b", "final_loss"]] * 2


def test_a_callers_variables_are_left_as_they_were(command: Command) -> None:
    command("epochs=5")
    code = (
        "import os\n"
        "before = dict(os.environ)\n"
        "import sweep\n"
        "for name in dir(sweep): getattr(sweep, name)\n"
        "print(os.environ == before, len(sweep.frame().runs))\n"
        "print(set(os.environ.items()) ^ set(before.items()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | HOSTILE, capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.stdout) == ("", "True 1\nset()\n")


@pytest.mark.usefixtures("ready_store")
def test_workspaces_that_a_store_does_not_have_are_blamed_on_their_variables(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ENABLE_WORKSPACES", "true")
    said = command("epochs=5", "tracking.patience=0")
    assert said.code == 1
    assert "next:    correct MLFLOW_WORKSPACE or MLFLOW_ENABLE_WORKSPACES, or unset it" in said.err


def test_a_package_that_a_variable_asks_for_is_said_to_be_missing(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_AWS_SIGV4", "true")
    said = command("epochs=5", "tracking.uri=http://127.0.0.1:9", "tracking.patience=0")
    assert (said.code, "next:    pip install what is missing" in said.err) == (1, True)


def test_a_proxy_that_does_not_answer_is_told_from_a_server_that_does_not(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    said = command("epochs=5", "tracking.uri=http://localhost:1", "tracking.patience=0")
    assert said.code == 1
    assert "cannot be used: by its proxy: Connection refused" in said.err
    assert "next:    check HTTP_PROXY and HTTPS_PROXY, or name the host in NO_PROXY" in said.err


@pytest.mark.parametrize(
    ("name", "value"), [("MLFLOW_HTTP_REQUEST_TIMEOUT", "soon"), ("MLFLOW_TRACKING_INSECURE_TLS", "maybe")]
)
def test_a_variable_that_mlflow_cannot_read_is_blamed_itself(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    said = command("epochs=5", "tracking.uri=http://127.0.0.1:9", "tracking.patience=0")
    assert said.code == 1
    assert f"next:    correct {name}, or unset it" in said.err
