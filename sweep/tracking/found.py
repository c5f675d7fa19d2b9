"""Find what an experiment holds already: runs by a condition, and the newest attempt at each point of a plan."""

from collections.abc import Iterator, Mapping
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
    newest: dict[str, tuple[int, str, str, Mapping[str, str]]] = {}
    for run_id, status, tags in runs:
        key, number = tags.get("key", ""), int(tags.get("attempt", "1"))
        if key in wanted and status in ("FINISHED", "FAILED") and (key not in newest or newest[key][0] < number):
            newest[key] = number, run_id, status, tags
    return {key: _attempt(*run) for key, run in newest.items()}


def _point_runs(store: Store) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for run in search(store, "tags.kind = 'point'"):
        yield run.info.run_id, run.info.status, run.data.tags


def _attempt(number: int, run_id: str, status: str, tags: Mapping[str, str]) -> Attempt:
    if status == "FINISHED":
        place = Place(tags["curve_run"], tags["curve_part"], int(tags["curve_row"]))
        return Attempt(run_id, number, place)
    return Attempt(run_id, number, failure=Failure(tags.get("error_kind", "unknown"), tags.get("error_message", "")))


def readable(store: Store, attempts: Mapping[str, Attempt]) -> dict[str, Attempt]:
    """Those of ``attempts`` that have a curve which can be read whole; what cannot counts as not done."""
    whole: dict[str, bool] = {}
    for attempt in attempts.values():
        if attempt.place and attempt.place.part not in whole:
            try:
                parts.decode(attempt.place.part, store.artifacts.get(attempt.place.run_id, attempt.place.part))
                whole[attempt.place.part] = True
            except (OSError, parts.DamagedPart):
                whole[attempt.place.part] = False
    return {key: attempt for key, attempt in attempts.items() if attempt.place and whole[attempt.place.part]}
