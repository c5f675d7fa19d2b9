"""JSON documents with a line a row: for people who compare two, and for the encoder, which is slow with an indent."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


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
