"""A sweep as pandas tables, from the store alone: :func:`frame`, the one function for notebooks and scripts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal, NamedTuple, overload

import pandas as pd

from sweep.api.process import as_it_was
from sweep.api.selection import select
from sweep.api.tables import curves_table, runs_table, with_texts
from sweep.api.where import Where
from sweep.report import repeats_frame
from sweep.report.judged_runs import Run
from sweep.training.curve import Curve


class Frames(NamedTuple):
    """What :func:`frame` returns.

    Parameters
    ----------
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
    """

    runs: pd.DataFrame
    curves: pd.DataFrame


@overload
def frame(
    sweep: str | None = None,
    *,
    where: Where | None = None,
    curves: Literal[True] = True,
    repeats: Literal[False] = False,
    uri: str | None = None,
    experiment: str | None = None,
) -> Frames: ...


@overload
def frame(
    sweep: str | None = None,
    *,
    where: Where | None = None,
    curves: Literal[False],
    repeats: Literal[False] = False,
    uri: str | None = None,
    experiment: str | None = None,
) -> pd.DataFrame: ...


@overload
def frame(
    sweep: str | None = None,
    *,
    where: Where | None = None,
    curves: bool = True,
    repeats: Literal[True],
    uri: str | None = None,
    experiment: str | None = None,
) -> pd.DataFrame: ...


def frame(
    sweep: str | None = None,
    *,
    where: Where | None = None,
    curves: bool = True,
    repeats: bool = False,
    uri: str | None = None,
    experiment: str | None = None,
) -> Frames | pd.DataFrame:
    """The runs of a sweep, and their loss curves; or its settings, whose runs differ in their seed alone.

    Parameters
    ----------
    sweep : its id, the start of it, or its name; the latest if None.
    where : the runs that are asked for, None for all: by column of ``runs`` a value, several values, or a function that
        is asked of each value that is there; all must hold, and ``None`` is what is missing. Or text, as ``query`` of
        pandas takes it, with names that have dots in backticks. What asks about settings, ``key``, ``status`` or the
        run is decided before any curve is read, and no others are; what asks about results, as curves are read, of
        which no more are in memory at a time than a chunk has.
    curves : whether losses are asked for; without them ``runs`` alone comes back, and no curve is kept.
    repeats : whether the table of settings is asked for, and nothing else.
    uri, experiment : where the runs are, as the keys ``tracking.uri`` and ``tracking.experiment`` of every command,
        with the same defaults and environment variables.

    Returns
    -------
    :class:`Frames`; without ``curves`` its ``runs``. With ``repeats`` the table of ``settings.csv``, as
    :func:`sweep.report.repeats_frame.to_frame` has it, in the order of the plan.

    Raises
    ------
    BadInput : there is no such sweep, store or column, or what the store holds of it is missing or damaged.
    StoreAway : the store fails for longer than ``tracking.patience``.

    Examples
    --------
    >>> runs, curves = sweep.frame()
    >>> runs.groupby("outcome", observed=True)["lr"].max()
    >>> curves.merge(runs[["key", "lr", "outcome"]], on="key")
    >>> sweep.frame(where={"scale": 0.1, "lr": lambda lr: lr < 1e-3}).curves
    >>> sweep.frame(where="`optimizer.momentum` > 0.5 and outcome == 'CONVERGED'", curves=False)
    >>> sweep.frame(repeats=True).sort_values("final_loss_mean")
    """
    with as_it_was():
        from sweep.console.command import named, opened
        from sweep.tracking import record

        _, store = opened(named(uri, experiment))
        asked = select(store, record.find(store, sweep), where)
        if repeats:
            runs = sorted(asked.runs(), key=lambda run: run.number)
            return with_texts(repeats_frame.of_runs(asked.plan, runs))
        kept: dict[int, tuple[str, Curve]] = {}
        found = _keeping(asked.runs(), kept, part=where is not None) if curves else asked.runs()
        table = runs_table(asked.plan, asked.attempts, found)
    return Frames(table, curves_table(dict(kept[number] for number in sorted(kept)))) if curves else table


def _keeping(runs: Iterable[Run], kept: dict[int, tuple[str, Curve]], *, part: bool) -> Iterator[Run]:
    """``runs``, whose curves go into ``kept``; where they are ``part`` of what was read, the rest is let go."""
    for run in runs:
        if run.curve:
            kept[run.number] = run.point.key, _by_itself(run.curve) if part else run.curve
        yield run


def _by_itself(curve: Curve) -> Curve:
    """``curve`` in memory of its own: as read, it holds on to all that was read with it."""
    watched = {name: values.copy() for name, values in curve.watched.items()}
    return replace(curve, losses=curve.losses.copy(), watched=watched)
