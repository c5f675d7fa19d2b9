"""A document with one thing in it changed: a value of another type, a member gone, a text flipped, bytes cut."""

import json
import random
from typing import Any

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**70, 10**400, 0.5, -0.0, "", "x", "cpu:x", "../../x", "\x00", "\ud800", "a\rb"),
    *([], {}, [1], {"a": 1}, "NaN", "1e999", "é" * 5000),
)
"""What may come to stand in place of a value."""

RAW = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"1" * 5000,
    b"[" * 5000 + b"]" * 5000,
    b'{"a": 1, "a": 2}',
    b"\xff",
)
"""What may stand there that Python's own writer would not write."""

MARK = "the value goes here"


def json_document(dice: random.Random, content: bytes) -> bytes:
    """JSON with one value, member or piece of its bytes changed."""
    if dice.random() < 0.25:
        return any_bytes(dice, content)
    document = json.loads(content)
    holder, place = dice.choice([*_places(document)])
    how = dice.choice(["value", "value", "raw", "delete", "text", "twice", "name"])
    value = holder[place]
    if how == "delete":
        del holder[place]
    elif how == "text" and isinstance(value, str) and value:
        holder[place] = _flipped(dice, value)
    elif how == "text" and isinstance(value, int | float):
        holder[place] = value + 1
    elif how == "name" and isinstance(holder, dict):
        holder[_flipped(dice, place)] = holder.pop(place)
    elif how in ("raw", "twice"):
        holder[place] = MARK
        other = dice.choice(RAW) if how == "raw" else b'{"a": 1, "a": 1}'
        return _written(document).replace(json.dumps(MARK).encode(), other)
    else:
        holder[place] = dice.choice(VALUES)
    return _written(document)


def any_bytes(dice: random.Random, content: bytes) -> bytes:
    """``content`` cut, or with a few bytes flipped, zeroed, put in, doubled or taken out."""
    start = dice.randrange(len(content))
    end = min(len(content), start + dice.randint(1, 8))
    middle = {
        "flip": bytes(byte ^ (1 << dice.randrange(8)) for byte in content[start:end]),
        "zero": bytes(end - start),
        "out": b"",
        "twice": content[start:end] * 2,
        "return": b"\r",
        "quote": b'"',
        "comma": b",",
    }
    how = dice.choice([*middle, "cut", "empty", "other"])
    if how in middle:
        return content[:start] + middle[how] + content[end:]
    return {"cut": content[:start], "empty": b"", "other": dice.choice([b"[]", b"null", b"<html></html>", b"{}"])}[how]


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every holder of a value with where it holds it."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for place, each in items:
        found += [(value, place), *_places(each)]
    return found


def _flipped(dice: random.Random, text: str) -> str:
    place = dice.randrange(len(text))
    return text[:place] + chr(ord(text[place]) ^ (1 << dice.randrange(6))) + text[place + 1 :]


def _written(document: Any) -> bytes:
    return json.dumps(document).encode()
