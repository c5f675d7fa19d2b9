"""A sweep as pandas tables, from the store alone: :func:`frame`, the one function for notebooks and scripts."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, overload

import numpy as np
import pandas as pd

from sweep.plan import point
from sweep.report.frames import own_columns, runs_frame
from sweep.report.repeats_frame import repeats_frame
from sweep.settings.schema import is_argument
from sweep.training.curve import Curve, Result

if TYPE_CHECKING:
    from sweep.tracking.record import SweepRecord

TEXTS = (*point.TEXTS, "fingerprint", "status", "reason", "error_kind", "error_message", "key")


class Frames(NamedTuple):
    """What :func:`frame` returns."""

    runs: pd.DataFrame
    curves: pd.DataFrame


@overload
def frame(
    sweep: str | None = None, *, uri: str | None = None, experiment: str | None = None, repeats: Literal[False] = False
) -> Frames: ...


@overload
def frame(
    sweep: str | None = None, *, uri: str | None = None, experiment: str | None = None, repeats: Literal[True]
) -> pd.DataFrame: ...


def frame(
    sweep: str | None = None, *, uri: str | None = None, experiment: str | None = None, repeats: bool = False
) -> Frames | pd.DataFrame:
    """The runs of a sweep, and their loss curves; or its settings, whose runs differ in their seed alone.

    Parameters
    ----------
    sweep : its id, the start of it, or its name; the latest if None.
    uri, experiment : where the runs are, as the keys ``tracking.uri`` and ``tracking.experiment`` of every command,
        with the same defaults and environment variables.
    repeats : whether the table of settings is asked for, and nothing else.

    Returns
    -------
    With ``repeats`` one table, that of ``settings.csv``, a row a setting in the order of the plan: every setting but
    the seed under its key; ``runs``, how many it has, and how many of these ``converged``, are ``unfinished``,
    ``diverged``, ``failed`` or were ``not_run``; ``share_converged`` and ``share_diverged`` of those with a result;
    ``final_loss_mean`` and ``final_loss_std`` (of a sample, n − 1) over those that did not diverge, and so of losses
    and accuracies beside it; ``first_within_median``, of the epochs until within tolerance over those that converged.
    Else two:

    runs : one row a point, in the order of the plan, with the columns of ``runs.csv``: every setting under its key,
        arguments of models with the type that they have; ``status`` (FINISHED, FAILED, NOT RUN); ``outcome`` and
        ``predicted``, categoricals; ``reason``; the final parameters, each number of at most 16, as ``w.0``, and of
        more the length of each tensor, ``w.norm``; losses, in the unit of the loss; the epochs at which things
        happened, integers that may be missing; ``threshold``, the largest stable lr; ``promised`` where the bits of
        some run may depend on what it was trained beside; ``key``. Then, of the run that stands for the point, and
        missing where there is none: ``run_id``; ``attempt``, its number among the point's runs; and ``curve_run``, the
        summary run of the sweep that trained it.
    curves : long form, one row a loss: ``key``, a categorical, by which it joins ``runs``; ``epoch``; ``loss``, a
        float64 that holds a float32 exactly, inf and nan included. The loss at epoch k is the one after k updates, so
        that the final loss stands at the epoch that is the number of epochs. Where samples are held out,
        ``holdout_loss`` beside it, and metrics of training functions (of 200 names at most), nan for runs without.

    Raises
    ------
    BadInput : there is no such sweep or store, or what the store holds of it is missing or damaged.
    StoreAway : the store fails for longer than ``tracking.patience``.

    Examples
    --------
    >>> runs, curves = sweep.frame()
    >>> runs.groupby("outcome", observed=True)["lr"].max()
    >>> curves.merge(runs[["key", "lr", "outcome"]], on="key")
    >>> sweep.frame(repeats=True).sort_values("final_loss_mean")
    """
    from sweep.console.command import named, opened
    from sweep.outputs import check_here

    check_here()  # MLflow cannot even be imported in a folder that is gone.
    variables = dict(os.environ)
    from sweep.tracking import record
    from sweep.tracking.caller import left_as_it_was

    with left_as_it_was(variables):
        _, store = opened(named(uri, experiment))
        stored = record.load(store, record.find(store, sweep))
    if repeats:
        return _with_texts(repeats_frame(stored.plan, stored.results))
    return Frames(_with_provenance(runs_frame(stored.plan, stored.results), stored), curves_frame(stored.results))


def _with_provenance(runs: pd.DataFrame, stored: "SweepRecord") -> pd.DataFrame:
    attempts = [stored.attempts.get(key) for key in runs["key"]]
    addresses = [attempt and attempt.address for attempt in attempts]
    return _with_texts(runs).assign(
        run_id=pd.array([each.run_id if each else None for each in attempts], dtype="string"),
        attempt=pd.array([each.number if each else None for each in attempts], dtype="Int64"),
        curve_run=pd.array([each.run_id if each else None for each in addresses], dtype="string"),
    )


def _with_texts(table: pd.DataFrame) -> pd.DataFrame:
    """The same with pandas' own type where a column holds text."""
    own = [name for name in map(str, table) if is_argument(name) and {*map(type, table[name])} <= {str, type(None)}]
    return table.astype(dict.fromkeys([*(name for name in TEXTS if name in table), *own], "string"))


def curves_frame(results: Mapping[str, Result]) -> pd.DataFrame:
    """One row a loss of every curve among ``results``, as ``curves`` of :func:`frame`."""
    curves = {key: result for key, result in results.items() if isinstance(result, Curve)}
    lengths = [len(curve.losses) + 1 for curve in curves.values()]
    losses = [np.append(curve.losses.astype(np.float64), curve.final_loss) for curve in curves.values()]
    keys = pd.Index(list(curves), dtype=object)  # Of none, pandas would take another type.
    watched = [*dict.fromkeys(name for curve in curves.values() if not curve.is_named for name in curve.watched)]
    watched = [*dict.fromkeys([*watched, *own_columns(curves.values(), ends=False)])]
    missing = {key: np.full(length, np.nan) for key, length in zip(curves, lengths, strict=True)}
    return pd.DataFrame(
        {
            "key": pd.Categorical.from_codes(np.repeat(np.arange(len(curves)), lengths), keys),
            "epoch": np.concatenate([np.arange(length) for length in lengths] or [np.array([], np.int64)]),
            "loss": np.concatenate(losses or [np.array([])]),
            **{
                name: np.concatenate(
                    [curve.watched.get(name, missing[key]).astype(np.float64) for key, curve in curves.items()]
                )
                for name in watched
            },
        }
    )
