"""What may stand in a line of ``sweep run``: keys, their values, flags. A mapping has a description of each, if any."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from sweep.completion.line import Line
from sweep.engines.launchers import LAUNCHERS
from sweep.settings.conf_files import choices, conf_folder
from sweep.settings.keys import KEYS, SET_BY_GROUP
from sweep.settings.schema import PERCEPTRON
from sweep.settings.verbs import VERBS

LAUNCHER = "hydra/launcher"

FLAGS: Mapping[str, str] = {
    "--help": "verbs, keys and groups",
    "--hydra-help": "Hydra's own help",
    "--version": "the release",
    "--multirun": "as without it",
    "--run": "as without it",
    "--quiet": "tell of what failed, and of nothing else",
    "--json": "print what came of it as one JSON document",
    "--cfg": "show the settings",
    "--info": "show where settings come from",
    "--resolve": "with --cfg: values instead of interpolations",
    "--package": "with --cfg: a part of the settings",
    "--config-dir": "a folder with your own grids, data and problems",
    "--config-name": "another file than config.yaml",
    "--config-path": "another folder than conf",
}
"""Hydra's and ours: to ask Hydra's parser takes longer than a tab may."""

FLAG_VALUES: Mapping[str, tuple[str, ...]] = {
    "--cfg": ("job", "hydra", "all"),
    "-c": ("job", "hydra", "all"),
    "--info": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
    "-i": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
}

FOLDER_FLAGS = ("--config-dir", "-cd", "--config-path", "-cp")

MOST_FILES = 1000


def offered(line: Line) -> dict[str, str]:
    """What may stand at the cursor of ``line``; what ends with = or / goes on."""
    last = line.words[-1] if line.words else ""
    if last in FLAG_VALUES:
        return dict.fromkeys(FLAG_VALUES[last], "")
    if last in FOLDER_FLAGS:
        return dict.fromkeys(_paths(line.begun, folders=True), "")
    if line.begun.startswith("-"):
        return dict(FLAGS)
    key, equals, begun = line.begun.partition("=")
    if equals:
        return {f"{key}={value}": "" for value in _values(key, begun, line)}
    first = {name: verb.does for name, verb in VERBS.items()} if line.is_first else {}
    return first | dict(_keys(line))


def _keys(line: Line) -> Iterator[tuple[str, str]]:
    for name, key in KEYS.items():
        if name not in SET_BY_GROUP:
            yield f"{name}=", key.meaning
    if line.given("problem") == "mlp" or line.begun.startswith("problem.model."):
        for name in PERCEPTRON:
            yield f"problem.model.{name}=", "of problem=mlp"
    yield f"{LAUNCHER}=", "where points train"
    launcher = line.given(LAUNCHER)
    for each in fields(LAUNCHERS[launcher]) if launcher in LAUNCHERS else ():
        if not each.name.startswith("_"):
            yield f"hydra.launcher.{each.name}=", f"of {LAUNCHER}={launcher}"


def _values(key: str, begun: str, line: Line) -> list[str]:
    """The values of ``key``, after those of a list that are there already."""
    listed, comma, last = begun.rpartition(",")
    there = listed.split(",") if comma else []
    if key == LAUNCHER:
        return list(LAUNCHERS)
    own = _group(key, line) or (KEYS[key].options if key in KEYS else [])
    values = _paths(last) if key == "data.path" else own
    return [f"{listed}{comma}{value}" for value in values if value not in there]


def _group(group: str, line: Line) -> list[str]:
    own = line.given("--config-dir") or line.given("-cd")
    found = choices([Path(conf_folder()), *([Path(own)] if own else [])])
    return [
        f"{each[len(group) + 1 :]}/{name}".lstrip("/")
        for each, names in found.items()
        if each == group or each.startswith(f"{group}/")
        for name in names
    ]


def _paths(begun: str, *, folders: bool = False) -> list[str]:
    """Files and folders whose path begins like this; or folders alone. A folder ends with a /."""
    folder, name = os.path.split(begun)
    found = []
    with os.scandir(folder or ".") as entries:
        for entry in entries:
            if entry.name.startswith(name or "") and (name.startswith(".") or not entry.name.startswith(".")):
                path = os.path.join(folder, entry.name)  # noqa: PTH118 - As it was typed: Path drops a leading ./ .
                if entry.is_dir():
                    found.append(f"{path}/")
                elif not folders:
                    found.append(path)
    return sorted(found)[:MOST_FILES]
