"""Runs of SGD through the engine: verdicts flip at the thresholds of theory, and runs end when it foretells."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.plan.point import Point
from sweep.problem.choice import problems as problems_of
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import DType, ProblemKind
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Limit, Outcome, Verdict
from sweep.verdict.theory import Theory, theory_of
from tests.conftest import THERMOMETER, lines, point
from tests.problem.tables import of

LINE = lines(THERMOMETER)
TOLERANCE = 0.001
ARGUMENTS: list[dict[str, Any]] = [
    {"momentum": beta, "nesterov": nesterov}
    for beta, nesterov in ((0.0, False), (0.5, False), (0.9, False), (0.5, True), (0.9, True))
]


def eight_inputs() -> tuple[Point, Mapping[Task, Problem]]:
    """Least squares of 8 inputs, whose Hessian has a condition of about 100."""
    chance = np.random.default_rng(8)
    x = chance.normal(size=(60, 8)) * np.geomspace(1, 0.1, 8)
    data = of(x, x @ chance.normal(size=8) + 0.1 * chance.normal(size=60))
    base = point(problem=ProblemKind.linear, init=(), data=data.fingerprint, scale=1.0, epochs=1000)
    return base, problems_of({data.fingerprint: data}, [base.task])


def verdicts(posed: Mapping[Task, Problem], *runs: Point) -> list[Verdict]:
    curves = in_process(runs, posed)
    return [judge(curve, run, posed[run.task], TOLERANCE) for curve, run in zip(curves, runs, strict=True)]


def known(posed: Mapping[Task, Problem], run: Point) -> Theory:
    theory = theory_of(posed[run.task], run)
    assert theory
    return theory


@pytest.mark.parametrize("dtype", DType)
@pytest.mark.parametrize("problem", ["line", "linear"])
def test_the_verdict_flips_at_the_threshold_and_runs_are_within_when_foretold(problem: str, dtype: DType) -> None:
    base, posed = (point(scale=0.01, epochs=1000), LINE) if problem == "line" else eight_inputs()
    asked = []
    for arguments, decay in product(ARGUMENTS, (0.0, 0.4)):
        one = replace(base, dtype=dtype, weight_decay=decay, **arguments)
        threshold = known(posed, one).threshold
        without = known(posed, replace(one, weight_decay=0.0))
        assert threshold * (without.quadratic.largest + decay) == pytest.approx(
            without.threshold * without.quadratic.largest
        )
        asked += [replace(one, lr=part * threshold) for part in (0.97, 1.03, 0.3)]
    for found, one, outcome in zip(verdicts(posed, *asked), asked, cycle(["CONVERGED", "DIVERGED", "CONVERGED"])):
        assert found.outcome == outcome, one
        assert found.expected, one
        assert found.expected.predicted is found.outcome, one
        assert found.expected.predicted_epochs == found.events.first_within, one
        assert "theory predicts" not in found.reason, one


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_epochs_that_an_unfinished_run_with_momentum_is_told_to_need_are_those_it_needs(nesterov: bool) -> None:
    base = point(lr=0.01, momentum=0.8, nesterov=nesterov, dtype=DType.float64)
    for epochs in (1, 20, 60):
        (unfinished,) = verdicts(LINE, replace(base, epochs=epochs))
        needed = unfinished.epochs_needed
        assert needed
        assert f"about {needed:,} more epoch" in unfinished.reason
        enough, short = verdicts(LINE, *(replace(base, epochs=epochs + more) for more in (needed, needed - 1)))
        assert (enough.outcome, short.outcome) == (Outcome.CONVERGED, Outcome.UNFINISHED)


def test_a_run_that_swings_out_of_its_tolerance_again_is_told_when_it_is_back() -> None:
    base = point(lr=0.7, scale=0.01, momentum=0.95, dtype=DType.float64)
    theory, allowed = known(LINE, base), TOLERANCE * LINE[base.task].spread
    first = theory.epochs_until(base.init, base.lr, allowed)
    assert first
    out = next(n for n in range(first, 500) if theory.excess(base.init, base.lr, n) > allowed)
    (found,) = verdicts(LINE, replace(base, epochs=out))
    assert (found.outcome, found.events.first_within, found.limit) == (Outcome.UNFINISHED, first, None)
    assert found.epochs_needed
    assert found.epochs_needed > 0
    back = [replace(base, epochs=out + found.epochs_needed + more) for more in (-1, 0, 1, 2, 3, 5, 8, 40, 400)]
    assert [each.outcome for each in verdicts(LINE, *back)] == ["UNFINISHED", *["CONVERGED"] * 8]


def test_a_run_that_is_off_where_exact_arithmetic_passes_the_optimum_is_held_against_how_far_it_swings() -> None:
    base = point(lr=0.7, scale=0.01, momentum=0.95, dtype=DType.float64)
    problem, theory = LINE[base.task], known(LINE, base)
    least_loss = problem.least_loss(base)
    assert least_loss is not None
    most = {n: theory.excess_at_most(base.init, base.lr, n) for n in range(5, 60)}
    epochs = min(most, key=lambda n: theory.excess(base.init, base.lr, n) / most[n])
    run, swings = replace(base, epochs=epochs), most[epochs]
    assert theory.excess(base.init, base.lr, epochs) < 0.1 * swings
    for part, limit in ((1.9, None), (2.1, Limit.found)):
        curve = Curve(np.full(epochs, 80.0), base.init, least_loss + part * swings, stalled=False)
        assert judge(curve, run, problem, TOLERANCE).limit is limit


@pytest.mark.parametrize("problem", ["line", "linear"])
@pytest.mark.parametrize("nesterov", [False, True])
def test_the_best_momentum_by_theory_converges_when_it_says_and_sooner_than_plain_descent(
    problem: str, nesterov: bool
) -> None:
    base, posed = (point(), LINE) if problem == "line" else eight_inputs()
    base = replace(base, dtype=DType.float64, momentum=0.5, nesterov=nesterov)
    start, allowed = posed[base.task].start(base), TOLERANCE * posed[base.task].spread
    theory, plain = known(posed, base), known(posed, replace(base, momentum=0.0))
    best, own, without = (
        theory.fastest_momentum(start, allowed),
        *(each.fastest(start, allowed) for each in (theory, plain)),
    )
    assert best
    assert own
    assert without
    lr, momentum, epochs = best
    assert epochs < own[1] < without[1]
    asked = [replace(base, lr=lr, momentum=momentum, epochs=count) for count in (epochs, epochs + 5, 2 * epochs)]
    asked += [replace(base, lr=own[0], epochs=own[1])]
    assert [found.outcome for found in verdicts(posed, *asked)] == ["CONVERGED"] * 4


@given(
    part=st.floats(0.3, 2).filter(lambda p: abs(p - 1) > 0.01),
    beta=st.floats(0.05, 0.95),
    nesterov=st.booleans(),
    epochs=st.integers(400, 1500),
    dtype=st.sampled_from(DType),
)
def test_a_run_with_momentum_diverges_exactly_above_the_threshold(
    part: float, beta: float, nesterov: bool, epochs: int, dtype: DType
) -> None:
    base = point(momentum=beta, nesterov=nesterov, epochs=epochs, dtype=dtype)
    (found,) = verdicts(LINE, replace(base, lr=part * known(LINE, base).threshold))
    assert found.expected
    assert (found.outcome is Outcome.DIVERGED) == (part > 1)
    assert found.expected.predicted is found.outcome
