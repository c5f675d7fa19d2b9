"""The house is as docs/structure.md draws it: rooms, the order of imports, heavy libraries, sizes, every file."""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAP = (ROOT / "docs/structure.md").read_text(encoding="utf-8")

COMMANDS = (
    "app",
    "delivery",
    "following",
    "list",
    "publication",
    "replay",
    "retraining",
    "sync",
    "trained_with",
    "ui",
    "__main__",
)
"""Modules that belong to no room and may use every room: what one can type, and the story of a sweep."""

BOTTOM = (
    "errors",
    "redaction",
    "outputs",
    "parquet_pages",
    "plain_file",
    "provenance",
    "scratch",
    "colours",
    "version",
)
"""Modules that belong to no room and that every room may use."""

LIBRARIES = {
    "hydra": ("settings", "commands"),
    "omegaconf": ("settings", "commands"),
    "torch": ("models", "problem", "training", "engines", "api"),
    "mlflow": ("tracking",),
    "sqlalchemy": ("tracking",),
    "pyarrow": ("data", "tracking"),
    "pandas": ("report", "api"),
    "scipy": ("models", "problem"),
}
"""The rooms that may import each heavy library."""

LIBRARY_COMMANDS = {
    "hydra": {"sweep.__main__"},
    "omegaconf": {"sweep.__main__"},
}
"""Of the commands, those that may; the plugin is Hydra's own and may import Hydra."""

PRIVATE = re.compile(
    r"hydra\._internal|_apply_overrides_to_config|_get_value_element_as_str|\._return_value|\._value\b"
)
"""Hydra's private names, as far as anything uses them."""

SHARED = ("conf", "sweep", "hydra_plugins", "docs", "benchmarks", "tests")


def order() -> list[str]:
    found = re.search(r"^bottom( < \w+)+$", MAP, re.MULTILINE)
    assert found, "the map says in which order the rooms stand"
    return found[0].split(" < ")


def files(*folders: str) -> Iterator[Path]:
    """Every file of the tree below ``folders`` but what is made there and empty ones."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            inner = path.relative_to(ROOT)
            if (
                path.is_file()
                and path.suffix != ".typed"
                and path.stat().st_size
                and not {"__pycache__", "outputs"} & set(inner.parts)
            ):
                yield inner


@cache
def parsed(path: Path) -> tuple[str, ast.Module]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return text, ast.parse(text)


def modules() -> dict[str, ast.Module]:
    found = {}
    for path in files("sweep", "hydra_plugins"):
        if path.suffix == ".py":
            name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            found[name] = parsed(path)[1]
    return found


MODULES = modules()


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that ``tree`` imports, wherever in it: at its top, in functions, for types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            base = node.module or ""
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in MODULES else base


def room(module: str) -> str:
    first, *rest = module.split(".")
    if first == "hydra_plugins" or module == "sweep.report.__main__":
        return "commands"
    if not rest:
        return "api"
    if rest[0] in COMMANDS:
        return "commands"
    if rest[0] in BOTTOM:
        return "bottom"
    assert rest[0] in order(), f"{module} is in no room of the map"
    return rest[0]


IMPORTS = {name: set(imported(tree)) for name, tree in MODULES.items()}
GRAPH = {name: each & MODULES.keys() for name, each in IMPORTS.items()}


def test_no_import_goes_up_and_none_in_a_circle() -> None:
    rank = {name: number for number, name in enumerate(order())}
    up = [(name, each) for name, below in GRAPH.items() for each in below if rank[room(each)] > rank[room(name)]]
    assert up == []
    TopologicalSorter(GRAPH).prepare()  # Raises CycleError.


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_heavy_library_is_imported_in_its_rooms_alone(library: str) -> None:
    users = {name for name, below in IMPORTS.items() if library in {each.split(".")[0] for each in below}}
    assert users, f"nothing imports {library}"
    strays = {name for name in users if room(name) not in LIBRARIES[library]}
    allowed = LIBRARY_COMMANDS.get(library, set())
    strays |= {
        name for name in users if room(name) == "commands" and name not in allowed and not name.startswith("hydra_p")
    }
    assert strays == set()


def test_help_and_a_first_look_at_words_need_nothing_heavy() -> None:
    check = "import sys, {}; print(*sorted({{'torch', 'mlflow', 'pandas', 'hydra', 'numpy'}} & set(sys.modules)))"
    for module in ("sweep.__main__", "sweep.sync", "sweep.replay", "sweep.report.__main__", "sweep.ui"):
        command = [sys.executable, "-c", check.format(module)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        assert done.stdout.strip() == "", module


def test_no_test_takes_a_helper_from_another_test() -> None:
    trees = {path: parsed(path)[1] for path in files("tests", "benchmarks") if path.suffix == ".py"}
    taken = [
        (str(path), f"{getattr(node, 'module', '')}.{alias.name}")  # A module, or what is taken from it.
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    assert [(path, name) for path, name in taken if re.search(r"\.test_\w+", name)] == []


def test_private_names_of_hydra_stand_in_two_files() -> None:
    users = [
        path
        for path in files("sweep", "hydra_plugins")
        if path.suffix == ".py" and PRIVATE.search((ROOT / path).read_text(encoding="utf-8"))
    ]
    assert users == [Path("sweep/settings/hydra_internals.py"), Path("sweep/settings/hydra_memory.py")]


def test_files_and_functions_can_be_held_in_the_head() -> None:
    lengths, functions = {}, {}
    for path in files("sweep", "hydra_plugins", "benchmarks", "tests"):
        if path.suffix == ".py":
            text, tree = parsed(path)
            lengths[path] = text.count("\n")
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    functions[path, node.lineno, node.name] = (node.end_lineno or node.lineno) - node.lineno + 1
    assert {path: length for path, length in lengths.items() if length > 250} == {}
    assert {where: length for where, length in functions.items() if length > 60} == {}
    assert statistics.median(lengths.values()) <= 110


def test_every_file_is_on_the_map_and_every_file_of_the_map_is_there() -> None:
    there = {str(path) for path in files(*SHARED)}
    drawn = set(re.findall(rf"^\| `((?:{'|'.join(SHARED)})/[^`]+)` \|", MAP, re.MULTILINE))
    assert there - drawn == set(), "not on docs/structure.md"
    assert drawn - there == set(), "on docs/structure.md, and not there"
