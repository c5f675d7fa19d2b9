"""Ids of summary runs straight from MLflow's tables: of all runs, they alone have the tag ``sweep_id``."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Engine, and_, case, or_, select

from sweep.tracking.database_tables import TABLES


def ids(
    engine: Engine,
    experiment_id: str,
    *,
    sweep_id: str = "",
    begins: Sequence[str] = (),
    name: str = "",
    status: str = "",
    most: int | None = None,
) -> list[str]:
    """Runs in the experiment that are not deleted, those used last first; some of them may be no summaries any more.

    Parameters
    ----------
    sweep_id : of this sweep.
    begins, name : of sweeps whose id begins with one of these, as the database compares letters, or that have the name.
    status : in this one.
    most : that many of them.
    """
    runs, tags = TABLES["runs"].c, TABLES["tags"].c
    if name:
        by_id = [and_(tags.key == "sweep_id", tags.value.like(f"{each}%")) for each in begins]
        marked: ColumnElement[bool] = or_(and_(tags.key == "name", tags.value == name), *by_id)
    else:
        marked = and_(tags.key == "sweep_id", *[tags.value == sweep_id] * bool(sweep_id))
    used = case((runs.end_time > runs.start_time, runs.end_time), else_=runs.start_time)
    query = (
        select(runs.run_uuid)
        .join(TABLES["tags"], tags.run_uuid == runs.run_uuid)
        .where(marked, runs.experiment_id == int(experiment_id), runs.lifecycle_stage == "active")
        .where(*[runs.status == status] * bool(status))
        .order_by(used.desc(), runs.run_uuid)
        .limit(most)
    )
    with engine.connect() as connection:
        return list(dict.fromkeys(connection.execute(query).scalars()))
