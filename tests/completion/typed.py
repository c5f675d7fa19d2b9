"""A shell in a terminal of its own, into which a test types."""

import os
import pty
import re
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[()][A-Z]|[\x07\x08\r]")
PATIENCE = 60.0
"""Seconds that a busy machine may need."""


class Terminal:
    """What is typed into a shell, and what it shows."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._shown = descriptor, b""

    def type(self, keys: str) -> None:
        """Press ``keys``; what was shown until then is forgotten."""
        self._shown = b""
        os.write(self._descriptor, keys.encode())

    def shows(self, *texts: str) -> bool:
        """Whether all ``texts`` are shown after the last keys, within a time that a busy machine may need."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if all(text in self.shown for text in texts):
                return True
            self._read()
        return False

    @property
    def shown(self) -> str:
        """What has been shown since, without the moves of the cursor."""
        return CONTROL.sub("", self._shown.decode(errors="replace"))

    def _read(self) -> None:
        if not select.select([self._descriptor], [], [], 0.2)[0]:
            return
        read = os.read(self._descriptor, 65536)
        self._shown += read
        if b"\x1b[c" in read or b"\x1b[0c" in read:  # A shell that asks what terminal it has waits for the answer.
            os.write(self._descriptor, b"\x1b[?1;2c")


@contextmanager
def shell(words: Sequence[str], environment: Mapping[str, str]) -> Iterator[Terminal]:
    """The shell that ``words`` start, in the current folder; afterwards it is gone."""
    process, descriptor = pty.fork()
    if process == 0:  # pragma: no cover - another process
        os.execvpe(words[0], list(words), dict(environment))
    try:
        yield Terminal(descriptor)
    finally:
        os.kill(process, 9)
        os.close(descriptor)
        os.waitpid(process, 0)
