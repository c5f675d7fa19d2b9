"""What the pages of a Parquet file unpack to, read from their headers before any is unpacked.

The footer says so too, but what unpacks goes by the headers, and each may say what it likes: a kilobyte names a value
a thousand million times over. Read here, and not by pyarrow, which some odd footers end with the process (25.0).

References
----------
Apache Parquet, ``parquet.thrift``: FileMetaData, PageHeader, Encoding. Apache Thrift, the compact protocol.
"""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

MAGIC = b"PAR1"

MOST_FOOTER = 1 << 16
"""Bytes of a footer of ours, which tells of a few columns."""

MOST_PAGES = 100_000
"""Pages of a file; one has some 20,000 values, or a megabyte."""

SCHEMA, GROUPS, PROGRAM = 2, 4, 6
NAME = 4
COLUMNS, GROUP_ROWS = 1, 3
CHUNK, CHUNK_PACKED, DATA_OFFSET, DICTIONARY_OFFSET = 3, 7, 9, 11
UNPACKED, PACKED, DATA, DATA_2 = 2, 3, 5, 8
VALUES = 1
ENCODING = {DATA: 2, DATA_2: 4}
"""Members of the footer, its row groups, their columns, and of the pages' headers: their numbers in the format."""

ENCODINGS = frozenset({0, 2, 3, 8})
"""PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY: what sweep writes."""

BOUNDED = ENCODINGS | {4, 5, 9}
"""Further, BIT_PACKED, DELTA_BINARY_PACKED, BYTE_STREAM_SPLIT. In all of these no value is longer than where it stands,
here or in a dictionary: in DELTA_BYTE_ARRAY, 7, a byte may be part of many; of 6, pyarrow makes no dictionary."""

DEEPEST = 10
"""Structures and lists within each other."""

TRUE, FALSE, BYTE, SHORT, INT, LONG, DOUBLE, BINARY, LIST, STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 9, 12
"""Thrift's kinds of values."""


@dataclass(frozen=True)
class Unpacked:
    """What a file unpacks to.

    Parameters
    ----------
    program : that wrote it.
    names : of its columns, and of what these hold.
    rows : of the table.
    values : of its longest column.
    bytes : of all its pages.
    """

    program: str
    names: Set[bytes]
    rows: int
    values: int
    bytes: int


def unpacked(content: bytes, most_footer: int = MOST_FOOTER, encodings: Set[int] = ENCODINGS) -> Unpacked:
    """What the Parquet file ``content`` unpacks to.

    Parameters
    ----------
    most_footer : bytes that its footer may have.
    encodings : those that its values may have, by their numbers in the format.

    Raises
    ------
    ValueError, LookupError, TypeError : it is none, or is written in another way.
    """
    length = int.from_bytes(content[-8:-4], "little")
    if length > most_footer or content[-4:] != MAGIC:
        raise ValueError(f"no footer of at most {most_footer:,} bytes")
    footer, _ = _struct(content[-8 - length : -8], 0)
    total, pages, values = 0, 0, Counter[int]()
    for group in footer[GROUPS]:
        if group[GROUP_ROWS] == 0:  # pyarrow reads nothing of it, nor does it write where its pages are.
            continue
        for column, chunk in enumerate(group[COLUMNS]):
            at, end = _span(chunk[CHUNK], len(content))
            while at < end:
                header, at = _struct(content, at)
                at += _count(header[PACKED])
                total += _count(header[UNPACKED])
                values[column] += _values(header, encodings)
                pages += 1
                if pages > MOST_PAGES:
                    raise ValueError(f"more than {MOST_PAGES:,} pages")
    rows = sum(_count(group[GROUP_ROWS]) for group in footer[GROUPS])
    names = frozenset(each[NAME] for each in footer[SCHEMA])
    program = footer.get(PROGRAM, b"").decode("ascii", "replace")
    return Unpacked(program, names, rows, max(values.values(), default=0), total)


def _span(chunk: Mapping[int, Any], size: int) -> tuple[int, int]:
    """Where the pages of a column's chunk begin and end, as pyarrow finds them."""
    start = chunk[DATA_OFFSET]
    if 0 < chunk.get(DICTIONARY_OFFSET, 0) < start:
        start = chunk[DICTIONARY_OFFSET]
    end = start + chunk[CHUNK_PACKED]
    if not 0 < start <= end <= size:
        raise ValueError("a column beyond the end")
    return start, end


def _values(header: Mapping[int, Any], encodings: Set[int]) -> int:
    """How many values a page has; those of a dictionary are none of a column's."""
    values = 0
    for kind, encoding in ENCODING.items():
        if kind in header:
            values += _count(header[kind][VALUES])
            if header[kind][encoding] not in encodings:
                raise ValueError(f"the encoding {header[kind][encoding]}")
    return values


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 31:
        raise ValueError("a page without its size")
    return value


def _struct(content: bytes, at: int, depth: int = DEEPEST) -> tuple[dict[int, Any], int]:
    """A structure in Thrift's compact protocol, by its members' numbers, and where it ends."""
    members: dict[int, Any] = {}
    number = 0
    while head := content[at]:
        at += 1
        if head >> 4:
            number += head >> 4
        else:
            number, at = _integer(content, at)
        if number in members:  # Readers do not agree on which one counts.
            raise ValueError("a member stands there twice")
        kind = head & 15
        members[number], at = (kind == TRUE, at) if kind in (TRUE, FALSE) else _value(content, at, kind, depth)
    return members, at + 1


def _value(content: bytes, at: int, kind: int, depth: int) -> tuple[Any, int]:
    """A value of a ``kind`` that takes bytes of its own, and where it ends."""
    if kind in (SHORT, INT, LONG):
        return _integer(content, at)
    if kind == BINARY:
        length, at = _varint(content, at)
        return content[at : at + length], at + length
    if kind in (TRUE, FALSE, BYTE, DOUBLE):
        return None, at + (8 if kind == DOUBLE else 1)
    if kind == STRUCT and depth:
        return _struct(content, at, depth - 1)
    if kind == LIST and depth:
        head, at = content[at], at + 1
        count, at = _varint(content, at) if head >> 4 == 15 else (head >> 4, at)
        values = []
        for _ in range(count):
            value, at = _value(content, at, head & 15, depth - 1)
            values.append(value)
        return values, at
    raise ValueError("another form")


def _integer(content: bytes, at: int) -> tuple[int, int]:
    number, at = _varint(content, at)
    return number >> 1 ^ -(number & 1), at


def _varint(content: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while shift < 64:
        number |= (content[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if content[at - 1] < 128:
            return number, at
    raise ValueError("a number without an end")
