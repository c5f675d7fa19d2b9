"""Forks of this process, which has imported everything, so that neither a sweep nor a server costs a start-up."""

import faulthandler
import gc
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

FAILED = 99
"""Exit code of a fork that raised what is no ``SystemExit``."""

MOMENT = 5.0
"""Seconds that git, which a sweep asks for its commit, has to end where the sweep was killed meanwhile."""


COMMANDS = (
    *("mlflow.server.fastapi_app", "uvicorn", "psycopg", "hydra_plugins.sweep_grid._expand"),
    *("sweep.__main__", "sweep.app", "sweep.replay", "sweep.report.__main__", "sweep.sync"),
)

ROOMS = tuple(f"sweep.{room}" for room in ("settings", "training", "verdict", "tracking", "report", "console"))
"""Those whose modules every command reads."""


def prepare() -> None:
    """Import what forks need."""
    for name in COMMANDS:
        import_module(name)
    for room in ROOMS:
        for each in pkgutil.iter_modules(import_module(room).__path__, f"{room}."):
            import_module(each.name)
    gc.freeze()  # A fork neither looks through what it shares nor copies it.


def forked(action: Callable[[], object], place: Path, log: Path) -> int:
    """Do ``action`` in a fork, in the folder ``place`` and in a process group of its own; return its process id."""
    place.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    process = os.fork()
    if process:
        with suppress(PermissionError, ProcessLookupError):  # It has done so itself, and may be over.
            os.setpgid(process, process)
        return process
    code = FAILED
    try:  # The fork never returns from here.
        os.setpgid(0, 0)
        os.chdir(place)
        for stream in (1, 2):
            os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), stream)
        faulthandler.enable(sys.__stderr__ or 2)
        action()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except KeyboardInterrupt:  # Before the sweep was there to take it.
        code = 128 + signal.SIGINT
    except BaseException as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            code = 128 + signal.SIGINT
        else:
            os.write(2, f"FORK FAILED: {error!r}\n".encode())
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def has_ended(process: int) -> bool:
    """Whether it has; its exit code is kept for :func:`wait`."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def wait(process: int, limit: float = float("inf")) -> int:
    """The exit code, negative for a signal; after ``limit`` seconds it is aborted, and its log says where it stood."""
    until = time.monotonic() + limit
    while not has_ended(process):
        if time.monotonic() > until:
            os.killpg(process, signal.SIGABRT)
            until = float("inf")
        time.sleep(0.005)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def leaves_others(process: int) -> bool:
    """Whether a process of the group of one that has ended lives on, if given a moment; it is killed."""
    until = time.monotonic() + MOMENT
    with suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(process, 0)
            time.sleep(0.05)
        os.killpg(process, signal.SIGKILL)
        return True
    return False
