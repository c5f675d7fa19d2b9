"""A perceptron's curves are those of torch's own loop: what float64 allows, and what reordering does in float32."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from sweep.models.spec import canonical
from sweep.problem.choice import problems
from sweep.problem.network import Network
from sweep.settings.schema import DType, ProblemKind, Start
from sweep.training.batches import orders
from sweep.training.in_process import in_process
from tests.conftest import point
from tests.problem.tables import table

LOSSES: dict[str, Any] = {"mse": functional.mse_loss, "l1": functional.l1_loss, "huber": functional.huber_loss}


@pytest.mark.parametrize(("dtype", "off"), [(DType.float64, 1e-12), (DType.float32, 1e-5)])
@pytest.mark.parametrize(("loss", "batch"), [*((loss, 0) for loss in LOSSES), ("mse", 16)])
def test_losses_of_all_samples_and_final_parameters_are_torchs(dtype: DType, off: float, loss: str, batch: int) -> None:
    data, options = table(60, 2, seed=5), {"dtype": getattr(torch, dtype)}
    one = point(
        problem=ProblemKind.mlp,
        model=canonical({"width": 5, "depth": 2, "activation": "tanh"}),
        loss=canonical(loss),
        code="mlp 1",
        start=Start.random,
        data=data.fingerprint,
        dtype=dtype,
        standardize=True,
        holdout="0.3",
        epochs=40,
        curvature=False,
        batch_size=batch,
    )
    points = [replace(one, lr=lr, scale=scale, seed=seed) for lr, scale, seed in ((0.1, 1, 0), (0.02, 0.5, 1))]
    posed = problems({data.fingerprint: data}, [one.task])
    known = posed[one.task]
    assert isinstance(known, Network)
    prepared = known.prepared
    x, t, held_x, held_t = (
        torch.tensor(each, **options)
        for each in (prepared.inputs, prepared.targets, prepared.held_inputs, prepared.held_targets)
    )
    for each, curve in zip(points, in_process(points, posed), strict=True):
        module = known.source.module(each.seed).to(**options)
        vector_to_parameters(known.source.start(each.seed, torch.empty(0, **options)), module.parameters())
        optimizer, losses, held = torch.optim.SGD(module.parameters(), each.lr), [], []
        for epoch in range(each.epochs + 1):
            with torch.no_grad():
                losses.append(LOSSES[loss](module(x * each.scale)[:, 0], t).item())
                held.append(LOSSES[loss](module(held_x * each.scale)[:, 0], held_t).item())
            order, size = orders([each.seed], epoch, len(x))[0], batch or len(x)
            for first in range(0, len(x), size) if epoch < each.epochs else ():
                which = torch.from_numpy(order[first : first + size]) if batch else slice(None)
                optimizer.zero_grad()
                LOSSES[loss](module(x[which] * each.scale)[:, 0], t[which]).backward()
                optimizer.step()
        assert np.append(curve.losses, curve.final_loss) == pytest.approx(losses, rel=off)
        assert curve.watched["holdout_loss"] == pytest.approx(held, rel=off)
        ends = parameters_to_vector(module.parameters()).tolist()
        assert list(curve.parameters) == pytest.approx(ends, rel=10 * off, abs=10 * off)
