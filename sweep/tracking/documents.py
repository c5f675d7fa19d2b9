"""JSON documents with a line a row: for people who compare two, and for the encoder, which is slow with an indent.

A document may carry its own checksum: the SHA-256 of its bytes with nothing between the quotes of ``"checksum": ""``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sweep.tracking.typed import Malformed


def encode(
    document: Mapping[str, Any], name: str, rows: Sequence[Any] | Mapping[str, Any], indent: int | None = None
) -> bytes:
    """``document`` with ``rows`` as its last member ``name``, a line each.

    Parameters
    ----------
    indent : of everything but the rows; None for one line.
    """
    margin, before, after = ("", " ", "") if indent is None else (" " * indent, "\n" + " " * indent, "\n")
    head = json.dumps(document, indent=indent, ensure_ascii=False).removesuffix("}").removesuffix("\n")
    if isinstance(rows, Mapping):
        brackets, lines = "{}", [f"{2 * margin}{json.dumps(key)}: {_row(value)}" for key, value in rows.items()]
    else:
        brackets, lines = "[]", [_row(value) for value in rows]
    middle = ",\n".join(lines)
    text = f"{head},{before}{json.dumps(name)}: {brackets[0]}\n{middle}\n{margin}{brackets[1]}{after}}}\n"
    return text.encode()


def _row(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def seal(content: bytes) -> bytes:
    """A document whose first text, ``"checksum"``, is empty, with its checksum there."""
    return content.replace(b'"checksum": ""', f'"checksum": "{hashlib.sha256(content).hexdigest()}"'.encode(), 1)


def check(content: bytes, checksum: str | None, file: str) -> None:
    """Refuse a document whose bytes are not those that ``checksum``, its own, was made from.

    Parameters
    ----------
    checksum : None for a document of an earlier release, which has none.

    Raises
    ------
    Malformed
    """
    if checksum is None:
        return
    own = checksum.encode()
    place, whole = max(0, content.find(own)), memoryview(content)  # A copy of a large one takes as much again.
    digest = hashlib.sha256(whole[:place])
    digest.update(whole[place + len(own) if content.startswith(own, place) else place :])
    if digest.hexdigest() != checksum:
        raise Malformed(f"{file}: checksum is not that of its bytes: something in it was changed")
