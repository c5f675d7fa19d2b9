"""Find what an experiment holds already: runs by a condition, and the newest attempt at each point of a plan."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from sweep.curve import Failure
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
    newest: dict[str, Attempt] = {}
    for run_id, status, tags in runs:
        key = tags.get("key", "")
        attempt = _attempt(run_id, status, tags) if key in wanted else None
        if attempt and (key not in newest or newest[key].number < attempt.number):
            newest[key] = attempt
    return newest


def _point_runs(store: Store) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for run in search(store, "tags.kind = 'point'"):
        yield run.info.run_id, run.info.status, run.data.tags


def _attempt(run_id: str, status: str, tags: Mapping[str, str]) -> Attempt | None:
    """None where the run is not done, or has not the tags that we write: somebody has changed it."""
    try:
        number = int(tags["attempt"])
        if status == "FINISHED":
            return Attempt(run_id, number, Place(tags["curve_run"], tags["curve_part"], int(tags["curve_row"])))
    except (KeyError, ValueError):
        return None
    failure = Failure(tags.get("error_kind", "unknown"), tags.get("error_message", ""))
    return Attempt(run_id, number, failure=failure) if status == "FAILED" else None


def readable(store: Store, attempts: Mapping[str, Attempt]) -> dict[str, Attempt]:
    """Those of ``attempts`` that have a curve which can be read whole; what cannot counts as not done."""
    keys: dict[str, list[str]] = {}
    for attempt in attempts.values():
        if attempt.place and attempt.place.part not in keys:
            keys[attempt.place.part] = _keys(store, attempt.place)
    return {
        key: attempt
        for key, attempt in attempts.items()
        if (place := attempt.place) and keys[place.part][place.row : place.row + 1] == [key]
    }


def _keys(store: Store, place: Place) -> list[str]:
    """The keys in a part, row by row; none where it cannot be read whole."""
    try:
        return [key for key, _ in parts.decode(place.part, store.artifacts.get(place.run_id, place.part))]
    except (OSError, ValueError, parts.DamagedPart):
        return []


def damaged(attempts: Mapping[str, Attempt], whole: Collection[str]) -> list[str]:
    """A line for each part that holds a curve of ``attempts`` whose key is not among ``whole``."""
    places = [attempt.place for key, attempt in attempts.items() if attempt.place and key not in whole]
    return [
        f"{part} of run {run_id} is missing or damaged: {count} point{'s' * (count > 1)} to be trained again"
        for (run_id, part), count in Counter((place.run_id, place.part) for place in places).items()
    ]
