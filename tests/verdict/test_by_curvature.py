"""What a verdict says where the least loss is not known: by the curvature at the end, or by the curve alone."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from sweep.data.readings import Floats
from sweep.plan.point import Point
from sweep.problem.lanczos import spectrum, steps_of
from sweep.problem.local import local_by_products
from sweep.settings.schema import DType, ProblemKind
from sweep.tracking.attempt import CurveAddress
from sweep.tracking.run_content import PointRun, of_trained
from sweep.training.curve import Curve
from sweep.verdict import by_curvature
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome, Verdict
from sweep.verdict.rule import Rises, Rounding, decide
from sweep.verdict.sentences import note
from tests.conftest import THERMOMETER, point
from tests.problem.classes import logistic, run, table, trained
from tests.problem.nets import output, parameters_of, sizes_of, slopes, waves
from tests.problem.unknown import Unknown

PROBLEM = Unknown(THERMOMETER, has_least_loss=False)
BOUND = 0.001 * PROBLEM.spread
FALLING = np.linspace(2.0, 1.0, 101)
LEVEL = np.concatenate([np.linspace(2.0, 1.0, 51), np.full(50, 1.0)])
UNKNOWN = {"left": math.nan, "lambda_max": math.nan, "negative": math.nan}


def asked(**changes: object) -> Point:
    return point(epochs=100, dtype=DType.float64, **changes)


def judged(losses: Floats, one: Point, **measured: float) -> tuple[Verdict, Curve]:
    curve = Curve(losses[:-1], (0.0, 0.0), float(losses[-1]), False, {}, UNKNOWN | measured)
    return judge(curve, one, PROBLEM, 0.001), curve


def test_a_run_is_at_a_saddle_where_half_of_what_is_left_or_more_is_along_directions_that_curve_down() -> None:
    for negative, at_a_saddle in ((0.1, False), (0.24, False), (0.25, True), (0.5, True), (math.nan, False)):
        verdict, curve = judged(LEVEL, asked(), left=0.5, negative=negative)
        said = f", at a saddle: along directions in which the loss curves down it is {negative:.4g}"
        assert (said in verdict.reason) == at_a_saddle
        assert note(verdict, curve) == f"about 0.5 of loss left{', at a saddle' if at_a_saddle else ''}"
    far, curve = judged(LEVEL, asked(), left=7.0, negative=7.0)
    assert "too far from an optimum for the local curvature at the end" in far.reason
    assert far.reason.endswith("at a saddle: along directions in which the loss curves down it is 7")
    assert note(far, curve) == "at a saddle"
    arrived, curve = judged(LEVEL, asked(), left=BOUND / 2, negative=BOUND / 3)
    assert arrived.outcome is Outcome.CONVERGED
    assert "at a saddle" in arrived.reason


def test_where_a_saddle_has_no_slope_nothing_is_known_of_what_is_left_and_another_start_is_advised() -> None:
    verdict, curve = judged(LEVEL, asked(), left=math.nan, negative=math.inf)
    assert verdict.outcome is Outcome.UNFINISHED
    assert "at a saddle: the loss curves down along directions in which it has no slope" in verdict.reason
    assert note(verdict, curve) == "at a saddle"
    still = replace(curve, stalled=True)
    stalled = judge(still, asked(), PROBLEM, 0.001)
    assert "another seed or start may help" in stalled.reason
    assert note(stalled, still) == "stalled at a saddle"
    assert note(judged(LEVEL, asked(), left=0.5, negative=0.5)[0], still) == "stalled"


def test_a_run_that_converged_to_no_better_than_a_constant_is_said_to() -> None:
    for end, constant in ((1.0, False), (0.998, False), (0.9995, True), (1.5, True)):
        losses = LEVEL + end * PROBLEM.spread - 1 if end < 1 or constant else LEVEL
        verdict, curve = judged(losses, asked(), left=0.0, negative=0.0)
        assert verdict.outcome is Outcome.CONVERGED
        assert (note(verdict, curve) == "no better than a constant prediction") == constant
        assert ("but the loss is no better than that of a constant prediction" in verdict.reason) == constant


def test_the_lr_is_told_in_thresholds_of_the_curvature_at_the_end_where_theory_knows_none() -> None:
    for largest, ratio, edge in ((74.0, "0.37", False), (200.6, "1.003", True), (500.0, "2.5", False)):
        verdict, curve = judged(LEVEL, asked(lr=0.01), left=0.5, lambda_max=largest, negative=0.0)
        told = f"; lr is {ratio} times 2/λmax at the end{': the edge of stability' if edge else ''}"
        assert verdict.reason.endswith(told)
        assert note(verdict, curve).endswith(", at the edge of stability") == edge
    for largest in (math.nan, 0.0, -3.0, math.inf):
        verdict, _ = judged(LEVEL, asked(), left=0.5, lambda_max=largest)
        assert verdict.end_ratio is None
        assert "2/λmax" not in verdict.reason


def test_a_larger_lr_is_no_way_out_where_it_has_no_room() -> None:
    for largest, has_room in ((20.0, True), (120.0, False), (math.nan, True)):
        _, curve = judged(LEVEL, asked(lr=0.01), left=0.5, lambda_max=largest)
        verdict = judge(replace(curve, stalled=True), asked(lr=0.01), PROBLEM, 0.001)
        assert ("a larger lr may help" in verdict.reason) == has_room


def test_metrics_have_the_curvature_at_the_end_and_the_lr_over_its_threshold_where_they_are_known() -> None:
    for largest, ratio in ((74.0, pytest.approx(0.37)), (math.nan, None)):
        verdict, curve = judged(LEVEL, asked(lr=0.01), left=0.5, lambda_max=largest)
        here = PointRun("run", asked(), PROBLEM, {})
        metrics = of_trained(here, curve, verdict, CurveAddress("", "", 0), 10).metrics
        assert metrics.get("threshold_ratio") == ratio
        assert metrics.get("lambda_max") == (None if ratio is None else largest)
    data = table(60, 3, 2, 0)
    one = run(data, lr=2.0, epochs=50, dtype=DType.float64)
    (curve,) = trained(data, one)
    found = judge(curve, one, logistic(data), 0.001)
    assert found.end_ratio == pytest.approx(curve.measured["lambda_max"])
    assert found.expected is not None
    assert "at the end" not in found.reason.rpartition(";")[2]  # Theory knows the threshold at the optimum.
    assert "edge" not in note(replace(found, outcome=Outcome.UNFINISHED, moving=False, end_ratio=1.0), curve)


def test_what_was_not_asked_is_said_as_that_and_the_curve_alone_never_converges() -> None:
    alone = asked(problem=ProblemKind.torch, curvature=False)
    for losses, plateau in ((LEVEL, True), (FALLING, False)):
        verdict, curve = judged(losses, alone, left=0.0, lambda_max=1.0, negative=0.0)
        assert (verdict.outcome, verdict.plateau) == (Outcome.UNFINISHED, plateau)
        assert "not known without the curvature (outcome.curvature=false)" in verdict.reason
        start = "on a plateau: the last half changed the loss by at most 0.001 of its fall from 2 to 1"
        assert verdict.reason.startswith(start if plateau else "not finished, and not rising")
        assert note(verdict, curve) == ("on a plateau" if plateau else "how much is left was not asked for")
    rising, _ = judged(np.append(LEVEL[:-1], 3.0), alone)
    broken, _ = judged(np.append(LEVEL[:-1], math.inf), alone)
    assert [each.outcome for each in (rising, broken)] == [Outcome.DIVERGED] * 2
    assert (rising.plateau, broken.plateau) == (None, None)
    unused, _ = judged(LEVEL, asked(curvature=False), left=0.0)  # Of classes it says nothing.
    assert unused.outcome is Outcome.CONVERGED
    known = judge(judged(LEVEL + 2, alone)[1], alone, Unknown(THERMOMETER, has_least_loss=True), 1.0)
    assert (known.outcome, known.plateau) == (Outcome.CONVERGED, None)
    known = judge(judged(LEVEL + 9, alone)[1], alone, Unknown(THERMOMETER, has_least_loss=True), 1e-9)
    assert (known.outcome, known.plateau) == (Outcome.UNFINISHED, None)


def test_the_plateau_of_a_curve_is_a_part_of_how_far_it_has_ever_fallen() -> None:
    for last, plateau in ((0.9991, True), (0.998, False), (1.002, False)):
        for loss in (np.append(LEVEL[:-1], last), np.append(LEVEL[:-1], last) + 100):
            verdict, _ = judged(loss, asked(problem=ProblemKind.torch, curvature=False))
            assert verdict.plateau == plateau
    flat, _ = judged(np.full(101, 2.0), asked(problem=ProblemKind.torch, curvature=False))
    assert flat.plateau


def test_a_run_that_still_moves_is_said_to_where_what_is_left_was_not_worth_asking() -> None:
    moving, curve = judged(FALLING, asked())
    assert moving.reason.endswith("is not known, but the last half brought over 0.001 of the loss of a constant 77.14")
    assert note(moving, curve) == "still moving"
    resting, curve = judged(LEVEL, asked())
    assert resting.reason.endswith("the least loss is not known")
    assert note(resting, curve) == "how much is left is not known"
    above, _ = judged(np.append(np.full(100, 2.0), 2.0 + BOUND / 2), asked(), left=0.0)
    assert above.outcome is Outcome.DIVERGED
    early = np.append(np.full(50, 2.0), np.full(51, 2.0 + BOUND / 2))
    above, _ = judged(early, asked(), left=0.0)
    assert above.outcome is Outcome.UNFINISHED
    assert above.reason.endswith("is left, but it is above that at the start")


def test_a_loss_below_zero_rises_by_no_less_than_rounding_explains() -> None:
    rounding = Rounding(1e-3, 1.0)
    for size in (5.0, -5.0):
        fell = np.linspace(size + 1, size, 50)
        for rise, outcome in ((0.004, Outcome.UNFINISHED), (0.02, Outcome.DIVERGED)):
            losses = np.append(fell, fell[0] + rise)
            assert decide(losses, [0.0], None, None, 0.01, Rises(rounding)) is outcome


def test_plain_descent_on_a_network_settles_at_the_edge_of_stability() -> None:
    sizes, (x, y) = sizes_of(8, 1), waves(32)
    net = slopes(lambda at: ((output(sizes, at, x) - y) ** 2).mean(dim=(-2, -1)))
    torch.manual_seed(0)
    at = 0.5 * torch.randn(5, parameters_of(sizes), dtype=torch.float64)
    lr = torch.tensor([0.02, 0.04, 0.15, 0.2, 0.25], dtype=torch.float64)
    for _ in range(3000):
        at = at - lr[:, None] * net.gradient(at)
    known = spectrum(net.gradient(at), lambda v: net.product(at, v), steps_of(at.shape[1]))
    low, high = by_curvature.EDGE
    for each, rate in zip(local_by_products(known, np.zeros(5)), lr.tolist(), strict=True):
        assert (low <= rate * each.largest / 2 <= high) == (rate > 0.1), rate * each.largest / 2
