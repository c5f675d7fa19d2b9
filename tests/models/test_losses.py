"""Losses against torch's own, alone and batched, with their curvature; what does not fit; a function of one's own."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.autograd.functional import hessian
from torch.func import grad, vmap
from torch.nn import functional

from sweep.errors import BadInput
from sweep.models.losses import Loss, loss_of

ROWS, SAMPLES, CLASSES = 5, 12, 3

TORCHS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mse": functional.mse_loss,
    "huber": lambda p, t: functional.huber_loss(p, t, delta=0.3),
    "l1": functional.l1_loss,
    "cross_entropy": functional.cross_entropy,
}
NAMED = pytest.mark.parametrize("name", TORCHS)


def drawn(name: str, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Outputs of several models, shape ``(ROWS, SAMPLES, …)``, and targets."""
    draw = torch.Generator().manual_seed(4)
    if name == "cross_entropy":
        targets = torch.randint(CLASSES, (SAMPLES,), generator=draw)
        return torch.randn(ROWS, SAMPLES, CLASSES, generator=draw, dtype=dtype), targets
    targets = torch.randn(SAMPLES, generator=draw, dtype=dtype)
    return torch.randn(ROWS, SAMPLES, 1, generator=draw, dtype=dtype), targets


def own(function: Callable[..., Any]) -> Loss:
    return loss_of({"_target_": "my_models.loss"}, 1.0, function)


@NAMED
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_loss_has_the_value_and_the_slope_of_torchs_own(name: str, dtype: torch.dtype) -> None:
    outputs, targets = drawn(name, dtype)
    theirs = TORCHS[name]
    for each in outputs:
        plain = each if name == "cross_entropy" else each[:, 0]
        found = loss_of(name, 0.3).mean(each, targets)
        assert found.item() == theirs(plain, targets).item()
        assert (found.dtype, found.shape) == (dtype, ())
        slope = grad(lambda at: loss_of(name, 0.3).mean(at, targets))(each)
        assert torch.equal(slope.reshape(plain.shape), grad(lambda at: theirs(at, targets))(plain))
        if name != "cross_entropy":
            assert torch.equal(loss_of(name, 0.3).mean(plain, targets), found)


@NAMED
def test_a_batch_has_the_losses_and_the_curvature_of_its_rows(name: str) -> None:
    outputs, targets = drawn(name)
    loss = loss_of(name, 0.3)

    def at(each: Tensor) -> Tensor:
        return loss.mean(each, targets)

    def product(each: Tensor, along: Tensor) -> Tensor:
        """Reverse over reverse: a Hessian times ``along``."""
        found: Tensor = grad(lambda place: (grad(at)(place) * along).sum())(each)
        return found

    assert torch.allclose(vmap(at)(outputs), torch.stack([at(each) for each in outputs]), rtol=1e-14, atol=0)
    along = torch.randn(outputs.shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    size = outputs[0].numel()
    curvatures = [hessian(at, each).reshape(size, size) for each in outputs]  # type: ignore[no-untyped-call]
    theirs = torch.stack([curved @ v.reshape(-1) for curved, v in zip(curvatures, along, strict=True)])
    assert torch.allclose(vmap(product)(outputs, along).reshape(ROWS, size), theirs, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("mse", (12, 2)),
        ("l1", (11, 1)),
        ("huber", (12, 1, 1)),
        ("mse", ()),
        ("cross_entropy", (12, 2)),
        ("cross_entropy", (12,)),
        ("cross_entropy", (3, 12)),
    ],
)
def test_outputs_that_do_not_fit_are_refused_with_both_shapes(name: str, shape: tuple[int, ...]) -> None:
    classes = 3 if name == "cross_entropy" else 0
    with pytest.raises(BadInput) as refused:
        loss_of(name, 1.0).check(torch.empty(shape).shape, 12, classes)
    assert refused.value.what == f"problem.model: of 12 samples it makes outputs of the shape {shape}"
    assert ("(12, 3)" if classes else "(12, 1) or (12,)") in refused.value.allowed


def test_a_loss_that_raises_whatever_it_is_has_no_yardstick() -> None:
    def own(outputs: Tensor, targets: Tensor) -> Tensor:
        raise GeneratorExit("own")

    with pytest.raises(BadInput, match="GeneratorExit: own"):
        loss_of({"_target_": "own"}, 1.0, own).spread(np.zeros(3), 0, (3, 1))


def test_outputs_that_fit_are_taken() -> None:
    for shape in ((12,), (12, 1)):
        loss_of("mse", 1.0).check(shape, 12, 0)
    loss_of("cross_entropy", 1.0).check((12, 3), 12, 3)
    for classes in (0, 3):
        own(functional.mse_loss).check((12, 7, 2), 12, classes)
        with pytest.raises(BadInput, match="begins with 12"):
            own(functional.mse_loss).check((1, 12), 12, classes)


@pytest.mark.parametrize(
    ("name", "classes", "said", "step"),
    [
        ("cross_entropy", 0, "the target is a quantity", "problem.loss=mse"),
        ("mse", 3, "the target is one of 3 classes", "problem.loss=cross_entropy"),
        ("l1", 2, "the target is one of 2 classes", "problem.loss=cross_entropy"),
    ],
)
def test_a_loss_of_another_kind_of_target_is_refused(name: str, classes: int, said: str, step: str) -> None:
    for check in (Loss.check_target, lambda loss, each: loss.check((12, 1), 12, each)):
        with pytest.raises(BadInput) as refused:
            check(loss_of(name, 1.0), classes)
        assert refused.value.what == f"problem.loss={name}: {said}"
        assert step in refused.value.next_step


def test_a_name_that_no_loss_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"problem.loss=crossentropy is not allowed") as refused:
        loss_of("crossentropy", 1.0)
    assert refused.value.next_step == "did you mean problem.loss=cross_entropy?"
    assert "problem.loss._target_=" in refused.value.allowed


def test_whether_the_target_is_classes_follows_from_the_loss_but_of_ones_own_from_the_cells() -> None:
    assert [loss_of(name, 1.0).labelled for name in TORCHS] == [False, False, False, True]
    assert own(functional.mse_loss).labelled is None


@pytest.mark.parametrize(("outputs", "seen"), [((12,), (12,)), ((12, 1), (12, 1)), ((12, 2), (12, 1))])
def test_a_function_of_ones_own_gets_targets_as_torchs_users_have_them(
    outputs: tuple[int, ...], seen: tuple[int, ...]
) -> None:
    shapes = []

    def loss(found: Tensor, targets: Tensor) -> Tensor:
        shapes.append((tuple(found.shape), tuple(targets.shape), targets.dtype))
        return found.mean()

    own(loss).mean(torch.ones(outputs), torch.ones(12))
    own(loss).mean(torch.ones(12, 3), torch.ones(12, dtype=torch.int64))
    assert shapes == [(outputs, seen, torch.float32), ((12, 3), (12,), torch.int64)]


def test_a_function_of_ones_own_may_return_a_mean_or_a_number_for_each_sample() -> None:
    outputs, targets = drawn("mse")
    expected = vmap(lambda each: functional.mse_loss(each[:, 0], targets))(outputs)
    for loss in (
        functional.mse_loss,
        lambda p, t: functional.mse_loss(p, t, reduction="none"),
        lambda p, t: ((p - t) ** 2)[:, 0],
    ):
        found = vmap(lambda each, loss=loss: own(loss).mean(each, targets))(outputs)
        assert torch.allclose(found, expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (lambda p, t: p.expand(12, 2), r"torch.float64 and the shape \(12, 2\)"),
        (lambda p, t: p[:3, 0], r"torch.float64 and the shape \(3,\)"),
        (lambda p, t: (p > t).sum(), r"torch.int64 and the shape \(\)"),
        (lambda p, t: None, "NoneType"),
        (lambda p, t: 0.5, "float"),
    ],
)
def test_what_is_no_loss_is_refused(returned: Callable[..., Any], said: str) -> None:
    outputs, targets = drawn("mse")
    with pytest.raises(BadInput, match=f"problem.loss: my_models.loss returned .*{said}"):
        own(returned).mean(outputs[0], targets)


def test_what_is_asked_before_anything_trains_needs_no_torch() -> None:
    asked = (
        "import sys; import numpy as np;"
        "from sweep.models.losses import loss_of; from sweep.models.mlp import Perceptron;"
        "each = np.array([0.0, 1.0, 3.0]);"
        "[loss_of(name, 1.0).spread(each, 0) for name in ('mse', 'l1', 'huber', 'cross_entropy')];"
        "loss_of('mse', 1.0).check((3, 1), 3, 0); Perceptron(2, 1, 8, 2, 'tanh').start(0);"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
