"""The last line: whatever a command raises becomes one clear message and a documented exit code."""

import errno
import io
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable

from sweep.errors import BadInput, Exit, StoreAway
from sweep.redaction import without_secrets

TRACEBACK = "HYDRA_FULL_ERROR"
"""Environment variable, Hydra's own: 1 shows tracebacks."""

WRITING = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
"""What writing to standard output may raise."""


def guard(command: Callable[[], Exit | None]) -> int:
    """Run ``command`` and return its exit code, None being 0; ``SystemExit`` passes."""
    before = os.environ.get(TRACEBACK)
    os.environ[TRACEBACK] = "1"  # Hydra would otherwise print errors itself, tracebacks included, and exit.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # A terminal may lack a character; no sweep fails for that.
    logging.raiseExceptions = False  # A log that cannot be written (--info is one) is no traceback.
    try:
        try:
            code = command()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # Python would do it last, after the exit code is settled.
    except BadInput as error:
        return _say(error, Exit.BAD_INPUT, before == "1")
    except StoreAway as error:
        return _say(error, Exit.STORE_AWAY, before == "1")
    except KeyboardInterrupt as error:
        print("sweep: interrupted; the same command goes on from here", file=sys.stderr)
        return Exit(128 + getattr(error, "signal", signal.SIGINT))
    except Exception as error:  # Everything else is sorted here, so that no traceback reaches a user.
        return _sort(error, before == "1")
    finally:
        if before is None:
            del os.environ[TRACEBACK]
        else:
            os.environ[TRACEBACK] = before
    return code or Exit.OK


def _sort(error: Exception, wants_traceback: bool) -> int:
    from sweep.settings.refusals import explain

    lost = _stdout_error() if isinstance(error, OSError) and error.errno in WRITING else None
    if lost is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # For what Python still has to flush.
        if isinstance(lost, BrokenPipeError):
            return Exit.OK
        return _say(f"standard output cannot be written: {lost.strerror}", Exit.BAD_INPUT, wants_traceback)
    told = explain(error)
    if told is not None:
        return _say(told, Exit.BAD_INPUT, wants_traceback)
    return _say(
        f"an error of its own, {type(error).__name__}: {without_secrets(str(error))}\n"
        f"  next:    set {TRACEBACK}=1 for the traceback and report it",
        Exit.INTERNAL,
        wants_traceback,
    )


def _stdout_error() -> OSError | None:
    """What writing to standard output raises: an error deep in a command does not say what it was writing to."""
    try:
        print(flush=True)
    except OSError as error:
        return error
    return None


def _say(message: object, code: Exit, wants_traceback: bool) -> int:
    if wants_traceback:
        print(without_secrets(traceback.format_exc()), end="", file=sys.stderr)
    print(f"sweep: {message}", file=sys.stderr)
    return code
