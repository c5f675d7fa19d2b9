"""What training functions name: metrics of their epochs and final values, as columns of tables."""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from sweep.plan import usage
from sweep.plan.plan import Plan
from sweep.report.judged_runs import Run
from sweep.training.curve import Curve

MOST_NAMED = 8
"""Such columns of a table that a person reads; ``runs.csv`` has all."""


def names(runs: Iterable[Run]) -> list[str]:
    """Of final values, then of metrics, in the order in which runs have them."""
    curves = [run.curve for run in runs if run.curve and usage.is_function(run.point)]
    return list(
        dict.fromkeys([*(n for each in curves for n in each.measured), *(n for c in curves for n in c.watched)])
    )


def ends(curve: Curve) -> Mapping[str, float]:
    """By name, each final value, and of each metric the last number that there is; nan where there never was one."""
    found = {}
    for name, values in curve.watched.items():
        there = np.flatnonzero(~np.isnan(values))
        found[name] = float(values[there[-1]]) if len(there) else math.nan
    return {**found, **curve.measured}


def are_all_functions(plan: Plan) -> bool:
    """Whether no point of ``plan`` is known better than by its losses."""
    return all(map(usage.is_function, plan.points))


def settings(plan: Plan) -> list[str]:
    """Settings that have a column in files, but ``data``; of training functions alone, those that one of them takes."""
    are_alone = are_all_functions(plan)
    typed = {name: values for name, values in plan.values.items() if name not in ("data", "takes")}
    return [name for name, values in typed.items() if values or not are_alone]
