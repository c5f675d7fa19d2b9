"""A model that does to the worker which trains it what it is told; to the process of the tests it does nothing."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from torch import Tensor, nn

DRIVER = "SWEEP_TEST_DRIVER"
"""Environment variable: the process that is spared."""


class Net(nn.Module):
    """A line.

    Parameters
    ----------
    does : what happens as it trains: nothing, ``raise``, ``exit``, ``end parent``, ``wait``, ``kill``, ``hang`` or
        ``hold``, in C, so that no other thread goes on, and with a process of its own; these three, where ``once``
        stands behind them, the first time alone.
    mark : the file that says that it has happened; it waits until there is one more, with ``.go`` behind its name.
    """

    def __init__(self, does: str = "nothing", mark: str = "") -> None:
        super().__init__()
        self.a = nn.Linear(1, 1)
        self.does, self.mark = does, Path(mark)

    def forward(self, x: Tensor) -> Tensor:
        if os.environ[DRIVER] != str(os.getpid()) and _is_training():
            self._do()
        found: Tensor = self.a(x)
        return found

    def _do(self) -> None:
        if self.does == "raise":
            print("raising, as it prints")
            raise ArithmeticError("no number")
        if self.does == "exit":
            os._exit(3)
        if self.does == "end parent":
            os.kill(os.getppid(), signal.SIGKILL)
        if self.does == "wait":
            self.mark.touch()
            while not self.mark.with_suffix(".go").exists():
                time.sleep(0.1)
        if self.does.endswith("once"):
            if self.mark.exists():
                return
            self.mark.touch()
        if self.does.startswith("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.does.startswith("hold"):
            subprocess.Popen(["sleep", "600"])
            ctypes.PyDLL(None).sleep(600)
        while self.does.startswith("hang"):
            time.sleep(0.1)


def _is_training() -> bool:
    """Whether the loop calls, and not the trial of a model before it."""
    frame = sys._getframe()
    while (frame := frame.f_back) is not None:  # type: ignore[assignment]
        if frame.f_code.co_filename.endswith("descent.py"):
            return True
    return False
