"""Look up what an experiment holds already of a plan: the newest attempt at each point, and which curves are whole."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sweep.errors import printable
from sweep.plan.plan import Plan
from sweep.tracking import by_key, membership, parts
from sweep.tracking.attempt import Attempt, CurveAddress
from sweep.tracking.database_reader import PointRun, point_runs
from sweep.tracking.database_tables import engine_of
from sweep.tracking.patience import patiently
from sweep.tracking.search import search
from sweep.tracking.store import Store
from sweep.tracking.writers import is_known_database
from sweep.training.curve import Failure

if TYPE_CHECKING:
    from mlflow.entities import Run


@dataclass(frozen=True)
class Known:
    """What a store holds of the points of a plan, by key.

    Parameters
    ----------
    newest : the newest attempt at each point that has one. A run that was deleted in MLflow is not known.
    readable : those of them that have a curve which can be read whole; what cannot counts as not done.
    """

    newest: Mapping[str, Attempt]
    readable: Mapping[str, Attempt]

    @property
    def standing(self) -> dict[str, Attempt]:
        """What stands until a newer attempt does: a readable curve; of a point that failed, its failure."""
        return {key: each for key, each in self.newest.items() if each.failure} | dict(self.readable)

    def damage(self) -> list[str]:
        """A line for each run and part that should hold a curve and does not."""
        lost = [each for key, each in self.newest.items() if key not in self.readable and each.failure is None]
        lost_in = Counter(
            f"{each.address.part} of run {each.address.run_id} is missing or damaged"
            if each.address
            else f"the tags of run {each.run_id} are not as sweep writes them"
            for each in lost
        )
        return [
            f"{printable(part)}: {count} point{'s' * (count > 1)} to be trained again"
            for part, count in lost_in.items()
        ]


def look(store: Store, plan: Plan) -> Known:
    """What ``store`` holds of the points of ``plan``."""
    newest = newest_attempts(store, plan)
    return Known(newest, _readable(store, newest, plan.longest))


def newest_attempts(store: Store, plan: Plan, *, members: bool = False) -> dict[str, Attempt]:
    """For each key of ``plan`` that the experiment knows: its newest attempt. A run deleted in MLflow is not known.

    Parameters
    ----------
    members : whether to look among the runs of this sweep alone.
    """
    keys = {point.key for point in plan.points}
    done: dict[str, list[PointRun]] = {}
    for run in members_of(store, plan.sweep_id) if members else _of_keys(store, keys):
        _, status, tags = run
        if tags.get("key") in keys and tags.get("kind") == "point" and status in ("FINISHED", "FAILED"):
            done.setdefault(tags["key"], []).append(run)
    attempts = ([_attempt(*run, known=len(each)) for run in each] for each in done.values())
    return dict(zip(done, (max(each, key=lambda attempt: attempt.number) for each in attempts), strict=True))


def members_of(store: Store, sweep_id: str) -> Iterable[PointRun]:
    """The runs of a sweep, in a database with the tags that tell an attempt and its outcome."""
    if patiently(lambda: is_known_database(store), store.patience):
        return _in_tables(store, tag=membership.tag(sweep_id))
    return _told(search(store, membership.condition(sweep_id)))


def _of_keys(store: Store, keys: Set[str]) -> Iterable[PointRun]:
    if patiently(lambda: is_known_database(store), store.patience):
        return _in_tables(store, keys=keys, named=by_key.all_named(store))
    return _told(by_key.search_keys(store, keys))


def _in_tables(store: Store, *, tag: str = "", keys: Set[str] = frozenset(), named: bool = True) -> list[PointRun]:
    engine = engine_of(store.client)
    assert engine is not None, "known to be a database"
    return patiently(lambda: point_runs(engine, store.experiment_id, tag, keys, named), store.patience)


def _told(runs: Iterable["Run"]) -> Iterator[PointRun]:
    for run in runs:
        yield run.info.run_id, run.info.status, run.data.tags


def failure_of(tags: Mapping[str, str]) -> Failure:
    """What stands on a failed run of the error."""
    return Failure(tags.get("error_kind", "unknown"), tags.get("error_message", ""))


def _attempt(run_id: str, status: str, tags: Mapping[str, str], known: int) -> Attempt:
    """The attempt that a run is; where its number was changed, as many as are known of its point."""
    attempt = Attempt(run_id, number_of(tags) or known, rerun=tags.get("rerun", ""))
    if status == "FAILED":
        return replace(attempt, failure=failure_of(tags))
    try:
        address = CurveAddress(tags["curve_run"], tags["curve_part"], int(tags["curve_row"]))
    except (KeyError, ValueError):
        return attempt
    return replace(attempt, address=address)


def number_of(tags: Mapping[str, str]) -> int:
    """A run's number among the attempts at its point; 0 where it is not as we write it."""
    text = tags.get("attempt", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _readable(store: Store, attempts: Mapping[str, Attempt], longest: int) -> dict[str, Attempt]:
    """Those of ``attempts`` whose address holds a curve of their key; the longest has as many epochs as ``longest``."""
    keys: dict[tuple[str, str], list[str]] = {}
    readable = {}
    for key, attempt in attempts.items():
        address = attempt.address
        if address is None:
            continue
        part = address.run_id, address.part
        if part not in keys:
            keys[part] = _keys(store, *part, longest)
        if keys[part][address.row : address.row + 1] == [key]:
            readable[key] = attempt
    return readable


def _keys(store: Store, run_id: str, part: str, longest: int) -> list[str]:
    """The keys in a part, row by row; none where it cannot be read whole."""
    try:
        decode = partial(parts.decode, part, longest=longest)
        return [key for key, _ in store.artifacts.read(run_id, part, decode, most=parts.most_bytes(longest))]
    except (OSError, ValueError, parts.DamagedPart):
        return []
