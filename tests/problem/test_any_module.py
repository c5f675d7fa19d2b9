"""Modules as users write them: each trains as torch's own loop trains it, or is refused in words, or its runs fail."""

import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from sweep.errors import BadInput
from sweep.models import curved
from sweep.models.switches import uncompiled
from sweep.plan.remarks import of_models
from sweep.problem.prepared import prepare
from sweep.problem.task import Task
from sweep.settings.schema import DType, ProblemKind
from sweep.training.bitwise import first_difference
from sweep.training.curve import Curve, Failure
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome
from tests.conftest import THERMOMETER
from tests.problem import any_modules
from tests.problem.bad_modules import RAISED
from tests.problem.posed import EPOCHS, RATES, asked, curves, planned, spec, trained

PREPARED = prepare(THERMOMETER, Task(ProblemKind.torch, THERMOMETER.fingerprint, standardize=True))


def by_torch(model: dict[str, Any], lr: float, seed: int = 0) -> tuple[list[float], list[float]]:
    """Losses, the last one included, and final parameters of torch's own loop."""
    torch.manual_seed(seed)
    arguments = {name: value for name, value in model.items() if name != "_target_"}
    module: nn.Module = getattr(any_modules, model["_target_"].rpartition(".")[2])(**arguments).double()
    module = uncompiled(module)
    x, t = torch.tensor(PREPARED.inputs), torch.tensor(PREPARED.targets)
    optimizer = torch.optim.SGD([each for each in module.parameters() if each.requires_grad], lr)
    losses = []
    for epoch in range(EPOCHS + 1):
        loss = functional.mse_loss(module(x.clone()).reshape(t.shape), t)
        losses.append(loss.item())
        if epoch < EPOCHS:
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    ends = [each.detach().reshape(-1) for each in module.parameters() if each.requires_grad]
    return losses, torch.cat(ends).tolist()


TILED = [
    *map(spec, ("Net", "Flat", "KeepsItsInput", "Reordered", "DrawnBuffer", "Tied", "HalfFrozen", "WithUnused")),
    *map(spec, ("Numbers", "Doubled", "WritesIntoZeros", "DoublesItsInput", "Convolution", "Attention", "Rounded")),
    *map(spec, ("shared", "layer_norm", "group_norm", "orthogonal", "relu_in_place", "transformer")),
    spec("batch_norm", track_running_stats=False),
    spec("lazy", run=True),
    spec("compiled"),
]

ONE_BY_ONE = [
    (spec("CallsItem"), "it calls .item()"),
    (spec("Branches"), "its control flow depends on numbers"),
    (spec("AddsInPlace"), "it changes tensors in place"),
    (spec("ThroughNumpy"), "it leaves torch, as by .numpy()"),
    (spec("Recurrent", kind="GRU"), "torch.vmap cannot do gru"),
    (spec("weight_norm"), "torch.vmap does _weight_norm row by row"),
    (spec("Recurrent", kind="LSTM"), "torch.vmap cannot do lstm"),
]


def check_against_torch(model: dict[str, Any], rel: float = 1e-12) -> list[Curve]:
    found = curves([asked(model, lr=lr) for lr in RATES])
    for curve, lr in zip(found, RATES, strict=True):
        losses, ends = by_torch(model, lr)
        assert np.append(curve.losses, curve.final_loss) == pytest.approx(losses, rel=rel, abs=0)
        assert curve.parameters == pytest.approx(ends, rel=10 * rel, abs=10 * rel)
    return found


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")
@pytest.mark.parametrize("model", TILED, ids=lambda each: each["_target_"].rpartition(".")[2])
def test_it_trains_in_a_tile_as_torch_trains_it_alone(model: dict[str, Any]) -> None:
    # torch computes the exponential of one matrix otherwise than those of several.
    found = check_against_torch(model, 1e-11 if "orthogonal" in model["_target_"] else 1e-12)
    assert {(each.trained["tile"] > 1, each.trained["promised"]) for each in found} == {(True, 1)}


@pytest.mark.parametrize("name", ["Net", "Attention", "transformer"])
def test_its_curvature_is_measured_also_where_torch_has_faster_layers_for_eval_mode(name: str) -> None:
    (curve,) = curves([asked(spec(name), curvature=True)])
    assert math.isfinite(curve.measured["left"])


def test_without_second_derivatives_a_run_keeps_its_curve_and_what_is_left_is_not_known() -> None:
    (curve,) = curves([asked(spec("OnceDifferentiable"), curvature=True)])
    assert math.isfinite(curve.final_loss)
    assert math.isnan(curve.measured["left"])


@pytest.mark.parametrize("by", ["Part", "Once"])
def test_a_second_derivative_that_is_not_that_of_the_slope_is_none(by: str) -> None:
    one = asked(spec("Curved", by=by), lr=1e-5, curvature=True)
    (facts,) = planned([one]).facts.values()
    assert facts.uncurved.startswith("its second derivative is not that of its slope")
    (curve,) = curves([one])
    assert math.isfinite(curve.final_loss)
    assert all(math.isnan(curve.measured[name]) for name in ("left", "lambda_max", "negative"))


def test_torchs_own_second_derivatives_are_those_of_the_slope() -> None:
    for model in TILED:
        for facts in planned([asked(model, loss=loss) for loss in ("mse", "l1")]).facts.values():
            assert facts.uncurved == "", model


def test_a_model_that_knows_no_float64_trains_in_float32_and_what_is_left_is_not_known() -> None:
    one = asked(spec("OnlySingle"), dtype=DType.float32, curvature=True)
    (facts,) = planned([one]).facts.values()
    assert "dtype" in facts.uncurved
    (curve,) = curves([one])
    assert curve.final_loss < curve.losses[0]
    assert math.isnan(curve.measured["left"])


def test_a_model_that_raises_beside_its_start_trains_from_there_without_a_promise() -> None:
    (curve,) = curves([asked(spec("Narrow"), lr=1e-6, curvature=True)])
    assert math.isfinite(curve.measured["left"])
    assert (curve.trained["tile"] > 1, curve.trained["promised"]) == (True, 0)


def test_a_network_of_zeros_is_at_a_saddle_and_has_not_converged() -> None:
    points = [asked(spec(name), lr=0.5, epochs=200, curvature=True) for name in ("Level", "Net")]
    for each, is_saddle in zip(points, (True, False), strict=True):
        plan = planned([each])
        (one,), (curve,) = plan.points, curves([each])
        verdict = judge(curve, one, plan.problems[one.task], 1e-3)
        assert (", at a saddle: the loss curves down along directions" in verdict.reason) == is_saddle
        assert (verdict.outcome is Outcome.UNFINISHED) == is_saddle, verdict.reason
        assert (curve.measured["negative"] == math.inf) == is_saddle


@pytest.mark.parametrize(
    ("model", "why"), ONE_BY_ONE, ids=lambda each: "" if isinstance(each, str) else each["_target_"].rpartition(".")[2]
)
def test_what_cannot_be_a_tile_trains_one_by_one_and_says_why(model: dict[str, Any], why: str) -> None:
    found = check_against_torch(model)
    assert {(each.trained["tile"], each.trained["promised"]) for each in found} == {(1, 1)}
    (facts,) = planned([asked(model)]).facts.values()
    assert facts.one_by_one == why


REFUSED = [
    (spec("ThreeInputs"), r"does not take inputs of the shape \(11, 1\): mat1 and mat2"),
    (spec("TwoOutputs"), r"of 11 samples it makes outputs of the shape \(11, 2\)"),
    (spec("Pair"), "Pair returned tuple"),
    (spec("Nothing"), "Nothing returned NoneType"),
    (spec("Complex"), "Complex returned a tensor of torch.complex64"),
    (spec("Whole"), "Whole returned a tensor of torch.int64"),
    (spec("Detached"), "no parameter changes the loss"),
    (spec("WithoutGrad"), "no parameter changes the loss"),
    (spec("Counts"), "returns other numbers when it is called again"),
    (spec("UsesTheLast"), "returns other numbers when it is called again"),
    (spec("DrawsByNumpy"), "returns other numbers when it is called again"),
    (spec("DrawsByItsOwn"), "returns other numbers when it is called again"),
    (spec("DrawsAlways"), "draws random numbers also when it does not train"),
    (spec("BufferAdded"), "changes its buffer calls"),
    (spec("BufferReplaced"), "changes its buffer calls"),
    (spec("Clamps"), "Linear changes its parameter a.weight"),
    (spec("batch_norm", track_running_stats=True), r"running statistics of BatchNorm1d \(1.running_mean\)"),
    (spec("spectral_norm"), "_SpectralNorm changes its buffer"),
    (spec("AllFrozen"), "no parameters to train; all 4 it has are frozen"),
    (spec("Empty"), "no parameters to train"),
    (spec("lazy", run=False), "0.weight of Sequential has no shape yet"),
    (spec("OddlyNamed"), r"a parameter of the name 'p.a\|b'"),
    (spec("Large"), "Large has 10,000,001 parameters to train"),
]


@pytest.mark.parametrize(
    ("model", "words"), REFUSED, ids=lambda each: "" if isinstance(each, str) else each["_target_"].rpartition(".")[2]
)
def test_what_cannot_train_is_refused_before_anything_does(model: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words) as error:
        planned([asked(model)])
    assert error.value.what.startswith("problem.model: ")
    assert error.value.allowed
    assert error.value.next_step


@pytest.mark.parametrize("kind", RAISED)
def test_a_model_that_raises_when_it_is_called_has_failed_runs_with_their_traceback(kind: str) -> None:
    for each in trained([asked(spec("Raises", kind=kind), lr=lr) for lr in RATES[:2]]):
        assert isinstance(each, Failure)
        assert each.kind == kind
        assert "as it is called" in each.message
        assert "bad_modules.py" in each.traceback


def test_a_model_that_raises_at_some_width_fails_there_alone() -> None:
    found = trained([asked(spec("RaisesMade", most=8, width=width)) for width in (4, 9, 8)])
    assert [type(each) for each in found] == [Curve, Failure, Curve]
    assert isinstance(found[1], Failure)
    assert found[1].message == "no width of 9"


def test_a_model_that_raises_at_some_epoch_fails_where_it_gets_there() -> None:
    found = trained([asked(spec("RaisesOnNan"), lr=lr) for lr in (1e-3, 1e30)])
    assert [type(each) for each in found] == [Curve, Failure]
    assert isinstance(found[1], Failure)
    assert (found[1].kind, found[1].message) == ("FloatingPointError", "no number")


def test_of_a_tile_with_a_row_that_raises_the_others_train_with_the_bits_that_they_have_alone() -> None:
    model = spec("Factored")
    rates = (1e-4, 2e-4, 1.0, 3e-4)
    found = trained([asked(model, lr=lr) for lr in rates])
    assert [type(each) for each in found] == [Curve, Curve, Failure, Curve]
    for lr, each in zip(rates, found, strict=True):
        if isinstance(each, Curve):
            assert each.trained["tile"] > 1
            assert first_difference(each, trained([asked(model, lr=lr)])[0], ("p", "q")) == ""


def test_a_model_of_other_shapes_by_another_seed_fails_there() -> None:
    found = trained([asked(spec("OtherSizes"), seed=seed) for seed in range(3)])
    assert [type(each) for each in found] == [Curve, Failure, Failure]
    assert isinstance(found[1], Failure)
    assert "by seed 1 the model has" in found[1].message


def test_a_loss_that_is_no_number_at_the_start_is_no_failure() -> None:
    (curve,) = curves([asked(spec("NanAtOnce"))])
    assert not math.isfinite(curve.losses[0])


def test_a_model_too_large_for_its_curvature_is_told_before_it_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    point = asked(spec("Net"), curvature=True)
    assert not next(iter(planned([point]).facts.values())).uncurved
    monkeypatch.setattr(curved, "MOST_CURVED", 10)
    plan = planned([point])
    (line,) = [each for each in of_models(plan) if "curvature" in each]
    assert re.search(r"no run counts as converged, as it has \d+ parameters, and vectors of more than 10 take", line)
