"""Which modules a source imports, by reading it."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from sweep.models.finding import content, found, prefixes
from sweep.models.places import is_own

IMPORTING = ("import_module", "__import__")
ALL = "\0*"
"""Behind the name of a package of which all is imported; no name has it."""


def imports(source: str, package: str) -> set[str]:
    """Names of all that ``source`` may import as modules, with the packages around them; some are no modules.

    Wherever an import stands it counts: in a function, in ``try``, under ``if TYPE_CHECKING``. ``from a import b``
    imports ``a``, and ``a.b`` where that is a module; ``from a import *`` those that ``a`` lists in ``__all__``.

    Parameters
    ----------
    package : the package that the source is in, to which its relative imports refer; empty where it is in none.

    Raises
    ------
    SyntaxError : the source is not Python.
    """
    written = _written(source, package)
    names = {each for name in written for each in (_listed(name.removesuffix(ALL)) if name.endswith(ALL) else (name,))}
    return {prefix for name in names for prefix in prefixes(name)}


@lru_cache(maxsize=256)  # A sweep reads the same sources for each of its models, and again before it trains.
def _written(source: str, package: str) -> frozenset[str]:
    return frozenset(name for node in ast.walk(ast.parse(source)) for name in _named(node, package))


def _named(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute("." * node.level + (node.module or ""), package)
        if base:
            yield base
            for alias in node.names:
                yield f"{base}{ALL}" if alias.name == "*" else f"{base}.{alias.name}"
    elif isinstance(node, ast.Call) and node.args and isinstance(name := node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if called in IMPORTING and isinstance(name.value, str) and (written := _absolute(name.value, package)):
            yield written


def _absolute(name: str, package: str) -> str:
    """``..b`` within the package ``a.c`` is ``a.b``; empty where it leads nowhere."""
    below = name.lstrip(".")
    level = len(name) - len(below)
    if not level:
        return below
    parts = package.split(".") if package else []
    if level > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - level + 1], *([below] if below else [])])


def _listed(package: str) -> Iterator[str]:
    """What ``from package import *`` may import: each text in the package's own file may be in its ``__all__``."""
    spec = found(package)
    if spec is None or not (spec.origin and is_own(spec.origin)):
        return
    try:
        tree = ast.parse(content(spec))
    except (SyntaxError, ValueError):
        return
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    yield from (f"{package}.{text}" for text in texts if text.isidentifier())
