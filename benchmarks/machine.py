"""Where and when the figures were taken."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ["torch", "mlflow", "SQLAlchemy", "hydra-core", "pandas", "hydra-joblib-launcher", "optuna", "ray"]


def describe() -> str:
    """One line: CPU, cores, system, Python, package versions and date."""
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"{_cpu()}, {len(os.sched_getaffinity(0))} cores, {platform.system()};"
        f" Python {platform.python_version()}, {packages}; {datetime.now(UTC):%Y-%m-%d}"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
