"""Find runs of an experiment by a condition in MLflow's own language.

Of several conditions on tags the one that fewest runs meet stands first: a database without statistics begins there.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
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

THREADS = 8
"""Requests under way at once to a server, where most of the time is waiting for its answers."""


def search(store: Store, condition: str, *, page: int = PAGE, order_by: str | None = None) -> Iterator["Run"]:
    """Active runs of the experiment that meet ``condition``, newest first, or ordered as MLflow's ``order_by`` says.

    Parameters
    ----------
    page : runs that are asked for at once.

    Raises
    ------
    StoreAway : also where a server's pages have no end, as they go round.
    """
    token: str | None = None
    tokens: set[str] = set()
    while True:
        found = patiently(partial(_page, store, condition, page, order_by, token), store.patience)
        yield from found
        token = found.token
        if not token:
            return
        if token in tokens:
            raise StoreAway("the server's pages of runs go round and have no end")
        tokens.add(token)


def search_each(store: Store, conditions: Iterable[str]) -> Iterator["Run"]:
    """Runs as of :func:`search` for each of ``conditions`` in turn; a server is asked for several side by side."""
    with ThreadPoolExecutor(THREADS if is_server(store.uri) else 1) as pool:
        for found in pool.map(lambda condition: [*search(store, condition)], conditions):
            yield from found


def _page(store: Store, condition: str, page: int, order_by: str | None, token: str | None) -> "PagedList[Run]":
    order = [order_by] if order_by else None
    find = partial(store.client.search_runs, [store.experiment_id], condition, order_by=order)
    ask = partial(find, max_results=page, page_token=token)
    found = ask()
    if not found and is_server(store.uri):
        found = ask()  # No run, or an answer that was lost, of which MLflow makes no run too.
    answers.page(found)
    return found
