"""A training function that does to the process which runs it what it is told; to that of the tests it does nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sweep.settings.schema import Posed, ProblemKind, Settings
from tests.engines.deadly import DRIVER
from tests.tracking.stored import settings


def train(lr: float, epochs: int, seed: int, folder: Path, does: str = "nothing") -> Iterator[dict[str, float]]:
    """A parabola's descent, with noise of its seed; it says so, and leaves a file."""
    at = 1.0
    subprocess.run([sys.executable, "-c", f"print('child of {seed}')"], check=True)
    for epoch in range(epochs):
        print(f"epoch {epoch} of {seed}", flush=True)
        if does == "dawdle":
            time.sleep(0.7)
        if os.environ.get(DRIVER) != str(os.getpid()):
            _do(does)
        yield {"loss": at * at, "at": at}
        at -= lr * 2 * at + 1e-3 * float(torch.randn(()))
    (folder / "end.txt").write_text(f"{seed}")
    torch.set_default_dtype(torch.float64)
    torch.set_flush_denormal(True)
    if does == "switch":
        torch.use_deterministic_algorithms(True)
    np.seterr(all="raise")
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.chdir(folder)


def _do(does: str) -> None:
    if does == "raise":
        raise ArithmeticError("no number")
    if does == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    while does == "hang":
        time.sleep(0.1)


def looping(does: str = "nothing", **changes: Any) -> Settings:
    """A point of :func:`train`."""
    function = {"_target_": f"{__name__}.train", "does": does}
    base = settings(lr=changes.pop("lr", 0.1), epochs=3)
    return replace(base, problem=Posed(ProblemKind.function, {}, "mse", 1.0, None, function), **changes)
