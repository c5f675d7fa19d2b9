"""Find the runs of points by their keys, at a cost that the runs of others do not change.

The run of a point carries a tag that is named by the start of its key (:func:`sweep.tracking.membership.key_tag`).
Runs of earlier releases do not: an experiment says in a tag of its own whether it has any, and then its keys are
compared as well.
"""

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING
from weakref import WeakSet

from sweep.tracking import answers, database_writer, membership
from sweep.tracking.patience import patiently
from sweep.tracking.search import PAGE, search, search_each
from sweep.tracking.store import Store
from sweep.tracking.writers import is_known_database

if TYPE_CHECKING:
    from mlflow.entities import Run

MARK = "mlflow.sweep.keys"
"""Experiment tag: :data:`ALL` where each run of a point carries the tag named by its key, :data:`SOME` where not."""

ALL, SOME = "all", "some"

_said = WeakSet[Store]()
"""Open experiments that have said :data:`ALL`, which they do not take back."""

KEYS_A_PAGE = 50
"""Keys that take a server as long to look for, one by one, as a page of runs takes it to send."""


def all_named(store: Store) -> bool:
    """Whether each run of a point in the experiment carries the tag that is named by its key."""
    return patiently(lambda: _mark(store), store.patience) == ALL


def name_all(store: Store) -> None:
    """Give the runs of earlier releases the tag too, in a database; in other stores say whether there are any."""
    mark = patiently(lambda: _mark(store), store.patience)
    if mark == ALL:
        return
    if is_known_database(store):
        patiently(lambda: database_writer.add_key_tags(store), store.patience)
        _set_mark(store, ALL)
    elif not mark:
        there = next(search(store, "tags.key != ''", page=1), None)
        # A run that another sweep has made meanwhile came after its mark.
        _set_mark(store, SOME if there and not all_named(store) else ALL)


def search_keys(store: Store, keys: Set[str]) -> Iterator["Run"]:
    """The active runs of points with these ``keys``, through MLflow's client; those of one point newest first."""
    found = _among_all(store, keys)
    if found is None:
        by_value = [] if all_named(store) else [f"tags.key = '{key}'" for key in sorted(keys)]
        conditions = by_value or [membership.of_point(key) for key in sorted(keys)]
        found = [run for run in search_each(store, conditions) if _is_of(run, keys)]
    yield from found


def _among_all(store: Store, keys: Set[str]) -> "list[Run] | None":
    """They, found by reading all runs of points; None where there are so many that asking by key is no slower."""
    most, found = len(keys) // KEYS_A_PAGE * PAGE, []
    if not most:
        return None
    for count, run in enumerate(search(store, "tags.kind = 'point'"), start=1):
        if count == most:
            return None
        if _is_of(run, keys):
            found.append(run)
    return found


def _is_of(run: "Run", keys: Set[str]) -> bool:
    return run.data.tags.get("kind") == "point" and run.data.tags.get("key") in keys


def _mark(store: Store) -> str:
    if store in _said:
        return ALL
    mark = str(answers.experiment(store.client.get_experiment(store.experiment_id)).tags.get(MARK, ""))
    if mark == ALL:
        _said.add(store)
    return mark


def _set_mark(store: Store, value: str) -> None:
    def mark() -> None:
        store.client.set_experiment_tag(store.experiment_id, MARK, value)
        if _mark(store) != value:
            raise ConnectionError("what was said of the experiment did not arrive")

    patiently(mark, store.patience)
