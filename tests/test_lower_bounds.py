"""The lower bounds of pyproject.toml are those that CI runs a sweep with."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent


def test_every_lower_bound_is_the_version_that_is_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bounds = {}
    for each in map(Requirement, project["dependencies"]):
        (bounds[each.name],) = [Version(part.version) for part in each.specifier if part.operator == ">="]
    pins = re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints-lowest.txt").read_text(), re.MULTILINE)
    assert {name: Version(number) for name, number in pins} == bounds
