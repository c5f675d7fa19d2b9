"""What MLflow calls the runs of a sweep: the settings that tell each from the others, those that vary first."""

from collections import Counter
from collections.abc import Mapping
from functools import partial

from sqlalchemy import Engine, bindparam, select, update

from sweep.models.spec import TARGET
from sweep.plan.labels import BRIEF
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.schema import is_argument
from sweep.tracking import membership
from sweep.tracking.database_tables import TABLES, engine_of
from sweep.tracking.patience import patiently
from sweep.tracking.search import search
from sweep.tracking.store import Store
from sweep.tracking.writers import is_known_database

LIMIT = 250
"""Characters of a run's name in MLflow's tables."""

RUNS = 1_000
"""Runs that are renamed in a transaction, at most."""


def named(plan: Plan, point: Point) -> str:
    """What MLflow calls the run of ``point``: its pages have room for some 30 characters, or 15.

    Of the settings that tables show, those that vary stand first, the seed last of these, floats have four digits or as
    many as tell them apart, and arguments stand without their group, where no other setting is called so.
    """
    values = plan.brief_cells(point)
    order = sorted(plan.shown, key=lambda name: 2 if name not in plan.varying else name == "seed")
    told = [name for name in order if values[name]]
    brief = {name: _brief(name) for name in plan.shown}
    twice = Counter([*brief.values(), *plan.shown])
    short = {name: each if twice[each] == 1 or each == name else name for name, each in brief.items()}
    text = " ".join(f"{short[name]}={values[name]}" for name in told) or plan.setting(point)
    return text[:LIMIT]


def _brief(name: str) -> str:
    if name.endswith(TARGET):
        return name
    if is_argument(name):
        return name.split(".", 2)[-1]
    return name.removeprefix("optimizer.").removeprefix("schedule.")


def rename(store: Store, sweep_id: str, names: Mapping[str, str]) -> None:
    """Give runs, by their ids, the ``names`` they have in a sweep of which they are members already.

    A name that says all that and more stays, and so does one that somebody else gave.
    """
    engine = engine_of(store.client)
    if engine and is_known_database(store):
        ids = list(names)
        for start in range(0, len(ids), RUNS):
            some = {run_id: names[run_id] for run_id in ids[start : start + RUNS]}
            patiently(partial(_in_database, engine, some), store.patience)
        return
    for run in search(store, membership.condition(sweep_id)) if names else ():
        name = names.get(run.info.run_id)
        if name and _lacks(run.info.run_name, name):
            patiently(partial(store.client.update_run, run.info.run_id, name=name), store.patience)


def _lacks(old: str, new: str) -> bool:
    """Whether ``old`` is a name of ours, which has each lr, scale and epochs of ``new``, without all that that says."""
    before, after = ({_rounded(part) for part in name.split(" ")} for name in (old, new))
    own = {part for part in after if part.startswith(("lr=", "scale=", "epochs="))}
    is_ours = own <= before if own else all("=" in part for part in before)
    return is_ours and not after <= before


def _rounded(part: str) -> str:
    """A setting in a name, as short as names have it: another sweep, or release, may have given it more digits."""
    name, _, value = part.partition("=")
    try:
        return f"{name}={float(value):.{BRIEF}g}"
    except ValueError:
        return part


def _in_database(engine: Engine, names: Mapping[str, str]) -> None:
    runs, tags = TABLES["runs"], TABLES["tags"]
    with engine.connect() as connection:
        query = select(runs.c.run_uuid, runs.c.name).where(runs.c.run_uuid.in_(names))
        there = {run_id: name or "" for run_id, name in connection.execute(query)}
    changed = [{"id": run_id, "new": names[run_id]} for run_id, old in there.items() if _lacks(old, names[run_id])]
    if changed:
        own_tag = (tags.c.run_uuid == bindparam("id")) & (tags.c.key == "mlflow.runName")
        with engine.begin() as connection:
            connection.execute(
                update(runs).where(runs.c.run_uuid == bindparam("id")).values(name=bindparam("new")), changed
            )
            connection.execute(update(tags).where(own_tag).values(value=bindparam("new")), changed)
