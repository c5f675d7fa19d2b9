"""The last line: whatever a command raises becomes one clear message and a documented exit code."""

import os
import signal
import sys
import traceback
from collections.abc import Callable

from sweep.errors import BadInput, Exit, StoreAway

TRACEBACK = "HYDRA_FULL_ERROR"
"""Environment variable, Hydra's own: 1 shows tracebacks."""


def guard(command: Callable[[], None]) -> int:
    """Run ``command`` and return its exit code; ``SystemExit`` passes."""
    before = os.environ.get(TRACEBACK)
    os.environ[TRACEBACK] = "1"  # Hydra would otherwise print errors itself, tracebacks included, and exit.
    try:
        command()
    except BadInput as error:
        return _say(error, Exit.BAD_INPUT, before == "1")
    except StoreAway as error:
        return _say(error, Exit.STORE_AWAY, before == "1")
    except KeyboardInterrupt as error:
        print("sweep: interrupted; the same command goes on from here", file=sys.stderr)
        return 128 + getattr(error, "signal", signal.SIGINT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except Exception as error:  # Everything else is sorted here, so that no traceback reaches a user.
        return _sort(error, before == "1")
    finally:
        if before is None:
            del os.environ[TRACEBACK]
        else:
            os.environ[TRACEBACK] = before
    return Exit.OK


def _sort(error: Exception, wants_traceback: bool) -> int:
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    from sweep.explain import explain

    if isinstance(error, HydraException | OmegaConfBaseException) or _raised_by_hydra(error):
        cause = error.__cause__
        return _say(cause if isinstance(cause, BadInput) else explain(error), Exit.BAD_INPUT, wants_traceback)
    told = (
        f"an error of its own, {type(error).__name__}: {error}\n"
        f"  next:    set {TRACEBACK}=1 for the traceback and report it"
    )
    return _say(told, Exit.INTERNAL, wants_traceback)


def _raised_by_hydra(error: Exception) -> bool:
    """Whether the innermost frame is Hydra's: some malformed overrides end in a plain ValueError there."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get("__name__", "") if trace is not None else ""
    return name.partition(".")[0] in ("hydra", "omegaconf", "antlr4")


def _say(message: object, code: Exit, wants_traceback: bool) -> int:
    if wants_traceback:
        traceback.print_exc()
    print(f"sweep: {message}", file=sys.stderr)
    return code
