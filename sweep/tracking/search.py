"""Find runs of an experiment by a condition in MLflow's own language."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sweep.tracking import answers
from sweep.tracking.location import is_server
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
    ask = partial(store.client.search_runs, [store.experiment_id], condition, max_results=PAGE, page_token=token)
    page = ask()
    if not page and is_server(store.uri):
        page = ask()  # No run, or an answer that was lost, of which MLflow makes no run too.
    for run in page:
        answers.run(run)
    return page
