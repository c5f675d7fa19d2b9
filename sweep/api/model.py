"""The model of a run with its final weights, from the store alone: :func:`model`, for notebooks and scripts."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from sweep.api.process import as_it_was
from sweep.errors import BadInput

if TYPE_CHECKING:
    from torch import nn

    from sweep.tracking.record import SweepRecord
    from sweep.tracking.store import Store

HEX = re.compile("[0-9a-f]{4,32}")


def model(
    run: str,
    net: "Callable[..., nn.Module] | nn.Module | None" = None,
    *,
    uri: str | None = None,
    experiment: str | None = None,
) -> "nn.Module":
    """The module of a run with the weights that it ended at, in its dtype, on the CPU, in eval mode.

    It takes ``scale`` times the prepared inputs: those of the run's readings with their mean taken off and divided by
    their standard deviation where ``data.center`` and ``data.standardize`` say so. Of ``line``, ``linear`` and
    ``logistic`` it is a ``torch.nn.Linear``, for two classes with one output, the logit of the second.

    Parameters
    ----------
    run : the id of a run; or the key of a point, or the start of it, of 4 characters or more: its newest run.
    net : of a model of your own, its class or the function that makes it, which is called with the arguments that the
        run had, drawn by its seed; or a module that is made already, which is filled. Code that the store names is
        never imported.
    uri, experiment : where the run is, as the keys ``tracking.uri`` and ``tracking.experiment`` of every command, with
        the same defaults and environment variables.

    Raises
    ------
    BadInput : there is no such run or store, ``net`` is missing, or makes a module with other parameters.
    StoreAway : the store fails for longer than ``tracking.patience``.
    Exception : whatever ``net`` raises.

    Examples
    --------
    >>> net = sweep.model("3f1c…", my_models.Net)
    >>> net(scale * x)
    """
    with as_it_was():
        from sweep.console.command import named, opened
        from sweep.plan import usage
        from sweep.problem.modules import module_of
        from sweep.training.curve import Curve

        _, store = opened(named(uri, experiment))
        stored = _loaded(store, run)
        ((key, curve),) = stored.results.items()
        assert isinstance(curve, Curve), "a run that is loaded by itself has a curve"
        point = next(each for each in stored.plan.points if each.key == key)
        if usage.is_function(point):
            what = f"run {run}: of problem=function, whose model is its function's own"
            raise BadInput(
                what, "a run of another problem", "what it left in its folder is among the run's artifacts, in files/"
            )
        return module_of(stored.plan.problem(point), point, curve.parameters, net)


def _loaded(store: "Store", run: str) -> "SweepRecord":
    """The record of one run."""
    from sweep.tracking import record
    from sweep.tracking.search import search

    allowed = "the id of a run, or the key of a point"
    if not isinstance(run, str):
        raise BadInput(f"run: a value of type {type(run).__name__}", f"{allowed}, as text", "see sweep.frame()")
    if not HEX.fullmatch(run):
        raise BadInput(f"run {run!r}: no id and no key", f"{allowed}: 4 to 32 digits from 0 to f", "see sweep.frame()")
    tags = {}
    if len(run) == 32:
        try:
            tags = record.tags_of(store, run)
        except BadInput:  # Then it is a key.
            tags = {}
    if tags.get("kind") == "summary":
        raise BadInput(f"run {run}: the summary of a sweep", allowed, "name one of its runs: see sweep.frame()")
    if tags:
        return record.load_run(store, run)
    found = list(search(store, f"tags.kind = 'point' and tags.key LIKE '{run}%'"))
    keys = sorted({each.data.tags["key"] for each in found})
    if len(keys) != 1:
        what = f"run {run}: {'no' if not keys else f'{len(keys):,}'} runs or points of this experiment fit"
        near = f", as {keys[0]}" if keys else ""
        raise BadInput(
            what, allowed + near, "write more of it" if keys else "name its store with uri=… and experiment=…"
        )
    newest = max(found, key=lambda each: int(each.data.tags.get("attempt", "0")))
    return record.load_run(store, newest.info.run_id)
