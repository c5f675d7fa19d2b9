"""Find what an experiment holds already: runs by a condition, and the newest attempt at each point of a plan."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from sweep.curve import Failure
from sweep.errors import printable
from sweep.plan import Plan
from sweep.tracking import parts
from sweep.tracking.attempt import Attempt, Place
from sweep.tracking.database_reader import point_runs
from sweep.tracking.database_tables import difference, engine_of
from sweep.tracking.patience import patiently
from sweep.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.store.entities.paged_list import PagedList

PAGE = 1000


def search(store: Store, condition: str) -> Iterator["Run"]:
    """Active runs of the experiment that meet ``condition``, newest first."""
    token: str | None = None
    while True:
        page = patiently(partial(_page, store, condition, token), store.patience)
        yield from page
        token = page.token
        if not token:
            return


def _page(store: Store, condition: str, token: str | None) -> "PagedList[Run]":
    return store.client.search_runs([store.experiment_id], condition, max_results=PAGE, page_token=token)


def newest_attempts(store: Store, plan: Plan) -> dict[str, Attempt]:
    """For each key of ``plan`` that the experiment knows: its newest attempt. A run deleted in MLflow is not known."""
    wanted = {point.key for point in plan.points}
    engine = engine_of(store.client)
    runs = point_runs(engine, store.experiment_id) if engine and not difference(engine) else _point_runs(store)
    done: dict[str, list[tuple[str, str, Mapping[str, str]]]] = {}
    for run in runs:
        _, status, tags = run
        if tags.get("key") in wanted and status in ("FINISHED", "FAILED"):
            done.setdefault(tags["key"], []).append(run)
    attempts = ([_attempt(*run, known=len(found)) for run in found] for found in done.values())
    return dict(zip(done, (max(each, key=lambda attempt: attempt.number) for each in attempts), strict=True))


def _point_runs(store: Store) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for run in search(store, "tags.kind = 'point'"):
        yield run.info.run_id, run.info.status, run.data.tags


def _attempt(run_id: str, status: str, tags: Mapping[str, str], known: int) -> Attempt:
    """The attempt that a run is; where its number was changed, as many as are known of its point."""
    number = number_of(tags) or known
    if status == "FAILED":
        return Attempt(
            run_id, number, failure=Failure(tags.get("error_kind", "unknown"), tags.get("error_message", ""))
        )
    try:
        return Attempt(run_id, number, Place(tags["curve_run"], tags["curve_part"], int(tags["curve_row"])))
    except (KeyError, ValueError):
        return Attempt(run_id, number)


def number_of(tags: Mapping[str, str]) -> int:
    """A run's number among the attempts at its point; 0 where it is not as we write it."""
    text = tags.get("attempt", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def readable(store: Store, attempts: Mapping[str, Attempt]) -> dict[str, Attempt]:
    """Those of ``attempts`` that have a curve which can be read whole; what cannot counts as not done."""
    keys: dict[tuple[str, str], list[str]] = {}
    whole = {}
    for key, attempt in attempts.items():
        place = attempt.place
        if place is None:
            continue
        part = place.run_id, place.part
        if part not in keys:
            keys[part] = _keys(store, *part)
        if keys[part][place.row : place.row + 1] == [key]:
            whole[key] = attempt
    return whole


def _keys(store: Store, run_id: str, part: str) -> list[str]:
    """The keys in a part, row by row; none where it cannot be read whole."""
    try:
        return [key for key, _ in parts.decode(part, store.artifacts.get(run_id, part))]
    except (OSError, ValueError, parts.DamagedPart):
        return []


def damaged(attempts: Mapping[str, Attempt], whole: Collection[str]) -> list[str]:
    """A line for each run and part that should hold a curve of ``attempts`` whose key is not among ``whole``."""
    lost = [attempt for key, attempt in attempts.items() if key not in whole and attempt.failure is None]
    what = Counter(
        f"{each.place.part} of run {each.place.run_id} is missing or damaged"
        if each.place
        else f"the tags of run {each.run_id} are not as sweep writes them"
        for each in lost
    )
    return [
        f"{printable(words)}: {count} point{'s' * (count > 1)} to be trained again" for words, count in what.items()
    ]
