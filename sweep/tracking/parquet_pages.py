"""What the pages of a Parquet file unpack to, read from their headers before any is unpacked.

The footer says so too, but what unpacks goes by the headers, and each may say what it likes: a kilobyte names a value
a thousand million times over.

References
----------
Apache Parquet, ``parquet.thrift``: PageHeader, Encoding. Apache Thrift, the compact protocol.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyarrow.parquet import ColumnChunkMetaData, FileMetaData

MOST_PAGES = 100_000
"""Pages of a file; one of ours has some 20,000 values, or a megabyte."""

KIND, UNPACKED, PACKED = 1, 2, 3
DATA, DICTIONARY, DATA_2 = 5, 7, 8
VALUES = 1
ENCODING = {DATA: 2, DATA_2: 4}
"""Members of the headers, by their numbers in ``parquet.thrift``."""

ENCODINGS = {0, 2, 3, 8}
"""PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY: no value is longer than where it stands, here or in a dictionary."""

DEEPEST = 4
"""Structures within each other in a header."""

TRUE, FALSE, BYTE, SHORT, INT, LONG, DOUBLE, BINARY, STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 12
"""Thrift's kinds of values."""


@dataclass(frozen=True)
class Unpacked:
    """What a file unpacks to: bytes of all its pages, and the values of its longest column."""

    bytes: int
    values: int


def unpacked(content: bytes, footer: "FileMetaData") -> Unpacked:
    """What the file ``content`` with that ``footer`` unpacks to.

    Raises
    ------
    ValueError, LookupError : a page is not where the footer says, or is written in another way than ours.
    """
    total, pages, values = 0, 0, [0] * footer.num_columns
    for group in range(footer.num_row_groups):
        for column in range(footer.num_columns):
            chunk = footer.row_group(group).column(column)
            at, end = _span(chunk, len(content))
            while at < end:
                header, at = _struct(content, at)
                at += _count(header[PACKED])
                total += _count(header[UNPACKED])
                values[column] += _values(header)
                pages += 1
                if pages > MOST_PAGES:
                    raise ValueError(f"more than {MOST_PAGES:,} pages")
    return Unpacked(total, max(values, default=0))


def _span(chunk: "ColumnChunkMetaData", size: int) -> tuple[int, int]:
    """Where the pages of a column's chunk begin and end, as pyarrow finds them."""
    start = chunk.data_page_offset
    if chunk.dictionary_page_offset is not None and 0 < chunk.dictionary_page_offset < start:
        start = chunk.dictionary_page_offset
    end = start + chunk.total_compressed_size
    if not 0 < start <= end <= size:
        raise ValueError("a column beyond the end")
    return start, end


def _values(header: dict[int, Any]) -> int:
    """How many values a page has; those of a dictionary are none of a column's."""
    values = 0
    for kind, encoding in ENCODING.items():
        if kind in header:
            values += _count(header[kind][VALUES])
            if header[kind][encoding] not in ENCODINGS:
                raise ValueError("an encoding that sweep does not write")
    return values


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 31:
        raise ValueError("a page without its size")
    return value


def _struct(content: bytes, at: int, depth: int = DEEPEST) -> tuple[dict[int, Any], int]:
    """A structure in Thrift's compact protocol, by its members' numbers, and where it ends."""
    members: dict[int, Any] = {}
    value: Any
    number = 0
    while head := content[at]:
        at += 1
        kind, value = head & 15, None
        if head >> 4:
            number += head >> 4
        else:
            number, at = _integer(content, at)
        if kind in (TRUE, FALSE):
            value = kind == TRUE
        elif kind in (SHORT, INT, LONG):
            value, at = _integer(content, at)
        elif kind == BINARY:
            length, at = _varint(content, at)
            at += length
        elif kind in (BYTE, DOUBLE):
            at += 1 if kind == BYTE else 8
        elif kind == STRUCT and depth:
            value, at = _struct(content, at, depth - 1)
        else:
            raise ValueError("a page's header of another form")
        if number in members:  # Readers do not agree on which one counts.
            raise ValueError("a page's header with a member twice")
        members[number] = value
    return members, at + 1


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
