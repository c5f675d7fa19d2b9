"""What varies by nature and so stands beside a report, never in it: command, commit, versions, machine, times."""

import platform
import shlex
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "numpy", "pandas", "mlflow", "hydra-core", "omegaconf", "pyarrow", "matplotlib")


def this_execution(arguments: Sequence[str]) -> dict[str, Any]:
    """Facts of the execution that is about to start.

    Parameters
    ----------
    arguments : the command's own, without the program; secrets already removed.
    """
    from sweep import __version__

    return {
        "command": shlex.join(["python", "-m", "sweep", *arguments]),
        "started": now(),
        "commit": commit(),
        "versions": {"sweep": __version__, "python": platform.python_version(), **_versions()},
        "machine": {"system": platform.platform(), "processor": platform.machine()},
    }


def now() -> str:
    """The time in UTC, as ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def commit() -> str | None:
    """The commit of the checkout this package runs from, with ``+`` where files differ; None outside a checkout."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return None
    try:
        answers = [
            subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=10, check=True)
            for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        ]
    except (OSError, subprocess.SubprocessError):
        return None
    return answers[0].stdout.strip() + ("+" if answers[1].stdout.strip() else "")


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
