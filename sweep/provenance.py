"""What varies by nature and so stands beside a report, never in it: command, commit, versions, machine, times."""

import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sweep.redaction import without_secrets
from sweep.version import __version__

PACKAGES = ("torch", "numpy", "pandas", "mlflow", "hydra-core", "omegaconf", "pyarrow")


def this_execution() -> dict[str, Any]:
    """Facts of the execution that is about to start."""
    return {
        "command": command(),
        "started": now(),
        "commit": commit(),
        "versions": {"sweep": __version__, "python": platform.python_version(), **_versions()},
        "machine": {"system": _text(platform.platform()), "processor": _text(platform.machine())},
    }


def source_tags(execution: Mapping[str, Any]) -> dict[str, str]:
    """What a point's run keeps of the execution that trained it, as tags; ``git_dirty`` is of the same checkout."""
    commit, versions = execution["commit"], execution["versions"]
    tags = {"versions": ", ".join(f"{name} {number}" for name, number in versions.items())}
    if commit:
        tags |= {"mlflow.source.git.commit": commit.rstrip("+"), "git_dirty": str(commit.endswith("+")).lower()}
    return tags


def command() -> str:
    """The command as it was typed, without folders and secrets."""
    program, *arguments = sys.orig_argv
    if arguments and arguments[0] != "-m":
        arguments[0] = Path(arguments[0]).name
    return _text(shlex.join([Path(program).name, *map(without_secrets, arguments)]))


def now() -> str:
    """The time in UTC, as ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def commit() -> str | None:
    """The commit of the checkout this package runs from, with ``+`` where files differ; None outside a checkout."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return None
    # Exactly this checkout, whatever surrounds it and whatever git's variables say, as inside a hook.
    command = ["git", f"--git-dir={root / '.git'}", f"--work-tree={root}", "--no-optional-locks"]
    command += ["-c", "core.fsmonitor=false", "-C", str(root)]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        head, changes = (
            subprocess.run([*command, *question], env=variables, capture_output=True, timeout=10, check=True).stdout
            for question in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return head.decode(errors="replace").strip() + ("+" if changes else "")


def _text(system: str) -> str:
    """What the ``system`` gave as bytes, as a text that can be stored: bytes that are not UTF-8 become escapes."""
    return system.encode(errors="backslashreplace").decode()


def _versions() -> dict[str, str]:
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
