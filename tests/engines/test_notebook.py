"""Functions and classes of a notebook's cells: they travel to workers by value, and are known by their code."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.quick_start import FORKER, forker, run
from tests.tracking.stored import runs

IMPORTS = """
import torch
from torch import nn
from near import scaled
"""

POINTS = "points = torch.linspace(-1, 1, 16)[:, None]"

NET = """
class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(1, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(self, x):
        return self.layers(x)

def error_of(net):  # A comment.
    return ((net(points) - points**2) ** 2).mean()
"""

TRAIN = """
def train(lr, epochs, seed, width=4):
    net = Net(width)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    for _ in range(epochs):
        loss = scaled(error_of(net))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss
    return {"doubled": scaled(1.0)}
"""

CELLS = [IMPORTS, POINTS, NET, TRAIN]

RUN = """
import sys
from dataclasses import replace
from sweep.app import run
from sweep.engines.engine import Here
from sweep.engines.processes import Processes
from sweep.settings.schema import Posed, ProblemKind, Start
from sweep.training.compute import compute
from tests.tracking.stored import settings

def asked(posed, lr, rerun):
    return replace(settings(lr=lr, scale=1.0, epochs=20), start=Start.random, problem=posed, rerun=rerun)

FUNCTION = Posed(ProblemKind.function, {}, "mse", 1.0, None, {"_target_": "__main__.train", "width": 3})
MODEL = Posed(ProblemKind.torch, {"_target_": "__main__.Net", "width": 3}, "mse", 1.0, None, {})
for posed in (FUNCTION, MODEL):
    for engine, rerun in ((Processes(1), False), (Here(compute), True))[: int(sys.argv[1])]:
        assert run([asked(posed, lr, rerun) for lr in (0.01, 0.1, 0.2)], engine) == 0
"""

SESSION = """
import sys
for number, cell in enumerate(sys.argv.pop().split("\x1e")):
    exec(compile(cell, f"<cell {number}>", "exec"), globals())
"""
"""As a notebook runs cells: in ``__main__``, and from no file."""


def session(times: int, cells: list[str] = CELLS) -> str:
    """What a session says that has run ``cells``, and then a sweep of its function and one of its class."""
    words = [sys.executable, "-c", SESSION, str(times), "\x1e".join([*cells, RUN])]
    found = run(words)
    assert (found.returncode, found.stderr) == (0, "")
    return found.stdout


@pytest.fixture
def near(ready_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module beside the notebook."""
    monkeypatch.setenv("PYTHONPATH", f"{Path(__file__).parents[2]}:{tmp_path}")
    monkeypatch.setenv(FORKER, forker())
    path = tmp_path / "near.py"
    path.write_text("def scaled(x):\n    return 2 * x\n")
    return path


def test_what_a_notebook_defines_trains_in_workers_to_the_bits_that_it_has_in_the_notebook(
    command: Command, near: Path
) -> None:
    session(2)
    ends: dict[str, set[str]] = defaultdict(set)
    for each in runs():
        ends[each.data.tags["key"]].add(each.data.tags["final_loss"])
    assert [len(losses) for losses in ends.values()] == [1] * 6  # Of two attempts each.
    assert {each.data.tags["attempt"] for each in runs()} == {"1", "2"}
    # A cell that is run again as it was is the same code; comments and layout are none of it.
    typed = NET.replace("  # A comment.", "").replace("\n\ndef", "\n\n\n# Another.\ndef")
    assert session(1, [IMPORTS, POINTS, typed, TRAIN]).count("3 done already, 0 to train") == 2

    said = command("--allow", "__main__.train", "--allow", "__main__.Net", module="sweep.replay")
    assert (said.code, "of a notebook, or of the script that was started" in said.err) == (1, True)
    assert command(module="sweep.report").code == 0


def test_another_process_says_that_a_notebooks_function_is_not_there(command: Command) -> None:
    said = command("problem=function", "problem.function._target_=__main__.train")
    assert (said.code, said.err.splitlines()[0]) == (
        1,
        "sweep: __main__.train: of a notebook, or of the script that was started, and not to be found here",
    )


FINGERPRINTS = """
from sweep.errors import BadInput
from sweep.models.code import fingerprint
for cells in sys.argv[1].split("\\x1d"):
    for number, cell in enumerate(cells.split("\\x1e")):
        exec(compile(cell, f"<cell {number}>", "exec"), globals())
    try:
        print(fingerprint(["__main__.train"]))
    except BadInput as bad:
        print(bad.what)
"""


def told(tmp_path: Path, *notebooks: list[str], by: Callable[..., Any] = run, **environment: str) -> list[str]:
    """By notebook, the fingerprint of its function, or why it has none; in one process, as of a cell that is edited."""
    (tmp_path / "near.py").write_text("def scaled(x):\n    return 2 * x\n")
    words = [sys.executable, "-c", SESSION, "\x1d".join(map("\x1e".join, notebooks)), FINGERPRINTS]
    found = by(words, cwd=tmp_path, env={"PYTHONPATH": str(Path(__file__).parents[2]), **environment})
    assert (found.returncode, found.stderr) == (0, "")
    lines: list[str] = found.stdout.splitlines()
    return lines


MADE = f"""
def by(power):
    def error_of(net):
        return ((net(points) - points**power) ** 2).mean()
    return error_of
{NET}
"""

LISTED, USES = "errors = [error_of]", TRAIN.replace("error_of(net)", "errors[0](net)")

HELD = "held = torch.utils.data.TensorDataset(points)"

OTHERS = {
    "a function that it calls": [IMPORTS, POINTS, NET.replace("points**2", "points**3"), TRAIN],
    "a class that it uses": [IMPORTS, POINTS, NET.replace("nn.Tanh()", "nn.Sigmoid()"), TRAIN],
    "a value that it uses": [IMPORTS, POINTS.replace("16", "17"), NET, TRAIN],
    "itself": [IMPORTS, POINTS, NET, TRAIN.replace("lr=lr", "lr=lr, momentum=0.5")],
    "a default of its own": [IMPORTS, POINTS, NET, TRAIN.replace("width=4", "width=5")],
    "a function that is made by another": [IMPORTS, POINTS, MADE + "error_of = by(3)", TRAIN],
    "the same with another value": [IMPORTS, POINTS, MADE + "error_of = by(4)", TRAIN],
    "a function in a list": [IMPORTS, POINTS, NET, LISTED, USES],
    "an edited one in a list": [IMPORTS, POINTS, NET.replace("points**2", "points**4"), LISTED, USES],
}


MORE = [IMPORTS, POINTS, HELD, NET, TRAIN.replace("scaled(error_of", "scaled(len(held) * error_of")]

UNREADABLE = {"TextIOWrapper": "open(__import__('os').devnull)", "generator": "(n for n in range(3))"}

NOTEBOOKS = {
    "first": CELLS,
    **OTHERS,
    "again": CELLS,
    "more": MORE,
    **{kind: [IMPORTS, f"points = {made}", NET, TRAIN] for kind, made in UNREADABLE.items()},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is told of each of :data:`NOTEBOOKS`, all in one process."""
    return dict(zip(NOTEBOOKS, told(tmp_path_factory.mktemp("told"), *NOTEBOOKS.values()), strict=True))


def test_a_cell_that_was_edited_is_other_code(found: dict[str, str]) -> None:
    assert found["first"] == found["again"]
    assert len({found["first"], *(found[name] for name in OTHERS)}) == 1 + len(OTHERS)


def test_code_of_a_notebook_is_the_same_in_another_process(found: dict[str, str], tmp_path: Path) -> None:
    """One that orders its sets and hashes its texts in another way."""
    started = partial(subprocess.run, capture_output=True, text=True, timeout=120, check=False)
    assert told(tmp_path, CELLS, MORE, by=started, PYTHONHASHSEED="2") == [found["first"], found["more"]]


def test_what_a_notebook_uses_that_cannot_be_read_is_named(found: dict[str, str]) -> None:
    for kind in UNREADABLE:
        line = found[kind]
        assert line.startswith(f"__main__.points: a value of type {kind}, which a function of the notebook or script")
