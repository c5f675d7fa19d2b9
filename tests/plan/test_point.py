"""Every declaration of a point: what a changed value parts, and that key, columns, files and overrides all hold it.

The tests walk ``Point.DECLARED``, so a further field fails here until somebody has thought of it.
"""

import json
import math
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.data.sources import READING
from sweep.plan.declaration import Declared, Sharing, read_declarations
from sweep.plan.point import LATER, Point
from sweep.plan.repeats import setting_key
from sweep.problem.choice import problems
from sweep.settings.keys import KEYS, SET_BY_GROUP, WHOLE_SWEEP
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import DType, Gradient
from sweep.training.bitwise import first_difference
from sweep.training.in_process import in_process
from tests.conftest import SEED, THERMOMETER, lines, point
from tests.plan.fields import (
    CENTRAL,
    CHANGED,
    DECLARED,
    KEEPS_RUNS_TOGETHER,
    LEAVES_UNUSED,
    MODEL,
    OF_FUNCTIONS,
    OF_MODELS,
    OF_OPTIMIZERS,
    SAYS_ITSELF,
    UNUSED,
    base_of,
)

APART = ("momentum", "weight_decay", "warmup")
"""Fields of which 0 trains in a tensor of its own."""

EACH = [(name, value) for name in DECLARED for value in CHANGED.get(name, [])]


def told(value: object) -> tuple[type, object]:
    """``value`` with its type: 8 and 8.0 are two."""
    return type(value), value


def changes(base: Point, name: str, value: object) -> Point:
    found = replace(base, **{name: value})  # type: ignore[arg-type]
    assert getattr(found, name) != getattr(base, name)
    return found


def are_parted(one: Point, other: Point) -> bool:
    return (one.batch, one.trajectory) != (other.batch, other.trajectory)


def test_every_field_is_declared_and_has_changed_values_here() -> None:
    assert [*DECLARED] == [each.name for each in fields(Point)] == [*CHANGED]
    assert {*KEEPS_RUNS_TOGETHER, *UNUSED} <= {*DECLARED}


def test_every_setting_that_is_not_of_the_sweep_as_a_whole_is_declared_once() -> None:
    keys = [key for declared in DECLARED.values() for key in declared.keys]
    own = {key for key in KEYS if key.partition(".")[0] not in WHOLE_SWEEP}
    own -= {*SET_BY_GROUP, *(f"data.{name}" for name in READING)}
    assert sorted(keys) == sorted([*own, "outcome.curvature", "outcome.stop_diverged", "code", "takes"])


@pytest.mark.parametrize(("name", "value"), EACH)
def test_a_changed_value_changes_the_key_and_parts_the_runs(name: str, value: object) -> None:
    base = base_of(name)
    other = changes(base, name, value)
    assert other.key != base.key
    assert are_parted(other, base) == (name not in KEEPS_RUNS_TOGETHER)


@pytest.mark.parametrize("name", DECLARED)
def test_a_value_that_is_not_used_changes_nothing(name: str) -> None:
    assert DECLARED[name].used(SEED) == (name not in {**UNUSED, **SAYS_ITSELF})
    for value in CHANGED[name]:
        if name in UNUSED:
            other = changes(SEED, name, value)
            assert (other.key, are_parted(other, SEED)) == (SEED.key, False)
            assert other.columns() == SEED.columns()
            assert other.overrides() == SEED.overrides()


def test_the_number_of_a_device_parts_batches_and_not_keys() -> None:
    """Two devices of a type give the same numbers, but no tensor lies on both."""
    first, second = (point(device=device) for device in ("cuda:0", "cuda:1"))
    assert first.key == second.key
    assert first.batch != second.batch


def test_what_may_share_a_tensor_parts_trajectories_and_what_may_not_parts_batches() -> None:
    parted: dict[str, set[str]] = {"batch": set(), "trajectory": set()}
    for name, value in EACH:
        base = base_of(name) if name in (*OF_MODELS, *OF_FUNCTIONS, *OF_OPTIMIZERS) else CENTRAL
        other = changes(base, name, value)
        for what, names in parted.items():
            if getattr(other, what) != getattr(base, what):
                names.add(name)
    assert parted == {
        "batch": {"problem", "gradient", "delta", "dtype", "device", "data"}
        | {"center", "standardize", "holdout", "holdout_seed", *OF_MODELS, *OF_FUNCTIONS}
        | {"batch_size", "optimizer", "nesterov", "centered", "schedule", *APART},
        "trajectory": {"lr", "scale", "start", "init", "optimizer", "takes", *OF_OPTIMIZERS}
        - {"batch_size", "nesterov", "centered"},
    }


@pytest.mark.parametrize(("name", "value"), EACH)
@pytest.mark.parametrize("base", [SEED, CENTRAL, MODEL], ids=["SEED", "CENTRAL", "MODEL"])
def test_a_point_reads_back_from_json_as_it_was_stored(base: Point, name: str, value: object) -> None:
    stored = replace(base, **{name: value}).stored()  # type: ignore[arg-type]
    again = Point.from_stored(json.loads(json.dumps(stored)))
    assert again.key == replace(base, **{name: value}).key  # type: ignore[arg-type]
    assert again.stored() == stored
    assert again == replace(base, **{name: value, **_of_device_the_type(name, value)})
    assert [type(getattr(again, each)) for each in DECLARED] == [type(getattr(base, each)) for each in DECLARED]


def _of_device_the_type(name: str, value: object) -> dict[str, Any]:
    return {"device": str(value).partition(":")[0]} if name == "device" else {}


@pytest.mark.parametrize("base", [SEED, CENTRAL], ids=["SEED", "CENTRAL"])
def test_columns_show_each_declared_key_once_and_stored_values_all(base: Point) -> None:
    keys = [key for declared in DECLARED.values() for key in declared.keys]
    assert len(set(keys)) == len(keys)
    assert [*base.columns()] == keys
    assert [*base.stored()] == [
        key for key in keys if key not in LATER or base.columns()[key] not in (None, LATER[key])
    ]
    unused = {key for declared in DECLARED.values() if not declared.used(base) for key in declared.keys}
    assert {key for key, value in base.columns().items() if value is None} == unused
    assert all(value is not None for value in base.stored().values())


@pytest.mark.parametrize(("name", "value"), EACH)
def test_columns_tell_a_changed_value(name: str, value: object) -> None:
    base, declared = base_of(name), DECLARED[name]
    one, other = base.columns(), changes(base, name, value).columns()
    differing = {key for key in one | other if (key in one, told(one.get(key))) != (key in other, told(other.get(key)))}
    others = {key for key in differing if not key.startswith(declared.keys)}
    assert differing - others
    assert others <= {*LEAVES_UNUSED.get(name, ())}


def test_overrides_carry_every_setting_that_is_used_but_data() -> None:
    common = {"lr": 0.01, "scale": 0.1, "epochs": 5000, "init.w": 1.0, "init.b": 0.0, "dtype": "float32"}
    common |= {"problem": "line", "start": "given", "gradient": "analytic", "device": "cpu"}
    common |= {"optimizer": "sgd", "optimizer.momentum": 0.0, "optimizer.weight_decay": 0.0}
    common |= {"schedule": "constant", "schedule.warmup": 0}
    common |= {"data.center": False, "data.standardize": False, "data.holdout": "0"}
    assert SEED.overrides() == common
    central = {"gradient": "finite_difference", "delta": 0.1, "data.holdout": "0.5", "data.holdout_seed": 0}
    assert CENTRAL.overrides() == common | central
    assert point(device="cuda:1").overrides() == common | {"device": "cuda:1"}


def test_epochs_alone_say_how_far_a_trajectory_is_followed() -> None:
    assert [name for name, each in DECLARED.items() if each.sharing is Sharing.TRAJECTORY] == ["epochs"]


@given(
    lr=st.floats(1e-6, 1),
    scale=st.floats(0.01, 1),
    init=st.tuples(st.floats(-5, 5), st.floats(-20, 20)),
    gradient=st.sampled_from(Gradient),
    deltas=st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)),
    dtype=st.sampled_from(DType),
    short=st.integers(1, 40),
    more=st.integers(1, 40),
)
def test_of_two_points_on_one_trajectory_the_shorter_is_the_exact_prefix_of_the_longer(
    gradient: Gradient, deltas: tuple[float, float], short: int, more: int, **drawn: object
) -> None:
    known = lines(THERMOMETER)
    one = point(gradient=gradient, delta=deltas[0], epochs=short, **drawn)
    unused = gradient is not Gradient.finite_difference
    other = replace(one, epochs=short + more, delta=deltas[1] if unused else deltas[0])
    assert not are_parted(one, other)
    for first, second in (in_process([one, other], known), [in_process([each], known)[0] for each in (one, other)]):
        assert first.losses.tobytes() == second.losses[:short].tobytes()
        following = float(second.losses[short])
        assert first.final_loss == following or (math.isnan(first.final_loss) and math.isnan(following))


@pytest.mark.parametrize(("name", "value"), [each for each in EACH if each[0] not in ("device", "data")])
def test_points_that_differ_in_a_setting_train_to_the_same_bits_together_and_alone(name: str, value: object) -> None:
    base = replace(OF_OPTIMIZERS.get(name, CENTRAL), epochs=30)
    changed = changes(base, name, 20 if name == "epochs" else value)
    posed = problems({THERMOMETER.fingerprint: THERMOMETER}, [base.task, changed.task])
    together = in_process([base, changed], posed)
    alone = [in_process([each], posed)[0] for each in (base, changed)]
    for one, other in zip(together, alone, strict=True):
        assert first_difference(one, other, ("w", "b")) == ""


@dataclass(frozen=True)
class Further(Point):
    """A point with a setting that came later, under which all earlier points had the value 0."""

    noise: Annotated[float, Declared(("noise",), before=0.0)] = 0.0


Further.DECLARED = read_declarations(Further)


def further(noise: float) -> Further:
    return Further(**{name: getattr(SEED, name) for name in DECLARED}, noise=noise)


def test_a_setting_that_came_later_leaves_earlier_keys_and_parts_what_differs() -> None:
    assert further(0.0).key == SEED.key
    assert further(0.9).key != SEED.key
    assert are_parted(further(0.9), further(0.0))
    assert [further(value).columns()["noise"] for value in (0.0, 0.9)] == [0.0, 0.9]
    assert [further(value).overrides()["noise"] for value in (0.0, 0.9)] == [0.0, 0.9]


def test_a_document_from_before_a_setting_is_read_with_the_value_that_points_had_then() -> None:
    assert Further.from_stored(SEED.stored()) == further(0.0)
    assert Further.from_stored(further(0.9).stored()) == further(0.9)
    with pytest.raises(KeyError, match="lr"):
        Further.from_stored({name: value for name, value in SEED.stored().items() if name != "lr"})


def test_a_seed_that_shuffles_batches_tells_points_apart_and_makes_them_repeats() -> None:
    one, other = (point(batch_size=4, seed=seed) for seed in (0, 1))
    assert one.key != other.key
    assert setting_key(one) == setting_key(other)
    assert point(seed=1).key == point().key


def test_decay_descends_with_the_loss_but_where_it_is_decoupled() -> None:
    kinds = {kind: point(optimizer=kind, weight_decay=0.1).decay for kind in OptimizerKind}
    assert kinds == dict.fromkeys(OptimizerKind, 0.1) | {OptimizerKind.adamw: 0.0}


def test_with_a_decay_of_lr_adagrad_never_comes_to_rest_so_that_it_has_a_tensor_of_its_own() -> None:
    batches = [point(optimizer=OptimizerKind.adagrad, lr_decay=decay).batch for decay in (0.0, 0.1, 0.2)]
    assert batches[0] != batches[1] == batches[2]
