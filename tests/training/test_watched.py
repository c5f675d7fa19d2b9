"""What is followed beside the loss that trains: the loss on samples that are held out, of any problem, in any batch."""

from dataclasses import replace

import numpy as np
import pytest

from sweep.data.readings import Readings
from sweep.models.spec import canonical
from sweep.problem.choice import problems
from sweep.problem.task import CLASSIFY
from sweep.settings.schema import MODELS, DType, ProblemKind, Start
from sweep.training.bitwise import first_difference
from sweep.training.in_process import in_process
from tests.conftest import point

NOISE = np.random.default_rng(4)
INPUTS = NOISE.normal(size=(40, 3))
TARGETS = INPUTS @ np.array([1.0, -2.0, 0.5]) + NOISE.normal(size=40)


def data(inputs: int) -> Readings:
    names = ("a", "b", "c")[:inputs]
    columns = INPUTS[:, :inputs].T.tolist()
    return Readings.of_columns(columns, TARGETS, name="n", source="n", input_names=names, target_name="t")


@pytest.mark.parametrize("kind", sorted({*ProblemKind} - CLASSIFY - MODELS - {ProblemKind.function}))
@pytest.mark.parametrize("dtype", DType)
def test_the_loss_of_what_is_held_out_is_followed_to_the_end(kind: ProblemKind, dtype: DType) -> None:
    table = data(1 if kind is ProblemKind.line else 3)
    base = point(problem=kind, start=Start.random, scale=0.5, holdout="last:0.25", dtype=dtype, data=table.fingerprint)
    points = [replace(base, lr=lr, epochs=epochs, seed=seed) for lr in (0.1, 0.02) for epochs, seed in ((9, 0), (4, 1))]
    posed = problems({table.fingerprint: table}, [base.task])
    curves = in_process([*points, replace(points[0], epochs=3)], posed)
    for curve, one in zip(curves, points, strict=False):
        (held,) = curve.watched.values()
        assert (len(held), held.dtype) == (one.epochs + 1, np.dtype(str(dtype)))
        *w, b = curve.parameters
        errors = 0.5 * table.inputs[30:] @ np.array(w) + b - table.targets[30:]
        assert held[-1] == pytest.approx((errors**2).mean(), rel=1e-5)
        assert first_difference(in_process([one], posed)[0], curve, [*"abcd"][: len(w) + 1]) == ""
    assert curves[-1].watched["holdout_loss"].tolist() == curves[0].watched["holdout_loss"][:4].tolist()


@pytest.mark.parametrize("dtype", DType)
def test_a_model_is_followed_as_well_alone_as_in_company(dtype: DType) -> None:
    table = data(3)
    said = canonical({"width": 4, "depth": 1, "activation": "tanh"})
    base = point(problem=ProblemKind.mlp, model=said, start=Start.random, holdout="last:0.25", dtype=dtype)
    base = replace(base, data=table.fingerprint, scale=0.5)
    points = [replace(base, lr=lr, epochs=epochs, seed=seed) for lr in (0.1, 0.02) for epochs, seed in ((9, 0), (4, 1))]
    posed = problems({table.fingerprint: table}, [base.task])
    for curve, one in zip(in_process(points, posed), points, strict=True):
        held = curve.watched["holdout_loss"]
        assert (len(held), held.dtype) == (one.epochs + 1, np.dtype(str(dtype)))
        end = np.array(curve.parameters)
        first, offsets, second, last = end[:12].reshape(4, 3), end[12:16], end[16:20], end[20]
        errors = np.tanh(0.5 * table.inputs[30:] @ first.T + offsets) @ second + last - table.targets[30:]
        assert held[-1] == pytest.approx((errors**2).mean(), rel=1e-5)
        assert first_difference(in_process([one], posed)[0], curve, [*"abcdefghijklmnopqrstu"]) == ""


def test_without_a_holdout_nothing_is_followed() -> None:
    table = data(1)
    one = point(data=table.fingerprint, epochs=3)
    assert in_process([one], problems({table.fingerprint: table}, [one.task]))[0].watched == {}


def test_another_curve_on_what_is_held_out_is_a_difference() -> None:
    table = data(1)
    one = point(data=table.fingerprint, epochs=3, holdout="0.3")
    (curve,) = in_process([one], problems({table.fingerprint: table}, [one.task]))
    changed = curve.watched["holdout_loss"].copy()
    changed[2] = np.nextafter(changed[2], np.float32(9))
    for watched in ({"holdout_loss": changed}, {}):
        assert "another holdout_loss" in first_difference(curve, replace(curve, watched=watched), ("w", "b"))
