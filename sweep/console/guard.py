"""The last line: whatever a command raises becomes one clear message and a documented exit code."""

import atexit
import gc
import logging
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sweep.console import interruption, streams
from sweep.errors import BadInput, Exit, StoreAway
from sweep.redaction import without_secrets

TRACEBACK = "HYDRA_FULL_ERROR"
"""Environment variable, Hydra's own: 1 shows tracebacks."""


@contextmanager
def own_process() -> Iterator[None]:
    """What a command does in a process of its own, whatever that inherited: it prints safely and shows no warnings.

    Ctrl-C ends it at once, with no word: before a command has begun, and once it is through, nothing is under way.
    """
    atexit.register(gc.freeze)  # Else Python looks for cycles once more as it ends: two seconds among torch and MLflow.
    with interruption.at_once(), streams.unbreakable(), warnings.catch_warnings():
        warnings.simplefilter("ignore", append=not sys.warnoptions)  # They are for developers; a user gets messages.
        if sys.warnoptions:  # By -W or PYTHONWARNINGS, which a process that this one starts would get as well.
            sys.warnoptions[:] = ["ignore"]
            os.environ["PYTHONWARNINGS"] = "ignore"
        yield


def guard(command: Callable[[], Exit | None], words: Sequence[str] = ()) -> int:
    """Run ``command``, which was given the override ``words``, and return its exit code, None being 0.

    ``SystemExit`` passes.
    """
    before = os.environ.get(TRACEBACK)
    os.environ[TRACEBACK] = "1"  # Hydra would otherwise print errors itself, tracebacks included, and exit.
    logging.raiseExceptions = False  # A log that cannot be written (--info is one) is no traceback.
    try:
        with interruption.raised():
            code = command() or Exit.OK
    except StoreAway as error:
        return _say(error, Exit.STORE_AWAY, before == "1")
    except KeyboardInterrupt as error:
        return _end(error)
    except Exception as error:  # Everything else is sorted here, so that no traceback reaches a user.
        came_of = _interruption(error)
        return _end(came_of) if came_of else _sort(error, words, before == "1")
    finally:
        if before is None:
            del os.environ[TRACEBACK]
        else:
            os.environ[TRACEBACK] = before
    lost = streams.full()
    if lost is None:
        return code
    print(f"sweep: standard output cannot be written: {lost.strerror}", file=sys.stderr)
    return code or Exit.BAD_INPUT


def _interruption(error: BaseException | None) -> KeyboardInterrupt | None:
    """What ``error`` is, or came of: libraries that are interrupted in their midst may raise an error of their own."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error


def _end(interruption: KeyboardInterrupt) -> Exit:
    print("sweep: interrupted; the same command goes on from here", file=sys.stderr)
    return Exit(128 + getattr(interruption, "signal", signal.SIGINT))


def _sort(error: Exception, words: Sequence[str], wants_traceback: bool) -> int:
    from sweep.settings import quoting
    from sweep.settings.refusals import explain

    told = error if isinstance(error, BadInput) else explain(error)
    if told is not None:
        return _say(quoting.explained(told, words), Exit.BAD_INPUT, wants_traceback)
    return _say(
        f"an error of its own, {type(error).__name__}: {without_secrets(str(error))}\n"
        f"  next:    set {TRACEBACK}=1 for the traceback and report it",
        Exit.INTERNAL,
        wants_traceback,
    )


def _say(message: object, code: Exit, wants_traceback: bool) -> int:
    if wants_traceback:
        print(without_secrets(traceback.format_exc()), end="", file=sys.stderr)
    print(f"sweep: {message}", file=sys.stderr)
    return code
