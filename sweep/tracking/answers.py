"""What a server answers, made sure of: whole before it is used, and a write found there before it counts.

Whatever passes requests on may answer in their place, and MLflow takes what it gets: an empty answer is a run without
an id to it, and a yes to every write. What is raised here is tried again (:mod:`sweep.tracking.patience`).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment, Run
    from mlflow.store.entities.paged_list import PagedList


def run(answer: "Run", run_id: str = "") -> "Run":
    """``answer``, if it is a run, and the one asked for where that has a ``run_id``.

    Raises
    ------
    ConnectionError
    """
    if not answer.info.run_id or (run_id and answer.info.run_id != run_id):
        raise ConnectionError(f"the server's answer was cut: it names {answer.info.run_id or 'no run'}")
    return answer


def experiment(answer: "Experiment") -> "Experiment":
    """``answer``, if it is an experiment.

    Raises
    ------
    ConnectionError
    """
    if not answer.experiment_id or answer.lifecycle_stage not in ("active", "deleted"):
        raise ConnectionError("the server's answer was cut: it names no experiment")
    return answer


def page(answer: "PagedList[Run]") -> "PagedList[Run]":
    """``answer``, if it is a page of runs, or all that is left.

    Raises
    ------
    ConnectionError
    """
    for each in answer:
        run(each)
    if answer.token and not answer:
        raise ConnectionError("the server's answer was cut: it names no run, and that more are to come")
    return answer


def check(client: "MlflowClient", run_id: str, holds: "Callable[[Run], bool]") -> None:
    """Make sure that a run is, in its store, as ``holds`` says.

    Raises
    ------
    ConnectionError : what was written did not arrive.
    """
    if not holds(run(client.get_run(run_id), run_id)):
        raise ConnectionError(f"what was written of run {run_id} did not arrive")
