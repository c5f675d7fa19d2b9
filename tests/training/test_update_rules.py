"""Update rules by row against torch's own single-tensor optimizers, one run at a time, and against themselves."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sweep.plan.point import Point
from sweep.training.by_row import NARROW
from sweep.training.choice import optimizer_of
from sweep.training.optimizer import State
from tests.training.rules import KINDS, SGD, Slope, quadratic, runs, torchs, waves

UPDATES = 100


def moved(points: list[Point], start: Tensor, lrs: Tensor, slope: Slope) -> tuple[Tensor, State]:
    """Parameters before each update and at the end, and the state there; ``lrs`` has shape ``(updates, n_points)``."""
    rule = optimizer_of(points, start)
    params, state = start, rule.state(start)
    path = [params]
    for step, lr in enumerate(lrs):
        params, state = rule.update(params, slope(params), lr[:, None].to(params.dtype), state, step)
        path.append(params)
    return torch.stack(path), state


def moved_by_torch(point: Point, start: Tensor, lrs: list[float], slope: Slope) -> Tensor:
    params = start.clone()
    optimizer = torchs(point, params, lrs[0])
    path = [params.clone()]
    for lr in lrs:
        optimizer.param_groups[0]["lr"] = lr
        params.grad = slope(params)
        optimizer.step()
        path.append(params.clone())
    return torch.stack(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("dtype", "tolerance", "slope"), [(torch.float64, 1e-12, waves), (torch.float32, 1e-5, quadratic)]
)
def test_every_row_moves_as_torchs_own_optimizer_moves_it_alone(
    kind: str, dtype: torch.dtype, tolerance: float, slope: Slope
) -> None:
    """From far enough, by small enough steps: about an optimum a step whose length is divided out is chaos."""
    points, dice = runs(kind, 4), torch.Generator().manual_seed(1)
    start = (3 + 2 * torch.rand((4, 4), dtype=torch.float64, generator=dice)).to(dtype)
    fixed = 10 ** (-4 + 1.5 * torch.rand(4, dtype=torch.float64, generator=dice))
    lrs = fixed * torch.linspace(1, 0.1, UPDATES, dtype=torch.float64)[:, None].where(torch.arange(4) % 2 == 0, 1)
    ours, _ = moved(points, start, lrs, slope)
    for row, point in enumerate(points):
        theirs = moved_by_torch(point, start[row], lrs[:, row].tolist(), slope)
        assert (theirs[-1] - theirs[0]).abs().min() > 1e-4
        lost = 5 if point.centered and dtype is torch.float32 else 1  # A difference of squares: both lose digits.
        torch.testing.assert_close(ours[:, row], theirs, rtol=lost * tolerance, atol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_what_directions_are_divided_by_is_what_torch_divides_them_by(kind: str) -> None:
    points = runs(kind, 4)
    start = torch.linspace(3, 5, 12, dtype=torch.float64).reshape(4, 3)
    _, state = moved(points, start, torch.full((40, 4), 1e-3, dtype=torch.float64), quadratic)
    found = optimizer_of(points, start).preconditioner(state, 40)
    if found is None:
        assert points[0].optimizer is SGD
        return
    for row, point in enumerate(points):
        params = start[row].clone()
        theirs = torchs(point, params, 1e-3)
        for _ in range(40):
            params.grad = quadratic(params)
            theirs.step()
        (has,) = theirs.state.values()
        if "sum" in has:
            expected = (has["sum"].sqrt() + point.eps) * (1 + 39 * point.lr_decay)
        elif "square_avg" in has:
            about = has["grad_avg"] ** 2 if point.centered else 0
            expected = (has["square_avg"] - about).sqrt() + point.eps
        else:
            root = (has["exp_avg_sq"] / (1 - point.beta2**40)).sqrt()
            expected = (1 - point.beta1**40) * (root + point.eps)
        torch.testing.assert_close(found[row], expected, rtol=1e-11, atol=0)


NUMBERS = st.one_of(st.floats(-9, 9, width=32), st.sampled_from([0.0, math.inf, -math.inf, math.nan, 1e38, -1e-30]))


@settings(max_examples=40)
@given(
    kind=st.sampled_from(list(KINDS)),
    dtype=st.sampled_from([torch.float32, torch.float64]),
    rows=st.integers(1, 70),
    width=st.integers(1, NARROW + 4),
    firsts=st.lists(NUMBERS, min_size=1, max_size=9),
    seed=st.integers(0, 99),
)
def test_a_row_in_company_has_the_bits_that_it_has_alone(
    kind: str, dtype: torch.dtype, rows: int, width: int, firsts: list[float], seed: int
) -> None:
    """Also beside rows that are lost."""
    points, dice = runs(kind, rows, seed), torch.Generator().manual_seed(seed)
    start = torch.randn((rows, width), dtype=dtype, generator=dice)
    start[:, 0] = torch.tensor(firsts, dtype=dtype).repeat(rows)[:rows]
    lrs = 10 ** (-3 * torch.rand((40, rows), dtype=torch.float64, generator=dice))
    together, state = moved(points, start, lrs, waves)
    for row in {0, rows // 2, rows - 1}:
        alone, own = moved(points[row : row + 1], start[row : row + 1], lrs[:, row : row + 1], waves)
        for ours, theirs in zip((together[:, row], *(each[row] for each in state)), (alone[:, 0], *own), strict=True):
            same(ours, theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_stay_when_others_are_taken_away_go_on_as_they_would_have(kind: str) -> None:
    points, start = runs(kind, 9), torch.linspace(-3, 5, 27).reshape(9, 3)
    _, state = moved(points, start, torch.full((40, 9), 0.01), waves)
    whole, lr = optimizer_of(points, start), torch.linspace(0.01, 0.1, 9)[:, None]
    whole.update(start, waves(start), lr, state, 40)
    for kept in (torch.arange(9) % 3 == 1, torch.tensor([2, 5, 8]), slice(4)):
        few, own = whole.take(kept).take(slice(2)), tuple(each[kept][:2] for each in state)
        expected, after = whole.update(start, waves(start), lr, state, 40)
        found, now = few.update(start[kept][:2], waves(start[kept][:2]), lr[kept][:2], own, 40)
        for ours, theirs in zip((found, *now), (expected, *after), strict=True):
            same(ours, theirs[kept][:2])


def same(one: Tensor, other: Tensor) -> None:
    """To the bit; a nan equals any."""
    assert one.dtype == other.dtype
    one, other = one.reshape(-1), other.reshape(-1)
    bits = torch.int32 if one.dtype is torch.float32 else torch.int64
    assert ((one.view(bits) == other.view(bits)) | (one.isnan() & other.isnan())).all()


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_into_an_update_stays_as_it_was(kind: str) -> None:
    """The loop looks at it afterwards, for rows that an update has not changed."""
    points = runs(kind, 5)
    start = torch.linspace(-3, 5, 20).reshape(5, 4)
    rule = optimizer_of(points, start)
    params, state = start, rule.state(start)
    for step in range(3):
        lr, slope = torch.full((5, 1), 0.1), waves(params)
        kept = [each.clone() for each in (params, slope, lr, *state)]
        moved_on, state_on = rule.update(params, slope, lr, state, step)
        for was, now in zip(kept, (params, slope, lr, *state), strict=True):
            same(was, now)
        assert (moved_on != params).any()
        params, state = moved_on, state_on


@pytest.mark.parametrize("kind", ["sgd", "momentum", "nesterov", "rmsprop", "adagrad"])
def test_an_update_that_changes_nothing_is_followed_by_none_that_does(kind: str) -> None:
    """Of rules that say so; by lrs at which steps are about as long as numbers are exact."""
    points = runs(kind, 60)
    start = torch.linspace(0.5, 1.5, 240).reshape(60, 4)
    start[0] = 1  # Where there is no slope.
    rule, lr = optimizer_of(points, start), torch.logspace(-12, -5, 60)[:, None]
    params, state = start, rule.state(start)
    still = torch.zeros(60, dtype=torch.bool)
    for step in range(200):
        now, state_now = rule.update(params, quadratic(params), lr, state, step)
        pairs = zip((params, *state), (now, *state_now), strict=True)
        stays = torch.stack([(old == new).all(dim=-1) for old, new in pairs]).all(dim=0)
        assert stays[still].all()
        still |= stays
        params, state = now, state_now
    assert still[0]
    assert not still.all()
    assert rule.timeless


def test_steps_of_adam_may_grow_after_an_update_that_changed_nothing() -> None:
    """Where the mean square is so small that it can grow no further, and its correction still does."""
    run = replace(runs("adam", 1)[0], beta1=0.0, beta2=0.999, eps=0.0)
    params, lr = torch.ones((60, 1)), torch.logspace(-8, -7, 60)[:, None]
    slope, rule = torch.full_like(params, 1.2e-21), optimizer_of([run] * 60, params)
    state = rule.state(params)
    still, goes_on = torch.zeros((2, 60), dtype=torch.bool)
    for step in range(1200):
        now, state_now = rule.update(params, slope, lr, state, step)
        pairs = zip((params, *state), (now, *state_now), strict=True)
        stays = torch.stack([(old == new).all(dim=-1) for old, new in pairs]).all(dim=0)
        still, goes_on = still | stays, goes_on | (still & ~stays)
        params, state = now, state_now
    assert goes_on.any()
    assert not rule.timeless
