"""JSON documents as typed values, by a form, before anybody uses them; what is of another form is named by its field.

A form is a dataclass, a mapping from a member's name to its form, or what stands in annotations: ``str``, ``int``,
``float``, ``bool``, an enumeration, ``list[…]``, ``dict[str, …]``, ``… | None``, ``Any`` for plain JSON of any kind.
"""

import errno
import json
import math
import os
import reprlib
import types
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

DEEPEST = 20
"""Levels of plain JSON within each other; ours has three."""

MOST = 1_000_000
"""Objects and lists of a document that is parsed at once: each takes a hundred bytes or so."""

LARGEST = 2**63 - 1
"""Of whole numbers, either sign."""

SHORT = reprlib.Repr()
SHORT.maxstring = 80

WORDS = {str: "text in Unicode", int: "a whole number", float: "a finite number", bool: "true or false"}


class Malformed(ValueError):
    """A document that is not as sweep writes it; the message names the file and, where it can, the field."""


def load(content: bytes, form: type[T], file: str) -> T:
    """The document in ``content`` as a value of the dataclass ``form``.

    Raises
    ------
    Malformed : no JSON in UTF-8, a member named twice, missing or unknown, or a value of another form.
    """
    value: T = typed(parse(content, file), form, file)
    return value


def parse(content: bytes, file: str) -> Any:
    """JSON in UTF-8 without what JSON has not: NaN, infinities, a member named twice.

    Raises
    ------
    Malformed
    OSError : this machine has not the memory for it.
    """
    if content.count(b"{") + content.count(b"[") > MOST:
        raise Malformed(f"{file}: more than {MOST:,} objects and lists")
    try:
        return json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except MemoryError:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), file) from None
    except RecursionError:
        raise Malformed(f"{file}: nested too deeply") from None
    except ValueError as error:
        raise Malformed(f"{file}: {error}") from None


def typed(value: Any, form: Any, where: str) -> Any:
    """``value``, from :func:`parse`, as a value of ``form``.

    Parameters
    ----------
    where : what messages call it: ``plan.json: points[3].lr``.

    Raises
    ------
    Malformed
    """
    if type(form) is type and form in WORDS:
        return _simple(value, form, where)
    kind, parts = get_origin(form), get_args(form)
    if form is Any:
        return _plain(value, where, DEEPEST)
    if kind in (Union, types.UnionType):
        (inner,) = set(parts) - {type(None)}
        return None if value is None else typed(value, inner, where)
    if kind is list:
        return [typed(each, parts[0], f"{where}[{place}]") for place, each in enumerate(_of(value, list, where))]
    if kind is dict:
        named = _of(value, dict, where)
        return {typed(name, str, where): typed(each, parts[1], inside(where, name)) for name, each in named.items()}
    if isinstance(form, Mapping):
        return members(value, form, where)
    if is_dataclass(form) and isinstance(form, type):
        optional = [each.name for each in fields(form) if each.default is not MISSING]
        return form(**members(value, get_type_hints(form), where, optional))
    if value not in list(form):
        refuse(value, f"one of {', '.join(map(str, form))}", where)
    return form(value)


def members(value: Any, forms: Mapping[str, Any], where: str, optional: Collection[str] = ()) -> dict[str, Any]:
    """The members of an object, each of its form; those that are ``optional`` may be missing.

    Raises
    ------
    Malformed
    """
    named = _of(value, dict, where)
    for name in forms:
        if name not in named and name not in optional:
            raise Malformed(f"{inside(where, name)} is missing")
    for name in named:
        if name not in forms:
            raise Malformed(f"{inside(where, name)} is not known to this release")
    return {name: typed(each, forms[name], inside(where, name)) for name, each in named.items()}


def inside(where: str, name: str) -> str:
    """What messages call a member ``name`` of what they call ``where``."""
    return f"{where}{'.' if ': ' in where else ': '}{name[:60].encode(errors='backslashreplace').decode()}"


def refuse(value: Any, needed: str, where: str) -> NoReturn:
    """Raise :class:`Malformed` for a ``value`` that is not what is ``needed``."""
    shown = SHORT.repr(value).encode("ascii", "backslashreplace").decode()  # Not all of it: it may be long.
    raise Malformed(f"{where} is {shown if len(shown) <= 60 else shown[:60] + '…'}, where {needed} is needed")


def _of(value: Any, kind: type[T], where: str) -> T:
    if not isinstance(value, kind):
        refuse(value, "an object" if kind is dict else "a list", where)
    return value


def _simple(value: Any, form: Any, where: str) -> Any:
    if form is float and type(value) is int and abs(value) <= LARGEST:
        return float(value)
    if type(value) is not form:  # Not isinstance: true is no whole number.
        refuse(value, WORDS[form], where)
    if form is str and not _is_unicode(value):
        refuse(value, WORDS[str], where)
    if (form is float and not math.isfinite(value)) or (form is int and abs(value) > LARGEST):
        refuse(value, WORDS[form], where)
    return value


def _plain(value: Any, where: str, levels: int) -> Any:
    if not levels:
        raise Malformed(f"{where} is nested too deeply")
    if isinstance(value, dict):
        names = {typed(name, str, where): name for name in value}
        return {name: _plain(value[name], inside(where, name), levels - 1) for name in names}
    if isinstance(value, list):
        return [_plain(each, f"{where}[{place}]", levels - 1) for place, each in enumerate(value)]
    return value if value is None else _simple(value, type(value), where)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the member {name[:60]!a} stands there twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number that JSON has")
