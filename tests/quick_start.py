"""``python -m …`` and ``python -c …`` as a process of its own, without the seconds in which it imports libraries.

A process that has imported torch, mlflow, hydra and pandas, and nothing of sweep, is started once and forks at each
call. A fork has its own streams, folder, environment, words and process id; it reads sweep's modules itself, gets
signals and ends as any process does. What start-up is, what is imported when, options of Python and variables that
Python or a library reads as it starts are to be tested by :class:`subprocess.Popen`.
"""

import array
import gc
import inspect
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import types
from functools import cache
from pathlib import Path
from typing import Any

LIBRARIES = (
    "torch",
    "mlflow.store.tracking.sqlalchemy_store",
    "hydra.main",
    "pandas",
    "scipy.optimize",
    "pyarrow.parquet",
)
SIZE = 1 << 20
"""Bytes that a call may have, environment included."""


class Popen(subprocess.Popen[Any]):
    """As :class:`subprocess.Popen`, of ``[sys.executable, "-m" or "-c", …]``."""

    def _execute_child(self, *given: Any) -> None:
        asked = inspect.signature(subprocess.Popen._execute_child).bind(self, *given).arguments  # type: ignore[attr-defined]
        pipes = [asked[name] for name in ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")]
        streams = [own if own >= 0 else number for number, own in enumerate((pipes[0], pipes[3], pipes[5]))]
        python, *words = map(os.fspath, asked["args"])
        assert (python, words[0] in ("-m", "-c")) == (sys.executable, True), words
        call = {
            "words": words,
            "cwd": os.fspath(asked["cwd"] or Path.cwd()),
            "env": dict(os.environ if asked["env"] is None else asked["env"]),
            "session": asked["start_new_session"],
        }
        self._ended, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(_forker()[0], [json.dumps(call).encode()], [*streams, theirs.fileno()])
        self._child_created = True
        self.pid = array.array("i", self._ended.recv(4))[0]
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

    def _try_wait(self, flags: int) -> tuple[int, int]:
        word = select.poll()  # A select takes no descriptor above 1023, of which a long run of tests has some.
        word.register(self._ended, select.POLLIN)
        if flags & os.WNOHANG and not word.poll(0):
            return 0, 0
        with self._ended:
            return self.pid, array.array("i", self._ended.recv(4))[0]

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        if self.returncode is None and (found := self._try_wait(os.WNOHANG))[0]:
            self._handle_exitstatus(found[1])  # type: ignore[attr-defined]
        return self.returncode


def run(words: Any, **how: Any) -> "subprocess.CompletedProcess[str]":
    """As :func:`subprocess.run` with ``capture_output`` and ``text``."""
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Popen(words, text=True, **streams | how) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(words, process.returncode, out, err)


@cache
def _forker() -> tuple[socket.socket, "subprocess.Popen[bytes]"]:
    """The process that forks and the way to it; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SIZE)
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW", "SWEEP"))}
    nowhere: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    with theirs:
        handle = theirs.fileno()
        words = [sys.executable, __file__, str(handle)]
        return ours, subprocess.Popen(words, pass_fds=[handle], env=bare, start_new_session=True, **nowhere)


def _serve(calls: socket.socket) -> dict[str, Any]:
    """Fork at each call; come back in the fork, with what it is to do. The process itself ends with the last caller."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, handles, *_ = socket.recv_fds(calls, SIZE, 4)
        if not message:
            sys.exit()
        if os.fork():
            for handle in handles:
                os.close(handle)
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        *streams, ended = handles
        if process := os.fork():  # This one waits for the other and tells how it has ended.
            calls.close()
            for handle in (*streams, 0, 1, 2):
                os.close(handle)
            os.write(ended, array.array("i", [process]).tobytes())
            os.write(ended, array.array("i", [os.waitpid(process, 0)[1]]).tobytes())
            os._exit(0)
        calls.close()
        os.close(ended)
        for number, handle in enumerate(streams):
            os.dup2(handle, number)
        os.closerange(3, max(handles) + 1)
        return dict(json.loads(message))


def _become(call: dict[str, Any]) -> None:
    """Do what Python does that is started as ``call`` says."""
    if call["session"]:
        os.setsid()
    os.chdir(call["cwd"])
    os.environ.clear()
    os.environ.update(call["env"])
    option, what, *words = call["words"]
    sys.orig_argv[:] = [sys.executable, *call["words"]]
    sys.path[:0] = [
        call["cwd"] if option == "-m" else "",
        *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)),
    ]
    sys.argv = [option, *words]
    if option == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    sys.modules["__main__"] = types.ModuleType("__main__")
    exec(compile(what, "<string>", "exec"), vars(sys.modules["__main__"]))


if __name__ == "__main__":
    sys.path = [path for path in sys.path[1:] if path not in os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    for name in LIBRARIES:
        __import__(name)
    gc.freeze()  # A fork neither looks through what it shares nor copies it.
    _become(_serve(socket.socket(fileno=int(sys.argv[1]))))
