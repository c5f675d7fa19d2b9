"""What varies by nature and so stands beside a report, never in it: command, commit, versions, machine, times."""

import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sweep.redaction import without_secrets
from sweep.version import __version__

PACKAGES = ("torch", "numpy", "pandas", "mlflow", "hydra-core", "omegaconf", "pyarrow")

MACHINE = ("host", "processor")
"""What is told of the machine of a process that trains; tags ``worker.host`` and ``worker.processor`` of its runs."""

NUMBERS, START = ("cpu family", "model"), 4096
"""Of a processor's model, as Linux tells them; and characters of what it tells that are enough for the first one."""


def this_execution(called: str | None = None) -> dict[str, Any]:
    """Facts of the execution that is about to start, which was ``called`` so; None: by this process's command."""
    return {
        "command": command() if called is None else called,
        "started": now(),
        "commit": commit(),
        "versions": _versions(PACKAGES),
        "machine": {"system": _text(platform.platform()), **_machine()},
    }


@cache
def here() -> Mapping[str, str]:
    """Where this process trains: host, processor, and versions on which bits may depend."""
    return _machine() | _versions(("torch", "numpy"))


def source_tags(execution: Mapping[str, Any], where: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a point's run keeps of the execution that trained it, as tags; ``git_dirty`` is of the same checkout.

    Parameters
    ----------
    where : as :func:`here` has it, of the worker that trained the point; of none, it was the driver's own process.
    """
    commit, told = execution["commit"], where or {}
    versions = execution["versions"] | {name: told[name] for name in told if name not in MACHINE}
    tags = {"versions": ", ".join(f"{name} {number}" for name, number in versions.items())}
    machine = told or execution.get("machine") or {}
    if "host" in machine:  # Else an earlier release's, which told of the processor no more than its kind.
        tags |= {f"worker.{name}": machine[name] for name in MACHINE if name in machine}
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


def _machine() -> dict[str, str]:
    return {"host": _text(platform.node()), "processor": _text(processor())}


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's model, with its numbers, since virtual ones have names that say little; else its kind."""
    try:
        with cpuinfo.open(encoding="utf-8", errors="surrogateescape") as file:
            first = file.read(START).partition("\n\n")[0]
    except OSError:
        first = ""
    pairs = (line.partition(":") for line in first.splitlines())
    found = {name.strip(): value.strip() for name, _, value in pairs}
    if not found.get("model name"):
        return platform.machine()
    return ", ".join([found["model name"], *(f"{name} {found[name]}" for name in NUMBERS if found.get(name))])


def _versions(packages: Iterable[str]) -> dict[str, str]:
    versions = {"sweep": __version__, "python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
