"""Tables for whoever works with pandas: the runs of a sweep with where they stand, and their curves."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sweep.plan import point
from sweep.plan.plan import Plan
from sweep.report.frames import own_columns, to_frame
from sweep.report.judged_runs import Run
from sweep.settings.schema import is_argument
from sweep.training.curve import Curve

if TYPE_CHECKING:
    from sweep.tracking.attempt import Attempt

TEXTS = (*point.TEXTS, "fingerprint", "status", "reason", "error_kind", "error_message", "key")
PROVENANCE = ("run_id", "attempt", "curve_run")


def runs_table(plan: Plan, attempts: "Mapping[str, Attempt]", runs: Iterable[Run]) -> pd.DataFrame:
    """``runs`` of :func:`sweep.frame`, in the order of ``plan``; each run is let go of before the next is taken."""
    table = with_texts(to_frame(plan, runs))
    stand = [attempts.get(key) for key in table["key"]]
    addresses = [attempt and attempt.address for attempt in stand]
    return table.assign(
        run_id=pd.array([each.run_id if each else None for each in stand], dtype="string"),
        attempt=pd.array([each.number if each else None for each in stand], dtype="Int64"),
        curve_run=pd.array([each.run_id if each else None for each in addresses], dtype="string"),
    )


def with_texts(table: pd.DataFrame) -> pd.DataFrame:
    """The same with pandas' own type where a column holds text."""
    own = [name for name in map(str, table) if is_argument(name) and {*map(type, table[name])} <= {str, type(None)}]
    return table.astype(dict.fromkeys([*(name for name in TEXTS if name in table), *own], "string"))


def curves_table(curves: Mapping[str, Curve]) -> pd.DataFrame:
    """One row a loss of every curve, as ``curves`` of :func:`sweep.frame`."""
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
