"""Whatever is typed, or stands in a file, becomes valid settings or one message: no traceback, nothing written.

``MORE=100 python -m pytest tests/test_bad_input.py`` tries a hundred times as many inputs, at random.
"""

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, event, find, given, settings
from hypothesis import strategies as st

from sweep import app
from sweep.console.guard import guard
from sweep.data import sources
from sweep.data.table_file import Files
from sweep.engines.engine import Here
from sweep.errors import BadInput
from sweep.plan import plan
from sweep.settings.keys import validate
from sweep.settings.schema import Settings, rounded_to
from sweep.training.in_process import in_process
from sweep.verdict.theory import theory_of
from tests.conftest import Command, lines, point
from tests.hydra_plugins.expanded import expanded
from tests.strategies import (
    ANY_SETTINGS,
    CONTENTS,
    FILES,
    FLAGS,
    NUMBERED_SETTINGS,
    OVERRIDES,
    PLAUSIBLE,
    SETTINGS,
    WILD,
)
from tests.tracking import stored

MORE = int(os.environ.get("MORE", "1"))


def tried(examples: int) -> settings:
    """Without shrinking, which takes far longer than composing."""
    return settings(
        phases=[Phase.explicit, Phase.generate],
        max_examples=examples * MORE,
        derandomize=MORE == 1,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def check_ending(code: int, err: str) -> None:
    event(f"code {code}")
    assert code in (0, 1, 2)
    if code == 0:
        assert err == ""
    elif code == 1:
        assert err.startswith("sweep: ")
        check_message(err)
    else:
        assert err.startswith("usage: sweep ")


def check_message(message: str) -> None:
    event("refused")
    first, *rest = message.splitlines()
    assert first
    assert [line[:11] for line in rest] == ["  allowed: ", "  next:    "]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text("x,y\n1,2\n2,3\n")
    return tmp_path


def compose(folder: Path, arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What a command does after its flags are read, up to the plan; ``dry_run=true`` must be among ``arguments``."""

    code = guard(lambda: app.run(expanded(*arguments, extra=folder), Here(in_process)))
    check_ending(code, capsys.readouterr().err)


@tried(25)
@given(overrides=OVERRIDES)
def test_any_overrides_make_a_plan_or_are_answered_in_one_message(
    folder: Path, capsys: pytest.CaptureFixture[str], overrides: list[str]
) -> None:
    compose(folder, [*overrides, "dry_run=true"], capsys)
    assert [path.name for path in folder.rglob("*")] == ["my.csv"]


@tried(25)
@given(words=st.lists(PLAUSIBLE | WILD | FLAGS, min_size=1, max_size=3))
def test_any_command_ends_with_a_plan_a_message_or_the_usage(command: Command, folder: Path, words: list[str]) -> None:
    said = command("dry_run=true", *words, "dry_run=true")  # A flag may take the last one as its value.
    check_ending(said.code, said.err)
    assert [path.name for path in folder.rglob("*")] == ["my.csv"]


@tried(25)
@given(content=FILES)
def test_any_grid_file_makes_a_plan_or_is_answered_in_one_message(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (folder / "grid").mkdir(exist_ok=True)
    (folder / "grid" / "mine.yaml").write_bytes(content)
    compose(folder, ["grid=mine", "dry_run=true"], capsys)
    assert {path.name for path in folder.rglob("*")} == {"my.csv", "grid", "mine.yaml"}


def with_one(odd: tuple[str, Any]) -> Settings:
    name, value = odd
    return replace(stored.settings(), **{name: value})


ODD = st.tuples(st.sampled_from(["lr", "scale", "delta"]), st.floats()) | st.tuples(st.just("epochs"), st.integers())
ONE_ODD: st.SearchStrategy[Settings] = ODD.map(with_one)
"""Settings of which one number may be any: where several are, the others are refused first."""


@tried(200)
@given(asked=SETTINGS | ONE_ODD)
def test_any_settings_are_refused_or_make_a_point_within_every_range(asked: Settings) -> None:
    try:
        accepted = validate(asked)
        (made,) = plan.make([accepted], sources.read).points
    except BadInput as refused:
        check_message(str(refused))
        return
    for value in (made.lr, made.scale, made.delta):
        assert 0 < rounded_to(value, made.dtype) < math.inf
    assert all(math.isfinite(rounded_to(value, made.dtype)) for value in made.init)
    assert 1 <= made.epochs <= 10**8
    assert Path(plan.make([accepted], sources.read).folder).name == plan.make([accepted], sources.read).folder
    str(accepted).encode()


@pytest.mark.parametrize("arm", [ANY_SETTINGS, NUMBERED_SETTINGS], ids=["any", "numbered"])
@pytest.mark.parametrize("accepted", [True, False])
def test_each_arm_of_the_settings_has_some_that_are_accepted_and_some_that_are_refused(
    arm: st.SearchStrategy[Settings], accepted: bool
) -> None:
    def ends_so(asked: Settings) -> bool:
        try:
            validate(asked)
        except BadInput:
            return not accepted
        return accepted

    find(arm, ends_so, settings=settings(tried(5000), database=None))


@tried(150)
@given(content=CONTENTS)
def test_any_file_gives_readings_with_a_theory_or_is_refused_in_one_message(folder: Path, content: bytes) -> None:
    path = folder / "my.csv"
    path.write_bytes(content)
    try:
        readings = Files().read(path, "x", "y")
    except BadInput as refused:
        check_message(str(refused))
        return
    assert len(readings.inputs) == len(readings.targets) >= 2
    assert np.isfinite([*readings.inputs[:, 0], *readings.targets]).all()
    (problem,) = lines(readings).values()
    theory = theory_of(problem, point(scale=1.0, data=readings.fingerprint))
    assert theory is not None
    least = problem.least_loss(point())
    assert least is not None
    assert all(map(math.isfinite, (least, problem.spread, theory.threshold)))
    assert problem.spread > 0
