"""``python -m …`` and ``python -c …`` as a process of its own, without the seconds in which it imports libraries.

A process that has imported torch, mlflow, hydra and pandas, and nothing of sweep, is started once and forks at each
call. A fork has its own streams, folder, environment, words and process id; it reads sweep's modules itself, gets
signals and ends as any process does. What start-up is, what is imported when, options of Python and variables that
Python or a library reads as it starts are to be tested by :class:`subprocess.Popen`.

Workers of engines are forked, too, in a process that has called :func:`fork_workers` and in those that it starts.
"""

import array
import fcntl
import gc
import inspect
import io
import json
import os
import runpy
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import types
from functools import cache
from pathlib import Path
from typing import Any

LIBRARIES = (
    "torch",
    "torch._dynamo",  # Whoever makes an optimizer of torch imports it, which takes as long as torch.
    "mlflow.store.tracking.sqlalchemy_store",
    "hydra.main",
    "pandas",
    "scipy.optimize",
    "pyarrow.parquet",
)
SIZE = 1 << 20
"""Bytes that a call may have, environment included."""

MOST = 16
"""Descriptors that a fork may be given."""

FORKER = "SWEEP_TEST_FORKER"
"""Environment variable: where the process that forks listens, for processes whose workers are to be its forks."""

HOOK = Path(__file__).parent / "forking"
"""On the path of a process that Python starts, it has that process fork its workers."""


_Started = subprocess.Popen


class Popen(subprocess.Popen[Any]):
    """As :class:`subprocess.Popen`, of ``[sys.executable, "-m" or "-c", …]``, or of a script in place of these."""

    _ended: socket.socket | None = None

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind:  # What failed has said nothing to a process that waits, and would be waited for.
            self.kill()
        super().__exit__(kind, *rest)

    def _execute_child(self, *given: Any) -> None:
        asked = inspect.signature(_Started._execute_child).bind(self, *given).arguments  # type: ignore[attr-defined]
        if not self._forks(asked):
            super()._execute_child(*given)  # type: ignore[misc]
            return
        pipes = [asked[name] for name in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")]
        streams = [own if own >= 0 else number for number, own in enumerate((pipes[0], pipes[3], pipes[5]))]
        python, *words = [os.fspath(word) for word in asked["args"] if word != "-u"]
        assert (python, words[0] in ("-m", "-c") or words[0].endswith(".py")) == (sys.executable, True), words
        kept = list(asked["pass_fds"])
        call = {
            "words": words,
            "cwd": os.fspath(asked["cwd"] or Path.cwd()),
            "env": dict(os.environ if asked["env"] is None else asked["env"]),
            "session": asked["start_new_session"],
            "kept": kept,
            "deaf": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        }
        address = forker()
        self._ended = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ended.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SIZE)
        self._ended.connect(f"\0{address}")
        socket.send_fds(self._ended, [json.dumps(call).encode()], [*streams, *kept])
        self._child_created = True
        self.pid = array.array("i", self._ended.recv(4))[0]
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

    def _forks(self, asked: dict[str, Any]) -> bool:
        return True

    def _try_wait(self, flags: int) -> tuple[int, int]:
        if not self._ended:
            found: tuple[int, int] = super()._try_wait(flags)  # type: ignore[misc]
            return found
        word = select.poll()  # A select takes no descriptor above 1023, of which a long run of tests has some.
        word.register(self._ended, select.POLLIN)
        if flags & os.WNOHANG and not word.poll(0):
            return 0, 0
        with self._ended:
            return self.pid, array.array("i", self._ended.recv(4))[0]

    def _internal_poll(self, *given: Any, **how: Any) -> int | None:
        if not self._ended:
            return super()._internal_poll(*given, **how)  # type: ignore[misc,no-any-return]
        if self.returncode is None and (found := self._try_wait(os.WNOHANG))[0]:
            self._handle_exitstatus(found[1])  # type: ignore[attr-defined]
        return self.returncode


class Workers(Popen):
    """As :class:`subprocess.Popen`; forked are workers of engines, jobs of submitit on this machine, and kernels."""

    def _forks(self, asked: dict[str, Any]) -> bool:
        words = asked["args"]
        if not isinstance(words, list) or words[0] != sys.executable:
            return False
        return any(name in " ".join(words[1:4]) for name in ("sweep.engines.", "submitit.", "ipykernel_launcher"))


def fork_workers() -> dict[str, str]:
    """Have workers of this process forked; returns the environment in which a process that it starts does so, too."""
    subprocess.Popen = Workers  # type: ignore[misc]
    path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {FORKER: forker(), "PYTHONPATH": path}


def run(words: Any, **how: Any) -> "subprocess.CompletedProcess[str]":
    """As :func:`subprocess.run` with ``capture_output`` and ``text``."""
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Popen(words, text=True, **streams | how) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(words, process.returncode, out, err)


@cache
def forker() -> str:
    """Where the process that forks listens: that of who has started this one, or its own, which ends with it."""
    if (address := os.environ.get(FORKER)) is not None:
        return address
    address = f"sweep-forks-{secrets.token_hex(8)}"
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW", "SWEEP", "PYTHONPATH"))}
    nowhere: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as calls:
        calls.bind(f"\0{address}")
        calls.listen(64)
        words = [sys.executable, __file__, str(calls.fileno())]
        _started.append(
            _Started(
                words, pass_fds=[calls.fileno()], env=bare, stdin=subprocess.PIPE, start_new_session=True, **nowhere
            )
        )
    return address


_started: list["subprocess.Popen[bytes]"] = []
"""Whoever forks for this process, to be held as long as it lives."""


def _serve(calls: socket.socket) -> dict[str, Any]:
    """Fork at each call; come back in the fork, with what it is to do. The process itself ends with who started it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    waits = select.poll()
    for each in (0, calls.fileno()):
        waits.register(each, select.POLLIN)
    while True:
        if any(ready == 0 for ready, _ in waits.poll()):
            sys.exit()
        call = calls.accept()[0]
        message, handles, *_ = socket.recv_fds(call, SIZE, MOST)
        if os.fork():
            call.close()
            for handle in handles:
                os.close(handle)
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        calls.close()
        if process := os.fork():  # This one waits for the other and tells how it has ended.
            for handle in (*handles, 0, 1, 2):
                os.close(handle)
            call.send(array.array("i", [os.waitpid(process, 0)[1]]).tobytes())
            os._exit(0)
        asked: dict[str, Any] = json.loads(message)
        if asked["session"]:  # Whoever is told its number may ask for its group at once.
            os.setsid()
        call.send(array.array("i", [os.getpid()]).tobytes())
        call.close()
        _place(handles, [0, 1, 2, *asked["kept"]])
        for number, name in enumerate(("stdin", "stdout", "stderr")):  # What is behind them may be no file any more.
            was = getattr(sys, name)
            binary = open(number, was.mode + "b", closefd=False)  # noqa: SIM115 - For its life.
            now = io.TextIOWrapper(binary, was.encoding, was.errors, line_buffering=number == 2 or os.isatty(number))
            vars(sys).update({name: now, f"__{name}__": now})
        return asked


def _place(handles: list[int], numbers: list[int]) -> None:
    """Have ``handles`` at ``numbers``, and nothing else open."""
    above = max(*handles, *numbers) + 1
    aside = [fcntl.fcntl(handle, fcntl.F_DUPFD, above) for handle in handles]
    os.closerange(0, above)
    for handle, number in zip(aside, numbers, strict=True):
        os.dup2(handle, number)
    os.closerange(above, max(aside) + 1)


def _become(call: dict[str, Any]) -> None:
    """Do what Python does that is started as ``call`` says."""
    os.chdir(call["cwd"])
    os.environ.clear()
    os.environ.update(call["env"])
    if FORKER in os.environ:
        fork_workers()
    option, *words = call["words"]
    what = words.pop(0) if option in ("-m", "-c") else option
    signal.pthread_sigmask(signal.SIG_SETMASK, call["deaf"])
    sys.orig_argv[:] = [sys.executable, *call["words"]]
    sys.path[:0] = [
        {"-m": call["cwd"], "-c": ""}.get(option, str(Path(what).parent)),
        *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)),
    ]
    sys.argv = [option, *words]
    if option == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    sys.modules["__main__"] = types.ModuleType("__main__")
    code = compile(what, "<string>", "exec") if option == "-c" else compile(Path(what).read_bytes(), what, "exec")
    exec(code, vars(sys.modules["__main__"]))


if __name__ == "__main__":
    del sys.path[0]
    for name in LIBRARIES:
        __import__(name)
    tempfile.tempdir = None  # A fork's is that of its environment.
    gc.freeze()  # A fork neither looks through what it shares nor copies it.
    _become(_serve(socket.socket(fileno=int(sys.argv[1]))))
