"""Replay of models: by code that the command allows, in tiles as they were trained in, and what differs is told."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.models import tile
from sweep.tracking.location import absolute
from sweep.training.curve import Curve, Result
from tests.conftest import Command
from tests.own_models import ALLOWED, NET, TWO, Own, edit, in_folder
from tests.tracking.stored import URI, runs

pytestmark = pytest.mark.usefixtures("ready_store")


@pytest.fixture
def own(command: Command, tmp_path: Path) -> Own:
    return in_folder(command, tmp_path)


def test_replay_tells_an_edited_comment_from_edited_code(own: Own) -> None:
    own(*TWO)
    edit("h = torch", "# A comment.\n        h = torch")
    said = own(*ALLOWED, module="sweep.replay")
    assert (said.code, "The code of" in said.out) == (0, False)
    edit("torch.tanh", "torch.sin")
    said = own(*ALLOWED, module="sweep.replay")
    assert (said.code, "2 different" in said.out) == (5, True)
    assert "The code of my_models.Net is not what it was when the runs were trained." in said.out
    edit("nn.Linear(width, 1), body", "nn.Linear(width, 1, bias=False), body")
    assert "has other parameters: 13 stored, 12 now" in own(*ALLOWED, module="sweep.replay").out


def test_replay_of_one_run_says_what_it_needs(own: Own) -> None:
    own(*TWO)
    run_id = runs()[0].info.run_id
    assert own(run_id, module="sweep.replay").code == 1
    assert own(run_id, "--allow", "my_models.Other", module="sweep.replay").code == 1
    assert not Path("imported").exists()
    said = own(run_id, *ALLOWED, module="sweep.replay")
    assert (said.code, "Replayed 1 run of" in said.out) == (0, True)
    Path("my_models.py").unlink()
    said = own(run_id, *ALLOWED, module="sweep.replay")
    assert (said.code, "there is no module my_models" in said.err) == (1, True)


def test_nested_targets_are_allowed_one_by_one(own: Own) -> None:
    own(*NET, "problem.model.width=4", "lr=1e-3", "problem.model.body._target_=my_models.bent")
    said = own(*ALLOWED, module="sweep.replay")
    assert (said.code, Path("imported").exists()) == (1, False)
    assert "code to be run: my_models.bent" in said.err


def test_what_sweep_ships_is_replayed_without_being_allowed(command: Command) -> None:
    command("problem=mlp", "problem.model.width=4,8", "data.standardize=true", "lr=1e-3,1e-1", "epochs=30")
    said = command(module="sweep.replay")
    assert (said.code, "identical, bit for bit." in said.out) == (0, True)


@pytest.mark.parametrize(("batch", "tiles"), [("null", {"tile": 32}), ("4", {"tile": 32, "batch_tile": 32})])
def test_replay_trains_in_tiles_of_as_many_points_as_the_runs_were_trained_in(
    command: Command, monkeypatch: pytest.MonkeyPatch, batch: str, tiles: dict[str, int]
) -> None:
    command("problem=mlp", "data.standardize=true", "lr=1e-3,1e-1", "epochs=30", f"batch_size={batch}")
    monkeypatch.setattr(tile, "SIZES", ((1 << 40, 16),))
    used: list[dict[str, int]] = []

    def seen(stored: Curve, again: Result, names: Sequence[str], measures: bool) -> str:
        assert isinstance(again, Curve)
        used.extend({name: rows for name, rows in each.trained.items() if "tile" in name} for each in (stored, again))
        return ""

    monkeypatch.setattr("sweep.training.bitwise.first_difference", seen)
    assert command(module="sweep.replay").code == 0
    assert used == [tiles] * 4


def test_runs_over_samples_are_replayed_with_every_bit_beside_others(command: Command) -> None:
    own = "problem.model._target_=tests.problem.any_modules.Dropped"
    command("problem=torch", own, "data.standardize=true", "lr=1e-3,1e-2", "epochs=9", "batch_size=4,null", "seed=0,1")
    said = command("--allow", "tests.problem.any_modules.Dropped", module="sweep.replay")
    assert (said.code, "Replayed 8 runs" in said.out, "identical, bit for bit." in said.out) == (0, True, True)


def test_what_was_measured_is_compared_where_torch_is_the_same(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("problem=mlp", "data.standardize=true", "lr=1e-3,1e-2", "epochs=30")
    monkeypatch.setattr("sweep.problem.network_measures.steps_of", lambda numbers: 3)
    said = command(module="sweep.replay")
    assert said.code == 5
    assert "the same curve and end, but another " in said.out
    for run in runs():
        other = run.data.tags["versions"].replace("torch 2", "torch 1")
        MlflowClient(absolute(URI)).set_tag(run.info.run_id, "versions", other)
    said = command(module="sweep.replay")
    assert said.code == 0
    assert "Of 2 runs the curve and the end alone" in said.out
