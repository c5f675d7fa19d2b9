"""Ctrl-C and SIGTERM: once, the work is dropped or finished whole and reported; twice, the process ends at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from types import FrameType

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
        super().__init__(number)
        self.signal = number


class Watch:
    """Whether a signal came; it is raised within :meth:`until_signal` alone."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._signal: int | None = None
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
        """The handler of the first signal; the next one has the system's own effect.

        A process that a model has forked has the handler too, but nothing to report: it ends at once.
        """
        self._signal = number
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        if os.getpid() != self._process:
            os.kill(os.getpid(), number)
        with suppress(OSError):  # Not print: the signal may have come while it was at work.
            os.write(2, b"\nsweep: ending; what is done is reported. Once more ends it at once.\n")
        if self._raises:
            self.check()


@contextmanager
def watched() -> Iterator[Watch]:
    """Signals are the watch's while the context lasts, where it is the main thread's: no other can take any."""
    watch = Watch()
    mine = SIGNALS if current_thread() is main_thread() else ()
    before = {number: signal.signal(number, watch.receive) for number in mine}
    try:
        yield watch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
