"""Points of training functions: what a function names is the point, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from sweep.models.function import HANDED
from sweep.models.spec import canonical
from sweep.plan.repeats import setting_key
from sweep.settings.optimizers import OptimizerKind
from tests.conftest import Command
from tests.models.written import importable, write
from tests.plan.fields import CHANGED, FUNCTION

TRAIN = """
    def train(lr, epochs, width=8):
        for epoch in range(epochs):
            yield width * (1 - lr) ** epoch

    def seeded(seed, *, power=2):
        yield seed ** power

    def needs(lr, name):
        yield lr

    def placed(lr, step, /):
        yield lr

    def bare():
        return [1.0]

    class Trainer:
        pass

    number = 3
"""

BY_LR = replace(FUNCTION, takes="lr")
"""A point whose function names its learning rate alone."""


@pytest.mark.parametrize("name", [*HANDED, "start", "init", "gradient", "delta", "loss", "model", "curvature"])
def test_a_setting_that_the_function_does_not_name_changes_nothing(name: str) -> None:
    for value in CHANGED[name]:
        other = replace(BY_LR, **{name: value})  # type: ignore[arg-type]
        if name != "lr":
            assert (other.key, other.columns(), other.overrides()) == (BY_LR.key, BY_LR.columns(), BY_LR.overrides())
        else:
            assert other.key != BY_LR.key


@pytest.mark.parametrize("name", HANDED)
def test_one_that_it_names_is_in_its_key(name: str) -> None:
    named = replace(FUNCTION, optimizer=OptimizerKind.rmsprop, alpha=0.5, momentum=0.5, takes=name)
    if name in ("nesterov", "lr_decay", "initial_accumulator_value", "beta1", "beta2"):
        return  # Of other optimizers.
    values = [value for value in CHANGED[name] if value != getattr(named, name)]
    others = [replace(named, **{name: value}) for value in values]  # type: ignore[arg-type]
    assert all(other.key != named.key for other in others)
    assert any(other.columns() != named.columns() for other in others)


def test_readings_and_how_they_are_prepared_are_part_of_what_it_is() -> None:
    for name in ("data", "center", "standardize", "holdout"):
        others = [replace(BY_LR, **{name: value}) for value in CHANGED[name]]  # type: ignore[arg-type]
        assert all(other.key != BY_LR.key for other in others)


def test_runs_that_differ_in_a_seed_that_it_names_are_repeats() -> None:
    one, other = (replace(FUNCTION, takes="lr seed", seed=seed) for seed in (0, 1))
    assert one.key != other.key
    assert setting_key(one) == setting_key(other)


def test_its_settings_are_told_by_their_keys_and_no_others() -> None:
    point = replace(BY_LR, function=canonical({"_target_": "my.train", "width": 8}))
    told = {key: value for key, value in point.columns().items() if value is not None}
    assert told.keys() == {
        *("lr", "problem", "data", "data.center", "data.standardize", "data.holdout", "data.holdout_seed"),
        *("problem.function._target_", "problem.function.width", "takes", "outcome.stop_diverged", "code"),
    }


REFUSED = {
    (): "problem=function: problem.function._target_ must be given",
    ("problem.function._target_=fn_train.trian",): "did you mean train?",
    ("problem.function._target_=fn_train.number",): "of type int, which is no function",
    ("problem.function._target_=fn_train.Trainer",): "of type type, which is no function",
    ("problem.function._target_=fn_train.needs",): "problem.function: fn_train.needs needs name",
    ("problem.function._target_=fn_train.placed",): "next:    leave the / out that stands behind them",
    ("problem.function._target_=fn_train.train", "problem.function.depth=3"): "fn_train.train takes no depth",
    ("problem.function._target_=fn_train.train", "problem.function.lr=3"): "write lr=…, without problem.function",
    ("problem.function._target_=fn_train.train", "problem.function._args_=[3]"): "problem.function._args_: not known",
    ("problem.function._target_=fn_train.train", "problem.loss=l1"): "problem.loss: not used by problem=function",
    ("problem.function._target_=fn_train.train", "start=given"): "problem=function has no keys to give one by",
    ("problem.function._target_=fn_train.train", "gradient=autograd"): "gradient: not used by problem=function",
    ("problem.function=fn_train.train",): "write problem.function._target_=MODULE.FUNCTION",
}


@pytest.mark.parametrize(("words", "said"), REFUSED.items(), ids=[" ".join(each) for each in REFUSED])
def test_a_function_that_cannot_train_is_refused_before_anything_does(
    command: Command, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    write(tmp_path, {"fn_train.py": TRAIN})
    with importable(tmp_path):
        found = command("problem=function", *words)
    assert (found.code, said in found.err) == (1, True), found.err
    assert "Traceback" not in found.err


def test_what_a_function_alone_uses_is_refused_of_other_problems(command: Command) -> None:
    for words in ("outcome.stop_diverged=true", "problem.function.width=3"):
        found = command(words)
        assert found.code == 1
        assert "allowed: problem=function" in found.err


def test_readings_that_a_function_need_not_use_refuse_nothing(command: Command, tmp_path: Path) -> None:
    write(tmp_path, {"fn_train.py": TRAIN})
    (tmp_path / "steep.csv").write_text("x,y\n16777216,1\n16777217,2\n")  # One number in float32.
    data = ("data=csv", "data.path=steep.csv", "data.input=x", "data.target=y")
    with importable(tmp_path):
        words = ("problem=function", "problem.function._target_=fn_train.seeded", "batch_size=64", "dry_run=true")
        found = command(*words, *data)
    assert (found.code, found.err) == (0, "")
    assert "Sweep" in found.out
    assert "epoch" not in next(line for line in found.out.splitlines() if line.startswith("Sweep"))


def test_an_axis_that_it_does_not_name_is_one_point_and_said(command: Command, tmp_path: Path) -> None:
    write(tmp_path, {"fn_train.py": TRAIN})
    with importable(tmp_path):
        found = command(
            "problem=function", "problem.function._target_=fn_train.seeded", "lr=1,2", "seed=1,2", "dry_run=true"
        )
    assert found.code == 0
    assert "2 points" in found.out
    assert "lr" in found.out


def test_a_run_without_settings_is_called_by_what_trains_it(command: Command, tmp_path: Path) -> None:
    write(tmp_path, {"fn_train.py": TRAIN})
    with importable(tmp_path):
        found = command("problem=function", "problem.function._target_=fn_train.bare")
    assert "Best so far: problem.function._target_=fn_train.bare, final loss 1." in found.out
