"""The sweeps of a store as a pandas table: :func:`sweeps`."""

import pandas as pd

from sweep.api.process import as_it_was

COUNTS = ("converged", "unfinished", "diverged", "failed", "not_run")
STATES = ("running", "silent", "killed", "failed", "done")


def sweeps(n: int | None = 20, *, uri: str | None = None, experiment: str | None = None) -> pd.DataFrame:
    """The sweeps of a store, the last that was at work first; the rows of ``python -m sweep.list``.

    Parameters
    ----------
    n : how many at most; None for all.
    uri, experiment : where they are, as the keys ``tracking.uri`` and ``tracking.experiment`` of every command, with
        the same defaults and environment variables.

    Returns
    -------
    One row a sweep: ``name`` and ``id``, which other functions take; ``when`` it was last at work, in UTC; ``varied``,
    the settings that vary; ``points``, ``converged``, ``unfinished``, ``diverged``, ``failed`` and ``not_run``,
    integers that may be missing; ``best``, what varies of the best setting, and ``loss``, its final loss, of repeats
    the mean and on what is held out if anything is, once the sweep has ended; ``size``, bytes on this machine's disk:
    the files of its summary run, and an estimate of its runs' rows; ``state``, a categorical; and ``done``, the share
    of points that have a result, from 0 to 1.

    Raises
    ------
    BadInput : there is no such store.
    StoreAway : the store fails for longer than ``tracking.patience``.
    """
    with as_it_was():
        from sweep.console.command import named, opened
        from sweep.errors import BadInput
        from sweep.tracking import listing

        if n is not None and n < 1:
            raise BadInput(f"n={n}", "a whole number from 1 on, or None for all", "give how many sweeps to show")
        _, store = opened(named(uri, experiment))
        found = [*listing.newest(store, n)]
    counted = {name: [each.counts.get(name.upper().replace("_", " "), 0) for each in found] for name in COUNTS}
    return pd.DataFrame(
        {
            "name": pd.array([each.name or None for each in found], dtype="string"),
            "id": pd.array([each.sweep_id for each in found], dtype="string"),
            "when": pd.to_datetime([each.at for each in found], unit="ms", utc=True),
            "varied": pd.array([each.varied for each in found], dtype="string"),
            "points": pd.array([each.points for each in found], dtype="Int64"),
            **{name: pd.array(values, dtype="Int64") for name, values in counted.items()},
            "best": pd.array([each.best or None for each in found], dtype="string"),
            "loss": pd.array([each.loss for each in found], dtype="float64"),
            "size": pd.array([each.bytes for each in found], dtype="Int64"),
            "state": pd.Categorical([each.state for each in found], STATES),
            "done": pd.array([each.done for each in found], dtype="float64"),
        }
    )
