"""Which MLflow a database's tables are of, asked before MLflow opens it: it would make or change them unasked.

It is asked in one connection, once: MLflow itself tries ten times to connect, for 100 s, however long one may wait.
"""

import re
import shlex
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, inspect, text

from sweep.errors import BadInput
from sweep.redaction import masked
from sweep.tracking.engines import patient

DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
"""Kinds of databases that MLflow keeps runs in."""


def is_database(uri: str) -> bool:
    """Whether ``uri`` names a database that MLflow keeps runs in."""
    return re.split(r"[+:]", uri)[0] in DATABASES


def has_tables(uri: str, shown: str, patience: float) -> bool:
    """Whether the database ``uri`` has MLflow's tables.

    Parameters
    ----------
    shown : how a message names the store.
    patience : seconds to wait for a lock or a silent address, as far as the driver knows how to.

    Raises
    ------
    BadInput : they are of an older or a newer MLflow than the one installed here.
    DBAPIError, ImportError : it does not answer; its driver is not installed.
    """
    import mlflow

    found = _revisions_in(uri, patience)
    if found is None:
        return False
    heads, known = _revisions_of_mlflow()
    if found == heads:
        return True
    here = f"MLflow {mlflow.__version__}, which is installed here"
    if found <= known:
        upgrade = f"mlflow db upgrade {shlex.quote(masked(uri))}"
        raise BadInput(
            f"{shown}: its tables are of an older MLflow than {here}, and would have to be changed",
            f"a store with the tables of {here}",
            f"make a copy of it, then {upgrade}; or name another store",
        )
    raise BadInput(
        f"{shown}: its tables are of a newer MLflow than {here}",
        f"a store with the tables of {here}",
        "pip install --upgrade mlflow, or name another store",
    )


def engine(uri: str, patience: float) -> Engine:
    """To connect to the database ``uri`` once; what is silent is given up as :func:`has_tables` says."""
    return create_engine(patient(uri, patience), poolclass=NullPool)


def _revisions_in(uri: str, patience: float) -> set[str] | None:
    """What a database says of its tables; None where it has none of MLflow's, or they are still to be made whole."""
    with engine(uri, patience).connect() as connection:
        names = set(inspect(connection).get_table_names())
        versions = text("SELECT version_num FROM alembic_version")
        found = set(connection.execute(versions).scalars()) if "alembic_version" in names else set()
        if found or "experiments" not in names:
            return found or None
        # Every MLflow has an experiment from the start: without, the first tables are there, and their maker is gone.
        return found if connection.execute(text("SELECT 1 FROM experiments")).first() else None


@cache
def _revisions_of_mlflow() -> tuple[set[str], set[str]]:
    """The newest revisions of tables that the MLflow installed here knows, and all of them.

    Asked once a process: each is a file of code, which is run to be read.
    """
    import mlflow
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(mlflow.__file__).parent / "store" / "db_migrations"))
    return set(scripts.get_heads()), {each.revision for each in scripts.walk_revisions()}
