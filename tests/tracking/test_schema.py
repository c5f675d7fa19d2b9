"""Stores of another MLflow: nothing that only reads changes their tables, and the message says which one to upgrade."""

import logging
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command as alembic_command
from alembic.config import Config
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from mlflow.db import commands
from mlflow.store.db.utils import _get_alembic_config
from mlflow.store.tracking.dbmodels.initial_models import Base
from sqlalchemy import create_engine

import sweep
from sweep.errors import BadInput
from tests.conftest import Command
from tests.tracking.stored import URI


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the tables of an MLflow of some releases ago, which lacks some of today's."""
    file = tmp_path_factory.mktemp("older") / "mlflow.db"
    engine = create_engine(f"sqlite:///{file}")
    config = _get_alembic_config(f"sqlite:///{file}")  # type: ignore[no-untyped-call]
    revisions = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic_command.upgrade(config, revisions[20])
    engine.dispose()
    return file


def placed(store: Path) -> Path:
    """A copy of ``store`` as ``outputs/mlflow.db``."""
    Path("outputs").mkdir()
    return Path(shutil.copyfile(store, "outputs/mlflow.db"))


def answers(command: Command) -> Iterator[str]:
    """What every command says of the store: it stops with code 1."""
    for module, words in (
        *(("sweep", ["epochs=2", "dry_run=true"]), ("sweep", ["epochs=2"]), ("sweep.report", [])),
        *(("sweep.replay", ["0" * 32]), ("sweep.ui", [])),
    ):
        said = command(*words, module=module)
        assert said.code == 1
        yield said.err
    with pytest.raises(BadInput) as refused:
        sweep.frame(uri=URI)
    yield f"sweep: {refused.value}\n"


def test_an_older_store_is_left_as_it_is_with_the_command_that_upgrades_it(command: Command, older: Path) -> None:
    file = placed(older)
    (said,) = set(answers(command))
    assert "its tables are of an older MLflow" in said
    assert file.read_bytes() == older.read_bytes()
    assert [path.name for path in Path("outputs").iterdir() if path.is_file()] == ["mlflow.db"]
    words = shlex.split(said.partition("then ")[2].partition(";")[0])
    assert words[:2] == ["mlflow", "db"]
    assert CliRunner().invoke(commands, words[2:]).exit_code == 0
    assert command("epochs=2").code == 0


def test_a_newer_store_asks_for_a_newer_mlflow(command: Command, empty_store: Path) -> None:
    file = placed(empty_store)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    before = file.read_bytes()
    (said,) = set(answers(command))
    assert "its tables are of a newer MLflow" in said
    assert "pip install --upgrade mlflow" in said
    assert "db upgrade" not in said
    assert file.read_bytes() == before


def test_what_only_reads_makes_no_tables(command: Command) -> None:
    placed(Path("/dev/null"))
    assert command("epochs=2", "dry_run=true").code == 0
    assert "nothing there yet" in command(module="sweep.report").err
    assert Path("outputs/mlflow.db").read_bytes() == b""


@pytest.mark.usefixtures("ready_store")
@pytest.mark.parametrize("uri", [URI, "postgresql://127.0.0.1:9/x"])
def test_packages_that_do_not_fit_are_named(command: Command, monkeypatch: pytest.MonkeyPatch, uri: str) -> None:
    def mismatch(*_: object, **__: object) -> None:
        raise ImportError("cannot import name 'Sentinel' from 'sqlalchemy'")

    monkeypatch.setattr("sweep.tracking.schema.create_engine", mismatch)
    said = command("epochs=2", f"tracking.uri={uri}")
    assert (said.code, "cannot import name 'Sentinel'" in said.err) == (1, True)
    assert all(f"{name} " in said.err for name in ("mlflow", "sqlalchemy", "alembic"))
    assert "check" not in said.err


def test_making_tables_is_silent_where_mlflow_sets_up_alembics_loggers(
    command: Command, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As MLflow's own migrations do in some releases."""
    upgrade = alembic_command.upgrade

    def loud(config: Config, *given: Any) -> None:
        handler = logging.StreamHandler(sys.__stderr__)
        logger = logging.getLogger("alembic")
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        logger.disabled = False
        try:
            logger.info("Running upgrade")
            upgrade(config, *given)
        finally:
            logger.removeHandler(handler)

    monkeypatch.setattr("alembic.command.upgrade", loud)
    assert command("epochs=2", "tracking.uri=sqlite:///other.db").code == 0
    assert "Running upgrade" not in capfd.readouterr().err
    assert logging.root.manager.disable == logging.NOTSET
