"""Commands as a user whom the modes of files bind: root, who runs tests in a container, passes them all by."""

import ctypes
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from unittest.mock import patch

from tests.conftest import Said, run

T = TypeVar("T")

VERSION_3 = 0x20080522
"""Of Linux's structures of capabilities: ``_LINUX_CAPABILITY_VERSION_3``."""


def as_user(action: Callable[[], T]) -> T:
    """What ``action`` returns in a thread without privileges: Linux has them by thread."""
    with ThreadPoolExecutor(1, initializer=_drop_privileges) as thread:
        return thread.submit(action).result()


def bound(*arguments: str, module: str = "sweep") -> Said:
    """``bound("lr=1", …)`` is ``python -m sweep lr=1 …`` in the current folder, by such a user."""
    with patch.object(signal, "signal", lambda number, handler: handler):  # Which the main thread alone may call.
        return as_user(lambda: run(*arguments, module=module))


def _drop_privileges() -> None:
    if sys.platform == "linux":
        header, none = (ctypes.c_uint32 * 2)(VERSION_3, 0), (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capset(header, none) == 0
