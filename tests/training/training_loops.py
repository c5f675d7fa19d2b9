"""Training functions for tests. Nothing of ours is imported here: what they import is read for each of their points."""

import ctypes
import logging
import os
import subprocess
import sys
import warnings
from asyncio import CancelledError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

INF, NAN = float("inf"), float("nan")


def falls(lr: float, epochs: int) -> Iterator[float]:
    """A loss an epoch."""
    for epoch in range(epochs):
        yield (1 - lr) ** epoch


def says(kind: str) -> Iterator[Any]:
    """Losses of several kinds; or what is none."""
    yield 2
    yield {
        "tensor": torch.tensor(1.5, requires_grad=True),
        "array": np.array([[1.5]]),
        "scalar": np.float32(1.5),
        "bool": True,
        "huge": 10**400,
        "text": "1.5",
        "nothing": None,
        "pair": torch.ones(2),
        "no loss": {"accuracy": 1.0},
        "odd name": {"loss": 1.0, "a b": 1.0},
        "long name": {"loss": 1.0, "a" * 65: 1.0},
        "no name": {"loss": 1.0, 3: 1.0},
        "many": {"loss": 1.0} | {f"m{place}": 0.0 for place in range(51)},
        "mapping": {"loss": np.float64(1.5), "accuracy": torch.tensor(0.25)},
    }[kind]


def tells(lr: float, epochs: int, folder: Path) -> Any:
    """All there is: metrics, one of them now and then, final values, output and a file."""
    for epoch in range(epochs):
        row = {"loss": (1 - lr) ** epoch, "accuracy": epoch / epochs}
        yield row if epoch % 2 else {**row, "val/even": float(epoch)}
    print(f"at {lr}")
    (folder / "below").mkdir()
    (folder / "below" / "lr.txt").write_text(f"{lr}")
    return {"best": lr, "pair": [1.0, NAN]}


def warns(lr: float) -> Iterator[float]:
    """In words for a user, and in some for developers."""
    warnings.warn("the step is large", stacklevel=1)
    warnings.warn("for developers", DeprecationWarning, stacklevel=1)
    yield lr


def tells_a_secret(lr: float) -> Iterator[float]:
    """A password, as it fails."""
    yield lr
    raise ConnectionError("postgresql://bob:hush@db/mlflow does not answer")


def fails(lr: float) -> Iterator[float]:
    """After it has said something."""
    print(f"before {lr}")
    yield lr
    raise ArithmeticError("no number")


def changes(lr: float, folder: Path) -> Any:
    """Another curve, or end, each time: by a file in the current folder."""
    state = Path("state.txt")
    said = state.read_text() if state.exists() else ""
    yield lr
    if said == "longer":
        yield lr
    return {"end": 2.0} if said == "other" else {"more": 1.0, "end": 1.0} if said == "more" else {"end": 1.0}


def takes_all(lr: float, **more: Any) -> list[float]:
    """Any arguments."""
    return [lr, len(more)]


def whispers() -> Iterator[float]:
    """A secret."""
    print("the word is", os.environ["MLFLOW_TRACKING_PASSWORD"])
    yield 1.0


def listed(kind: str) -> Any:
    """What is no generator."""
    found = {"list": [3.0, 2.0], "tensor": torch.tensor([3.0, 2.0]), "empty": [], "nothing": None, "text": "losses"}
    return found[kind]


def endless() -> Iterator[float]:
    """Never through."""
    while True:
        yield 1.0


def broad(epochs: int) -> Iterator[dict[str, float]]:
    """Metrics of some epochs, among them names that are taken."""
    for epoch in range(epochs):
        row = {"loss": 1.0 / (1 + epoch), "lr": 0.5, "epoch": epoch, "val/accuracy": epoch / epochs}
        yield row if epoch % 2 else {**row, "even": float(epoch)}


def returns(what: str) -> Any:
    """Losses, and final values."""
    yield {"loss": 1.0, "accuracy": 0.5}
    return {
        "numbers": {"best": 3, "pair": torch.tensor([1.0, 2.0]), "nan": NAN, "grid": [[1, 2], [3, 4]]},
        "taken": {"accuracy": 1.0, "final_loss": 2.0, "loss": 3.0, "Outcome": 4.0, "returned.loss": 5.0},
        "odd": {
            "text": "x",
            "ragged": [1, [2]],
            "a b": 1.0,
            3: 1.0,
            "many": np.zeros(101),
            "good": 1.0,
            "cube": [[[1]]],
        },
        "list": [1.0],
    }[what]


HELD: list[Iterator[float]] = []
"""Generators that somebody holds: they do not end by themselves."""


def ends_early(at: int, value: str) -> Iterator[float]:
    """A loss that is another; that it is ended is told."""
    HELD.append(_ends_early(at, value))
    return HELD[-1]


def _ends_early(at: int, value: str) -> Iterator[float]:
    try:
        for epoch in range(6):
            yield float(value) if epoch == at else 1.0
    finally:
        print("closed")


def draws(seed: int) -> Iterator[float]:
    """By torch's random numbers."""
    yield float(torch.rand(()))
    yield float(torch.rand(()))


def prints() -> Iterator[float]:
    """In every way there is."""
    kept = sys.stdout
    print("printed")
    print("to standard error", file=sys.stderr)
    os.write(1, b"to the descriptor\n")
    logging.getLogger("mine").warning("logged")
    subprocess.run([sys.executable, "-c", "print('a process')"], check=True)
    ctypes.CDLL(None).puts(b"the C library")
    yield 1.0
    print("unended", end="", file=kept)
    raise ArithmeticError("no more")


def logs() -> Iterator[float]:
    """With a set-up of its own."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.info("a note")
    yield 1.0


def shouts(lines: int) -> Iterator[float]:
    """More than is kept."""
    for line in range(lines):
        print(f"line {line:08}")
    yield 1.0


def leaves(folder: Path) -> Iterator[float]:
    """Files of every kind."""
    assert list(folder.iterdir()) == []
    yield 1.0
    (folder / "below").mkdir()
    (folder / "below" / "model.bin").write_bytes(b"\0\xff")
    (folder / "é 日.txt").write_text("µ")
    (folder / "empty").touch()
    (folder / "a%b:c").write_text("renamed")
    (folder / "a%b?c").write_text("of the same name")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_text("bytes")
    (folder / ("n" * 240)).touch()
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    print(folder)


def takes(inputs: Any, targets: Any, held_inputs: Any, held_targets: Any, dtype: str, place: int = 0) -> Any:
    """Readings, which it changes."""
    total = float(inputs.sum() + targets.sum())
    inputs[:], targets[:] = 0.0, 0.0
    return [total, len(inputs) + len(held_inputs) + len(held_targets)]


def ends(with_what: str) -> Iterator[float]:
    """Raises what is no ``Exception``."""
    yield 1.0
    kinds = (SystemExit, GeneratorExit, CancelledError, KeyboardInterrupt)
    raise {each.__name__: each for each in kinds}[with_what]("the end")


def leaves_silently() -> Iterator[float]:
    """As ``exit()`` of an interactive Python does."""
    yield 1.0
    raise SystemExit(None)
