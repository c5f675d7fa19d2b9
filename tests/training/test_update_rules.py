"""Update rules by row against torch's own single-tensor optimizers, one run at a time, and against themselves."""

import pytest
import torch
from torch import Tensor

from sweep.plan.point import Point
from sweep.training.optimizer import State
from tests.training.rules import KINDS, SLOPES, Slope, rule_of, runs, torchs

UPDATES = 300


def moved(points: list[Point], start: Tensor, lrs: Tensor, slope: Slope) -> tuple[Tensor, State]:
    """Parameters before each update and at the end, and the state there; ``lrs`` has shape ``(updates, n_points)``."""
    rule = rule_of(points, start)
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


@pytest.mark.parametrize("slope", SLOPES.values(), ids=SLOPES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_every_row_moves_as_torchs_own_optimizer_moves_it_alone(
    kind: str, slope: Slope, dtype: torch.dtype, tolerance: float
) -> None:
    """From far enough, by small enough steps: about an optimum a step whose length is divided out is chaos."""
    points, dice = runs(kind, 8), torch.Generator().manual_seed(1)
    start = (3 + 2 * torch.rand((8, 4), dtype=torch.float64, generator=dice)).to(dtype)
    fixed = 10 ** (-4 + 1.5 * torch.rand(8, dtype=torch.float64, generator=dice))
    lrs = fixed * torch.linspace(1, 0.1, UPDATES, dtype=torch.float64)[:, None].where(torch.arange(8) % 2 == 0, 1)
    ours, _ = moved(points, start, lrs, slope)
    for row, point in enumerate(points):
        theirs = moved_by_torch(point, start[row], lrs[:, row].tolist(), slope)
        assert (theirs[-1] - theirs[0]).abs().min() > 1e-4
        torch.testing.assert_close(ours[:, row], theirs, rtol=tolerance, atol=0)
