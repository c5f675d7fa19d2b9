"""Find runs of an experiment by a condition in MLflow's own language."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sweep.errors import StoreAway
from sweep.tracking import answers
from sweep.tracking.location import is_server
from sweep.tracking.patience import patiently
from sweep.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.store.entities.paged_list import PagedList

PAGE = 1000


def search(store: Store, condition: str) -> Iterator["Run"]:
    """Active runs of the experiment that meet ``condition``, newest first.

    Raises
    ------
    StoreAway : also where a server's pages have no end, as they go round.
    """
    token: str | None = None
    tokens: set[str] = set()
    while True:
        page = patiently(partial(_page, store, condition, token), store.patience)
        yield from page
        token = page.token
        if not token:
            return
        if token in tokens:
            raise StoreAway("the server's pages of runs go round and have no end")
        tokens.add(token)


def _page(store: Store, condition: str, token: str | None) -> "PagedList[Run]":
    ask = partial(store.client.search_runs, [store.experiment_id], condition, max_results=PAGE, page_token=token)
    page = ask()
    if not page and is_server(store.uri):
        page = ask()  # No run, or an answer that was lost, of which MLflow makes no run too.
    answers.page(page)
    return page
