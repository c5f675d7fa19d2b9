"""Readings made ready: what is held out, centred and standardised; and how a holdout is typed."""

import numpy as np
import pytest

from sweep.errors import BadInput
from sweep.problem.prepared import prepare
from sweep.problem.task import Task
from sweep.settings.holdout import Holdout, canonical
from sweep.settings.schema import DType, ProblemKind
from tests.problem.made import readings

RAMP = readings([2000.0 + k for k in range(40)], [k * k / 7 for k in range(40)])


def task(**changes: object) -> Task:
    return Task(ProblemKind.line, RAMP.fingerprint)._replace(**changes)  # type: ignore[arg-type]


def test_without_a_wish_readings_stay_as_they_are_to_the_bit() -> None:
    found = prepare(RAMP, task())
    assert found.inputs.tobytes() == RAMP.inputs.tobytes()
    assert found.targets.tobytes() == RAMP.targets.tobytes()
    assert len(found.held_targets) == 0


def test_mean_and_deviation_are_those_of_the_training_part() -> None:
    found = prepare(RAMP, task(standardize=True, holdout="last:0.25"))
    kept = RAMP.inputs[:30, 0]
    assert found.shift == pytest.approx([kept.mean()])
    assert found.divisor == pytest.approx([kept.std()])
    assert found.inputs[:, 0] == pytest.approx((kept - kept.mean()) / kept.std())
    assert found.held_inputs[:, 0] == pytest.approx((RAMP.inputs[30:, 0] - kept.mean()) / kept.std())
    assert found.held_targets.tolist() == RAMP.targets[30:].tolist()
    centred = prepare(RAMP, task(center=True))
    assert (centred.divisor.tolist(), centred.inputs.mean()) == ([1.0], 0.0)


def test_samples_that_are_drawn_depend_on_the_seed_alone_and_keep_their_order() -> None:
    draws = [prepare(RAMP, task(holdout="0.2", holdout_seed=seed)) for seed in (0, 0, 1)]
    held = [found.held_targets.tolist() for found in draws]
    assert held[0] == held[1] != held[2]
    for found in draws:
        assert (len(found.held_targets), len(found.targets)) == (8, 32)
        assert sorted([*found.targets, *found.held_targets]) == RAMP.targets.tolist()
        assert np.all(np.diff(found.targets) > 0)
        assert np.all(np.diff(found.held_targets) > 0)
    # Whoever changes which samples a seed draws changes what every stored sweep with a holdout was trained on.
    assert [RAMP.targets.tolist().index(t) for t in held[0]] == [0, 2, 9, 11, 17, 20, 21, 38]


@pytest.mark.parametrize("part", ["0.99", "last:0.97"])
def test_a_holdout_that_leaves_too_little_is_refused(part: str) -> None:
    with pytest.raises(BadInput, match="leaves fewer than 2 to train"):
        prepare(RAMP, task(holdout=part))


@pytest.mark.parametrize(
    ("text", "meant", "written"),
    [
        ("0", Holdout(0, False), "0"),
        ("0.0", Holdout(0, False), "0"),
        ("last:0", Holdout(0, True), "0"),
        (".2", Holdout(0.2, False), "0.2"),
        ("0.20", Holdout(0.2, False), "0.2"),
        ("2e-1", Holdout(0.2, False), "0.2"),
        ("last:.25", Holdout(0.25, True), "last:0.25"),
    ],
)
def test_all_that_mean_the_same_part_are_written_alike(text: str, meant: Holdout, written: str) -> None:
    assert Holdout.read(text) == meant
    assert canonical(text) == written


@pytest.mark.parametrize("text", ["1", "-0.1", "20%", "first:0.2", "last", "last:1", "nan", "", "0,2", "1e400", "inf"])
def test_what_is_no_part_is_none(text: str) -> None:
    assert Holdout.read(text) is None


def test_inputs_that_rounding_merges_are_counted_as_they_are_trained() -> None:
    stamps = readings([1.7e9 + k for k in range(40)], range(40))
    assert prepare(stamps, task()).distinct_inputs(DType.float32) < 40
    assert prepare(stamps, task(center=True)).distinct_inputs(DType.float32) == 40
