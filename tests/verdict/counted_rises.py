"""How often a rise is taken for a divergence that is none: with momentum, by theory; of batches, by going on.

Lines through random readings, at learning rates around the threshold; the curves are the engine's own.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sweep.data.readings import Readings
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import DType, Start
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.verdict import by_curve
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome
from sweep.verdict.rule import Rises
from sweep.verdict.theory import theory_of
from tests.conftest import lines, point
from tests.problem.made import readings

LENGTHS = (20, 100, 500)
SAMPLES, BATCH = 24, 4
LONGER = 5
"""Times as long is a run with sampled batches trained to see what becomes of it."""

GROWN = 100.0
"""Times the highest loss of a run that it comes to by then where it truly diverges; it does not where half of what is
to come is below its start. What is neither, as noise high above the start, is counted as neither."""

MOMENTA: tuple[dict[str, Any], ...] = tuple(
    {"momentum": beta, "nesterov": nesterov} for nesterov in (False, True) for beta in (0.5, 0.9, 0.99)
)
ADAM = {"optimizer": OptimizerKind.adam, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
SAMPLED: tuple[dict[str, Any], ...] = ({}, {"momentum": 0.9}, ADAM)


@dataclass(frozen=True)
class Judged:
    """A run: what it was called, whether it truly diverges, and what it would be called by a simpler rule.

    ``bare`` : what it would be called if nothing were known but its losses, as of a training function.
    """

    kind: str
    epochs: int
    outcome: Outcome
    diverges: bool | None
    simpler: bool
    bare: Outcome


def with_momentum(seed: int, tables: int, rates: int, lengths: Sequence[int] = LENGTHS) -> Iterator[Judged]:
    """Runs with momentum from half to twice the threshold; the simpler rule is that of plain descent."""
    for number, data, chance in _tables(seed, tables):
        posed = lines(data)
        parts = 2 ** chance.uniform(-1, 1, size=rates)
        for arguments in MOMENTA:
            base = _base(data, number, **arguments)
            (problem,) = posed.values()
            theory = theory_of(problem, base)
            assert theory
            runs = [
                replace(base, lr=float(part * theory.threshold), seed=int(chance.integers(1 << 30)), epochs=epochs)
                for part in parts
                for epochs in lengths
            ]
            kind = f"{'Nesterov' if base.nesterov else 'Polyak'}, {base.momentum}"
            for run, curve in zip(runs, in_process(runs, posed), strict=True):
                yield _judged(kind, run, curve, problem, run.lr > theory.threshold, falls=True)


def with_batches(seed: int, tables: int, rates: int, lengths: Sequence[int] = LENGTHS) -> Iterator[Judged]:
    """Runs with sampled batches from a tenth to twice the threshold of all samples; of Adam, up to an lr of 2.

    The simpler rule takes a rise above all before for a divergence, as where all samples are taken.
    """
    for number, data, chance in _tables(seed, tables):
        posed = lines(data)
        parts = 20 ** chance.uniform(0, 1, size=rates) / 10
        for arguments in SAMPLED:
            base = _base(data, number, batch_size=BATCH, **arguments)
            (problem,) = posed.values()
            theory = theory_of(problem, replace(base, batch_size=0))
            most = theory.threshold if theory else 1.0
            runs = [
                replace(base, lr=float(part * most), seed=int(chance.integers(1 << 30)), epochs=epochs)
                for part in parts
                for epochs in lengths
            ]
            later = [replace(run, epochs=LONGER * run.epochs) for run in runs]  # Of which the runs are prefixes.
            curves = in_process([*runs, *later], posed)
            kind = str(base.optimizer) + (f", momentum {base.momentum}" if base.momentum else "")
            for run, curve, long in zip(runs, curves[: len(runs)], curves[len(runs) :], strict=True):
                yield _judged(f"{kind}, batches of {BATCH}", run, curve, problem, _diverges(curve, long), times=1.0)


def _diverges(curve: Curve, later: Curve) -> bool | None:
    """What becomes of a run that is trained on; None where that is neither here nor there."""
    highest = float(np.nanmax(curve.descended))
    if not math.isfinite(highest) or not later.final_loss <= GROWN * highest:
        return True
    return False if np.median(later.losses[len(curve.losses) :]) < curve.losses[0] else None


def counts(found: Sequence[Judged]) -> Iterator[str]:
    """A table in Markdown."""
    columns = ["of", "epochs", "runs", "diverge", "called so", "do not", "called so", "by the simpler rule"]
    columns += ["by losses alone: called so", "of those that do not"]
    yield f"| {' | '.join(columns)} |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for kind, epochs in dict.fromkeys((each.kind, each.epochs) for each in found):
        here = [each for each in found if (each.kind, each.epochs) == (kind, epochs)]
        diverging = [each for each in here if each.diverges is True]
        stable = [each for each in here if each.diverges is False]
        called, false = (sum(each.outcome is Outcome.DIVERGED for each in some) for some in (diverging, stable))
        simpler = sum(each.simpler for each in stable)
        bare = [sum(each.bare is Outcome.DIVERGED for each in some) for some in (diverging, stable)]
        numbers = (epochs, len(here), len(diverging), called, len(stable), false, simpler, *bare)
        yield f"| {kind} | {' | '.join(f'{number:,}' for number in numbers)} |"


def _tables(seed: int, tables: int) -> Iterator[tuple[int, Readings, np.random.Generator]]:
    for number in range(tables):
        chance = np.random.default_rng((seed, number))
        inputs = chance.normal(size=SAMPLES) + chance.choice([0.0, 1.0, 5.0])
        targets = chance.normal() * inputs + chance.normal(size=SAMPLES) * chance.choice([0.1, 1.0])
        yield number, readings(tuple(inputs.tolist()), tuple(targets.tolist())), chance


def _base(data: Readings, number: int, **changes: Any) -> Point:
    dtype = (DType.float32, DType.float64)[number % 2]
    return point(start=Start.random, scale=1.0, dtype=dtype, data=data.fingerprint, **changes)


def _judged(kind: str, run: Point, curve: Curve, problem: Problem, diverges: bool | None, **simpler: Any) -> Judged:
    losses, rises = curve.descended, replace(Rises.of(run, problem), fewest=0, **simpler)
    finite = bool(np.isfinite(losses).all() and np.isfinite(curve.parameters).all())
    outcome = judge(curve, run, problem, 0.001).outcome
    by_simpler = not finite or (outcome is not Outcome.CONVERGED and rises.at_end(losses))
    return Judged(kind, run.epochs, outcome, diverges, by_simpler, by_curve.judge(curve, run, 0.001).outcome)
