"""The benchmarks themselves: grids survive their command line, and a store that differs is found out."""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from runpy import run_module
from shutil import copyfile
from typing import Any

import pytest
import torch

from benchmarks import grid, mlp, optimizers, peers, tables
from benchmarks.arithmetic import train, train_batched
from benchmarks.peers import FLOOR, OURS, PEERS, Peer
from benchmarks.process import Usage, measure, python
from benchmarks.stored import Different, check
from tests import quick_start


@pytest.mark.parametrize("points", [1, 4, 7, 36, 1000])
def test_a_grid_has_as_many_points_as_asked_for_and_survives_its_command_line(points: int) -> None:
    asked = grid.of(points, 5)
    assert len(set(asked.points)) == points
    assert grid.read(asked.arguments) == asked


def test_the_floor_trains_what_the_peers_train() -> None:
    asked = grid.of(12, 100)
    losses, ends = train_batched(asked)
    for (lr, scale), row, (w, b) in zip(asked.points, losses.tolist(), ends.tolist(), strict=True):
        assert str((row, w, b)) == str(train(lr, scale, 100))  # Text, so that nan equals nan.


def test_the_floor_of_models_trains_what_the_loop_trains() -> None:
    x, t = mlp.table(16)
    rates = mlp.rates(3)
    many = mlp.train_batched(x, t, 4, rates, 20, rows=2).tolist()
    for lr, losses in zip(rates, many, strict=True):
        torch.manual_seed(0)
        assert losses == pytest.approx(mlp.train(x, t, mlp.module(4), lr, 20), rel=1e-4)


def test_every_kind_of_optimizer_batch_and_repeat_is_measured_in_every_round() -> None:
    found = optimizers.once(16, 20, 2)
    assert {*optimizers.KINDS} < {*found}
    assert {len(rounds) for rounds in found.values()} == {2}


def forked(command: Sequence[str], folder: Path) -> Usage:
    """As :func:`benchmarks.process.measure`, of a fork, of which nobody knows what it took."""
    done = quick_start.run(command, cwd=folder)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return Usage(0, 0, done.stdout)


def run(peer: Peer, epochs: int, folder: Path, empty_store: Path) -> Path:
    """The store that ``peer`` leaves in ``folder``, checked; its tables are there already, as they take MLflow long."""
    store = folder / peer.store
    store.parent.mkdir(exist_ok=True)
    copyfile(empty_store, store)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(peers, "measure", forked)
        peer.run(grid.of(4, epochs), folder)
    return store


@pytest.mark.parametrize("peer", [OURS, PEERS["hydra-log-batch"]], ids=lambda peer: peer.name)
def test_each_stores_the_same_points(peer: Peer, tmp_path: Path, empty_store: Path) -> None:
    # The other peers take long and need the extra; the benchmark itself checks every run of each.
    run(peer, 40, tmp_path, empty_store)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    return run(FLOOR, 20, tmp_path_factory.mktemp("floor"), empty_store)


def test_the_floor_stores_the_same_points_and_another_grid_or_first_step_is_found_out(floor: Path) -> None:
    check(floor, grid.of(4, 20))
    with pytest.raises(Different, match="the first that differs: 0"):
        check(floor, grid.of(4, 20), first_step=1)
    with pytest.raises(Different, match="no such run"):
        check(floor, grid.of(4, 21))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("UPDATE metrics SET value = value * 1.000001 WHERE key = 'loss' AND step = 9", "the loss at step 9"),
        ("DELETE FROM metrics WHERE key = 'loss' AND step = 3", "loss points, should be"),
        ("DELETE FROM latest_metrics WHERE key = 'w'", "w is None"),
        ("UPDATE runs SET status = 'RUNNING'", "0 runs"),
    ],
)
def test_a_store_that_differs_is_found_out(floor: Path, tmp_path: Path, change: str, message: str) -> None:
    file = tmp_path / "changed.db"
    file.write_bytes(floor.read_bytes())
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(change)
    with pytest.raises(Different, match=message):
        check(file, grid.of(4, 20))


def test_a_thinned_curve_keeps_its_ends(floor: Path, tmp_path: Path) -> None:
    file = tmp_path / "thinned.db"
    file.write_bytes(floor.read_bytes())
    with closing(sqlite3.connect(file)) as connection:
        with connection:
            connection.execute("DELETE FROM metrics WHERE key = 'loss' AND step = 3")
        check(file, grid.of(4, 20), thinned=True)
        with connection:
            connection.execute("DELETE FROM metrics WHERE key = 'loss' AND step = 0")
        with pytest.raises(Different, match="the first that differs: 0"):
            check(file, grid.of(4, 20), thinned=True)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Any]]:
    """``printed("wide", "40", …)`` is what ``python -m benchmarks.wide 40 …``, in this process, prints, from JSON."""

    def run(name: str, *words: str) -> Any:
        monkeypatch.delitem(sys.modules, f"benchmarks.{name}", raising=False)
        monkeypatch.setattr(sys, "argv", [name, *words])
        run_module(f"benchmarks.{name}", run_name="__main__")
        return json.loads(capsys.readouterr().out)

    threads = torch.get_num_threads()
    yield run
    torch.set_num_threads(threads)


def test_parts_of_ours_can_be_timed_alone(
    printed: Callable[..., Any], tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed("training", *grid.of(6, 10).arguments).keys() == {"batched", "alone"}
    assert {name: len(times) for name, times in printed("wide", "40", "20", "2").items()} == {"tiles": 2, "alone": 2}
    models = printed("models", "4", "16", "20", "5", "2")
    assert (models["rows"], len(models["tiles"]), len(models["loop"])) == (32, 2, 2)
    monkeypatch.chdir(tmp_path)
    for name in ("writer.db", "raw.db"):
        copyfile(empty_store, name)
    assert printed("tracking", *grid.of(4, 10, highest_lr=1e-4).arguments)["rows"] > 40


def test_a_program_that_fails_is_not_timed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="exited with 3"):
        measure(python("-c", "raise SystemExit(3)"), tmp_path)


def test_a_bar_says_whether_it_holds() -> None:
    assert tables.Bar("a", 2, 1.5).cells == ("a", "2", "1.5", "yes")
    assert tables.Bar("a", 1 / 25, 1 / 20).cells == ("a", "1/25", "1/20", "NO")
    assert tables.Bar("a", 2, None, "ms").cells == ("a", "2 ms", "not measured", "?")
