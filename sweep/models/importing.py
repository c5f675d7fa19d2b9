"""From a dotted name to the object that it names, imported; and the current folder as a place to import from."""

import keyword
import os
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module, invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from sweep import version
from sweep.errors import BadInput, nearest, raised
from sweep.models import session
from sweep.models.places import is_own

LONGEST, MOST_NAMES = 200, 12
"""How many characters of a foreign error are told, and how many names of a module."""

ALLOWED = "a class or function by its dotted name, as my_models.Net, in the current folder or installed"


@contextmanager
def importable_here() -> Iterator[None]:
    """Modules of the current folder can be imported meanwhile, where no other place has one of that name.

    ``python -m`` has put the folder first: from there it is moved, so that a ``torch.py`` in it hides nothing. It stays
    where sweep itself was imported from it, for Hydra finds the plugin that belongs to sweep by the same path.
    """
    before = list(sys.path)
    try:
        here = os.getcwd()  # noqa: PTH109 - As Python wrote it into the path.
    except OSError:  # It is gone, which is said by whoever needs it.
        yield
        return
    if sys.path and sys.path[0] in ("", here) and Path(version.__file__).parent.parent != Path(here):
        del sys.path[0]
    if here not in sys.path:
        sys.path.append(here)
    try:
        yield
    finally:
        sys.path[:] = before


def imported(target: str, key: str) -> Any:
    """The object that ``target`` names: its module is imported, which runs that module's code.

    Each name is looked for in what stands before it, and where that has none, as a module below it.

    Parameters
    ----------
    target : as ``my_models.Net`` or ``package.module.Class.method``.
    key : the key below which ``_target_`` stands, for messages.

    Raises
    ------
    BadInput : it is no dotted name of public names, its module cannot be found, raises as it is imported, or has no
        such name.
    """
    what = f"{key}._target_={target}"
    first, *rest = _names(target, what)
    session.refuse_absent([target])
    found: Any = sys.modules.get(first)
    if found is None:
        invalidate_caches()  # A file may have been written a moment ago.
        if find_spec(first) is None:
            near = nearest(first, (each.name for each in pkgutil.iter_modules([""])))
            step = f"did you mean {near}?" if near else "check the name, or go to the folder that has it"
            raise BadInput(f"{what}: there is no module {first}", ALLOWED, step)
        found = _within(partial(import_module, first), first, what)
    path = first
    for name in rest:
        parent, path = found, f"{path}.{name}"
        found = _within(partial(_below, parent, name, path), path, what)
        if found is NOTHING:
            raise _missing(parent, name, what)
    return found


NOTHING = object()


def _below(parent: Any, name: str, path: str) -> Any:
    """What ``parent`` has by ``name``, a module below it included; :data:`NOTHING` where it has none."""
    try:
        return getattr(parent, name)
    except AttributeError:
        if not isinstance(parent, ModuleType):
            return NOTHING
    try:
        spec = find_spec(path)
    except ModuleNotFoundError:  # What stands before it is no package, or only an alias of one.
        return NOTHING
    return import_module(path) if spec else NOTHING


def _names(target: str, what: str) -> list[str]:
    names = target.split(".") if isinstance(target, str) else []
    odd = next((name for name in names if not name.isidentifier() or keyword.iskeyword(name)), None)
    if odd and len(names) > 1:
        step = "rename it: letters, digits and _, no digit first, no word of Python's own; a dot for each /"
        raise BadInput(f"{what}: no dotted name, as Python imports nothing called {odd!r}", ALLOWED, step)
    if odd is not None or len(names) < 2:
        raise BadInput(f"{what}: no dotted name", ALLOWED, "write MODULE.NAME")
    private = next((name for name in names if name.startswith("_") and (name, names[0]) != (session.MAIN,) * 2), None)
    if private:
        step = "import it under a public name in a module of your own, and name that"
        raise BadInput(f"{what}: {private} is private to its module", ALLOWED, step)
    return names


def _within(action: Callable[[], Any], path: str, what: str) -> Any:
    """What ``action`` gives; whatever the code that it imports raises becomes a message."""
    writes = sys.dont_write_bytecode
    try:
        sys.dont_write_bytecode = True  # Compiled code counts as that of a file of its size and second.
        return action()
    except raised() as error:
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        line = (said.strip().splitlines() or [""])[0]
        told = f"{type(error).__name__}: {line}"[:LONGEST].removesuffix(": ")
        raise BadInput(
            f"{what}: importing {path} raises {told}{_where(error)}",
            "a module that can be imported",
            f"correct it; python -c 'import {path}' shows all of it",
        ) from error
    finally:
        sys.dont_write_bytecode = writes


def _where(error: BaseException) -> str:
    """File and line of a user's own code that ``error`` came from, last."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    own = [place for place in places if Path(place[0]).is_file() and is_own(place[0]) and place[0] != __file__]
    if not own:
        return ""
    file, line = own[-1]
    path = Path(file)
    return f" ({path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}, line {line})"


def _missing(parent: Any, name: str, what: str) -> BadInput:
    whole = getattr(parent, "__name__", type(parent).__name__)
    public = [each for each in dir(parent) if not each.startswith("_")]
    own = [each for each in public if getattr(getattr(parent, each, None), "__module__", None) == whole]
    listed = (own or public)[:MOST_NAMES]
    near = nearest(name, public)
    return BadInput(
        f"{what}: {whole} has no {name}",
        f"what it has: {', '.join(listed)}" if listed else ALLOWED,
        _hidden(parent) or (f"did you mean {near}?" if near else "check the name"),
    )


def _hidden(found: Any) -> str:
    """What to do where the module ``found`` is another one than that of its name in the current folder."""
    name, file = getattr(found, "__name__", ""), getattr(found, "__file__", None)
    if not isinstance(found, ModuleType) or "." in name:
        return ""
    here = next((path for path in (Path(f"{name}.py"), Path(name, "__init__.py")) if path.is_file()), None)
    if here is None or (file and Path(file).resolve() == here.resolve()):
        return ""
    return f"rename {here}: Python or a package has a module {name} already, which is found first"
