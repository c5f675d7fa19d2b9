"""Find what an experiment holds already: runs by a condition, and the newest attempt at each point of a plan."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sweep.curve import Failure
from sweep.plan import Plan
from sweep.tracking import parts
from sweep.tracking.attempt import Attempt, Place
from sweep.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run

PAGE = 1000


def search(store: Store, condition: str) -> Iterator["Run"]:
    """Active runs of the experiment that meet ``condition``, newest first."""
    token: str | None = None
    while True:
        page = store.client.search_runs([store.experiment_id], condition, max_results=PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def newest_attempts(store: Store, plan: Plan) -> dict[str, Attempt]:
    """For each key of ``plan`` that the experiment knows: its newest attempt. A run deleted in MLflow is not known."""
    wanted = {point.key for point in plan.points}
    found: dict[str, Attempt] = {}
    for run in search(store, "tags.kind = 'point'"):
        tags: Mapping[str, str] = run.data.tags
        key = tags.get("key", "")
        if key not in wanted or run.info.status not in ("FINISHED", "FAILED"):
            continue
        number = int(tags.get("attempt", "1"))
        if key in found and found[key].number >= number:
            continue
        place = failure = None
        if run.info.status == "FINISHED":
            place = Place(tags["curve_run"], tags["curve_part"], int(tags["curve_row"]))
        else:
            failure = Failure(tags.get("error_kind", "unknown"), tags.get("error_message", ""))
        found[key] = Attempt(run.info.run_id, number, place, failure)
    return found


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
