"""Packages that an engine needs and sweep itself does not: looked for once the engine is asked for, and no sooner."""

from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from types import ModuleType

from sweep.errors import BadInput

PROJECT = "sweep-harness"
NEED_NOTHING = "hydra/launcher=batch and hydra/launcher=processes, which need no more than sweep"


def is_there(module: str) -> bool:
    """Whether ``module`` is installed, broken or not."""
    return find_spec(module) is not None


def require(module: str, extra: str, key: str) -> None:
    """See that ``module`` can be imported; it is not.

    Parameters
    ----------
    extra : of this project, which brings it.
    key : with its value, what the user asked for.

    Raises
    ------
    BadInput : it is not installed; with pip's command that installs it.
    """
    if not is_there(module):
        raise BadInput(
            f"{key}: {module} is not installed",
            NEED_NOTHING,
            f"pip install '{requirement(module, extra)}'",
        )


def imported(module: str, extra: str, key: str) -> ModuleType:
    """``module``, imported: it may be there and broken, as beside another version of what it needs.

    Raises
    ------
    BadInput : whatever it raises; or it is not installed, as :func:`require` has it.
    """
    require(module, extra, key)
    try:
        return import_module(module)
    except (Exception, SystemExit) as error:
        first = next(iter(str(error).strip().splitlines()), "")
        raise BadInput(
            f"{key}: {module} is installed, and cannot be imported: {type(error).__name__}{first and f': {first}'}",
            NEED_NOTHING,
            f"pip install --force-reinstall '{requirement(module, extra)}'; python -c 'import {module}' shows more",
        ) from error


def requirement(module: str, extra: str) -> str:
    """What pip is told to install, as ``ray[client]>=2.60``: as the project's own metadata have it."""
    with suppress(PackageNotFoundError):
        for line in requires(PROJECT) or []:
            wanted, _, marker = line.partition(";")
            if marker.strip() in (f"extra == '{extra}'", f'extra == "{extra}"') and wanted.startswith(module):
                return wanted.strip()
    return module
