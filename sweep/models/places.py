"""Whose a file of code is: Python's, an installed package's, or a user's own."""

import site
import sysconfig
from functools import cache
from pathlib import Path

INSTALLED = ("site-packages", "dist-packages")
"""Names of folders into which packages are installed, wherever they are."""


def is_installed(file: str) -> bool:
    """Whether ``file`` lies where packages are installed; where a link leads is not looked at."""
    path = Path(file)
    return not {*INSTALLED}.isdisjoint(path.parts) or any(path.is_relative_to(folder) for folder in _installed())


def is_standard(file: str) -> bool:
    """Whether ``file`` is one of the standard library."""
    path = Path(file)
    return not is_installed(file) and any(path.is_relative_to(folder) for folder in _standard())


def is_own(file: str) -> bool:
    """Whether ``file`` is neither: a user's own."""
    return not is_installed(file) and not is_standard(file)


@cache
def _installed() -> list[Path]:
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    return [Path(each) for each in (*folders, *site.getsitepackages(), site.getusersitepackages())]


@cache
def _standard() -> list[Path]:
    folders = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    return [*folders, *(folder.resolve() for folder in folders)]
