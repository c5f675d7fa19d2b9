"""Ctrl-C and SIGTERM: once, the work is dropped or finished whole and reported; twice, it ends at once."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], object] | signal.Handlers

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def at_once() -> Iterator[None]:
    """While the context lasts, Ctrl-C ends the process as the system does, where Python would raise an error."""
    with _instead(signal.default_int_handler, signal.SIG_DFL):
        yield


@contextmanager
def raised() -> Iterator[None]:
    """Within :func:`at_once`, Ctrl-C raises ``KeyboardInterrupt``, as anywhere in Python."""
    with _instead(signal.SIG_DFL, signal.default_int_handler):
        yield


@contextmanager
def _instead(usual: Handler, other: Handler) -> Iterator[None]:
    """``other`` in place of the ``usual`` handler of Ctrl-C; one that is neither stays, as of who ignores it."""
    changes = signal.getsignal(signal.SIGINT) == usual and current_thread() is main_thread()
    if changes:
        signal.signal(signal.SIGINT, other)
    try:
        yield
    finally:
        if changes:
            signal.signal(signal.SIGINT, usual)


class Interrupted(KeyboardInterrupt):
    """The user, or the system, asked the process to end with ``signal``."""

    def __init__(self, number: int) -> None:
        super().__init__("what was done is stored and reported; the same call goes on from there")
        self.signal = number


class Watch:
    """Whether a signal came; it is raised within :meth:`until_signal` alone."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._signal: int | None = None
        self.after: Mapping[signal.Signals, Any] = dict.fromkeys(SIGNALS, signal.SIG_DFL)
        """The handlers once a signal came."""
        self._raises = False

    def until_signal(self, work: Callable[[], None]) -> None:
        """Do ``work``, which a signal ends wherever it is; the program goes on after it."""
        try:
            self._raises = True
            work()
            self._raises = False
        except Interrupted:
            pass

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """A part of such work that a signal lets finish."""
        self._raises = False
        yield
        self._raises = True
        self.check()

    def check(self) -> None:
        """Raise :class:`Interrupted` if a signal came."""
        if self._signal is not None:
            raise Interrupted(self._signal)

    def receive(self, number: int, frame: FrameType | None) -> None:
        """The handler of the first signal.

        A process that a model has forked has the handler too, but nothing to report: it ends at once.
        """
        self._signal = number
        is_fork = os.getpid() != self._process
        for each, handler in self.after.items():
            signal.signal(each, signal.SIG_DFL if is_fork else handler)
        if is_fork:
            os.kill(os.getpid(), number)
        with suppress(OSError):  # Not print: the signal may have come while it was at work.
            os.write(2, b"\nsweep: ending; what is done is reported. Once more ends it at once.\n")
        if self._raises:
            self.check()


@contextmanager
def watched(is_command: bool = True) -> Iterator[Watch]:
    """Signals are the watch's while the context lasts, where it is the main thread's: no other can take any.

    Parameters
    ----------
    is_command : whether the second signal has the system's own effect; else the one that it had before, for the process
        is a caller's, as a notebook's kernel, which two presses of the stop button must not end.
    """
    watch = Watch()
    mine = SIGNALS if current_thread() is main_thread() else ()
    before = {number: signal.signal(number, watch.receive) for number in mine}
    if not is_command:
        watch.after = before
    try:
        yield watch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
