"""Code of the session itself: what a notebook's cells have defined, or the script that was started; its ``__main__``.

It has no file that another process could import, or that says what a cell was when it was run. So it is known by what
Python has made of it, and travels by value.
"""

import dis
import hashlib
import io
import pickle
import pickletools
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import CodeType, FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any

from sweep.errors import BadInput, raised

MAIN = "__main__"

PLAIN = (type(None), bool, int, float, complex, str, bytes)

OF_CLASSES = {
    *("__module__", "__dict__", "__weakref__", "__doc__", "__firstlineno__", "__static_attributes__", "_abc_impl"),
    *("__dataclass_fields__", "__dataclass_params__", "__annotations__"),
}
"""Names in a class that say nothing of what it does, or nothing that other names there do not."""


def is_of(target: str) -> bool:
    """Whether ``target`` names something of the session."""
    return isinstance(target, str) and target.partition(".")[0] == MAIN


def name_of(target: str) -> str:
    """Of a target of the session, what it is called there: of ``__main__.Net.small``, ``Net``."""
    return target.split(".")[1] if "." in target else ""


def refuse_absent(targets: Iterable[str]) -> None:
    """Raise :class:`BadInput` where one of ``targets`` is of a session that is not this one."""
    space = vars(sys.modules[MAIN])
    is_sweep = str(getattr(space.get("__spec__"), "name", "")).partition(".")[0] == "sweep"
    absent = [each for each in targets if is_of(each) and (is_sweep or name_of(each) not in space)]
    if absent:
        raise BadInput(
            f"{absent[0]}: of a notebook, or of the script that was started, and not to be found here",
            "what the notebook or script that starts a sweep has defined; or a module, as my_train.train",
            "put it into a file in the current folder, and name that",
        )


def read(targets: Iterable[str]) -> tuple[dict[str, str], set[str]]:
    """What is behind ``targets`` of the session: a hash of each thing by name, and modules that these import or use.

    A function is known by its bytecode, its defaults, and what it refers to in the session, functions and classes in
    the same way, and anything else by its value; a class by what stands in it, and what it is derived from. Another
    Python makes other bytecode of it.

    Raises
    ------
    BadInput : one is not there, or refers to what has no value that can be read.
    """
    targets = list(targets)
    refuse_absent(targets)
    space, records, modules = vars(sys.modules[MAIN]), dict[str, str](), set[str]()
    waiting = [(name_of(each), space[name_of(each)]) for each in targets]
    seen: dict[int, tuple[str, Any]] = {}  # Held here, so that no other gets its id.
    while waiting:
        name, found = waiting.pop()
        first, _ = seen.setdefault(id(found), (name, found)) if callable(found) else (name, found)
        told, further, imported = _read(name, found) if first == name else (f"the same as {first}", [], set[str]())
        records[name] = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        modules |= imported
        waiting += [pair for pair in further if pair[0] not in records]
    return records, modules


Read = tuple[str, list[tuple[str, Any]], set[str]]
"""What something is, as text; what of the session it refers to, by name; and modules."""


def _read(name: str, found: Any) -> Read:
    if isinstance(found, ModuleType):
        return f"module {found.__name__}", [], {found.__name__}
    if isinstance(found, FunctionType) and found.__module__ == MAIN:
        return _of_function(name, found)
    if isinstance(found, type) and found.__module__ == MAIN:
        return _of_class(name, found)
    if isinstance(found, FunctionType | type) or (callable(found) and hasattr(found, "__qualname__")):
        module = str(getattr(found, "__module__", None) or "")
        return f"{module}.{getattr(found, '__qualname__', '')}", [], {module} - {""}
    return _of_value(name, found)


def _of_function(name: str, found: FunctionType) -> Read:
    told, further, modules = [_code(found.__code__)], [], set()
    space = found.__globals__
    if space.get("__name__") != MAIN:  # What a decorator has made, which calls itself as what it decorates.
        modules.add(str(space.get("__name__", "")))
        space = {}
    for code in _codes(found.__code__):
        loaded, imported = _names(code)
        further += [(each, space[each]) for each in sorted(loaded) if each in space]
        modules |= imported
    for place, cell in enumerate(found.__closure__ or ()):
        try:
            further.append((f"{name}.{found.__code__.co_freevars[place]}", cell.cell_contents))
        except ValueError:  # Nothing is in it yet.
            continue
    further.append((f"{name}.__defaults__", (found.__defaults__ or (), found.__kwdefaults__ or {})))
    if wrapped := vars(found).get("__wrapped__"):
        further.append((f"{name}.__wrapped__", wrapped))
    return " ".join(told), further, modules


def _of_class(name: str, found: type) -> Read:
    further: list[tuple[str, Any]] = [(f"{name}.<{place}>", base) for place, base in enumerate(found.__bases__)]
    further.append((f"{name}.<type>", type(found)))
    for key, value in vars(found).items():
        if key in OF_CLASSES or isinstance(value, MemberDescriptorType | GetSetDescriptorType):
            continue
        if isinstance(value, staticmethod | classmethod):
            value = value.__func__
        if isinstance(value, cached_property):
            value = value.func
        parts = [value.fget, value.fset, value.fdel] if isinstance(value, property) else [value]
        further += [(f"{name}.{key}.{place}", part) for place, part in enumerate(parts)]
    annotated = {key: str(value) for key, value in vars(found).get("__annotations__", {}).items()}
    return f"class {sorted(vars(found).keys() - OF_CLASSES)} {annotated}", further, set()


def _of_value(name: str, found: Any) -> Read:
    """By value: of what is not plain, what pickle makes of it, and all code that this names."""
    try:
        if (told := _plain(found)) is not None:
            return told, [], set()
        to = io.BytesIO()
        _Pickler(to, protocol=2).dump(found)  # This one names code in one place.
        pickled = to.getvalue()
    except raised() as error:  # Whatever a class of anybody raises.
        raise BadInput(
            f"{MAIN}.{name}: a value of type {type(found).__name__}, which a function of the notebook or script uses, "
            "cannot be read",
            "numbers, text, arrays and the like, and whatever pickle takes",
            "make it within the function, or put the function into a file",
        ) from error
    space = vars(sys.modules[MAIN])
    named = [str(arg).split(" ", 1) for op, arg, _ in pickletools.genops(pickled) if op.name == "GLOBAL"]
    own = dict.fromkeys(path.partition(".")[0] for module, path in named if module == MAIN)
    modules = {module for module, _ in named if module != MAIN}
    return hashlib.sha256(pickled).hexdigest(), [(each, space[each]) for each in own], modules


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> str | None:
        """Of a tensor what it holds: pickle would write where it lies in memory."""
        return _tensor(obj)


def _tensor(found: Any) -> str | None:
    """A text of what a tensor holds; None of anything else."""
    torch: Any = sys.modules.get("torch")
    if torch is None or not isinstance(found, torch.Tensor):
        return None
    held = hashlib.sha256(found.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()).hexdigest()
    return f"{type(found).__name__} {found.dtype} {tuple(found.shape)} {found.device} {found.requires_grad} {held}"


def _plain(found: Any) -> str | None:
    """Of plain values the same text exactly for the same values; None where one is not plain."""
    if (tensor := _tensor(found)) is not None:
        return tensor
    if isinstance(found, PLAIN) and type(found) in PLAIN:
        return f"{type(found).__name__} {found!r}"
    if type(found) in (tuple, list, set, frozenset):
        parts = [_plain(each) for each in found]
    elif type(found) is dict:
        parts = [_plain(each) for pair in found.items() for each in pair]
    else:
        return None
    known = [each for each in parts if each is not None]
    if len(known) < len(parts):
        return None
    return f"{type(found).__name__} {sorted(known) if isinstance(found, set | frozenset) else known}"


def _code(code: CodeType) -> str:
    """What a function does, as Python runs it; not where it stood, and how it was written."""
    consts = [_code(each) if isinstance(each, CodeType) else _plain(each) or repr(each) for each in code.co_consts]
    shape = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    return repr((code.co_code.hex(), consts, shape, names, getattr(code, "co_exceptiontable", b"").hex()))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's, and of those within it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _names(code: CodeType) -> tuple[set[str], set[str]]:
    """Names that are looked for outside of a function; and names of what may be modules that it imports."""
    loaded, imported, module = set[str](), set[str](), ""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            loaded.add(str(step.argval))
        elif step.opname == "IMPORT_NAME":
            module = str(step.argval)
            imported.add(module)
        elif step.opname == "IMPORT_FROM":
            imported.add(f"{module}.{step.argval}")
    return loaded, imported


def put(found: Mapping[str, Any]) -> None:
    """Have what another session has by name here."""
    for name, value in found.items():
        setattr(sys.modules[MAIN], name, value)
