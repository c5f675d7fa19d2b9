"""What is laid where a small file is expected: files that unpack to much, and what stands there that is no file."""

import hashlib
import io
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def _written(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", **options)
    return sink.getvalue()


def _table(keys: pa.Array, losses: pa.Array) -> pa.Table:
    rows = len(keys)
    return pa.table(
        {
            "key": keys,
            "losses": losses,
            "parameters": pa.FixedSizeListArray.from_arrays(pa.array(np.ones(2 * rows)), 2).cast(
                pa.list_(pa.float64())
            ),
            "final_loss": pa.array(np.ones(rows)),
            "stalled": pa.array(np.zeros(rows, bool)),
        }
    )


def _lists(rows: int, losses: int) -> pa.Array:
    """``rows`` lists of as many zeros."""
    offsets = np.arange(rows + 1, dtype=np.int64) * losses
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(np.zeros(rows * losses, np.float32)))


def long_curve(losses: int = 20_000_000) -> bytes:
    """A curve of far more losses than any chunk has, in about a kilobyte."""
    return _written(_table(pa.array(["k"]), _lists(1, losses)))


def lying_footer(losses: int = 20_000_000) -> bytes:
    """The same, whose footer says that it has three."""
    content, number = long_curve(losses), _varint(losses)
    tail = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    less = bytes([0x86] + [0x80] * (len(number) - 2) + [0])  # 3, in as many bytes.
    return content[:tail] + content[tail:].replace(number, less)


def many_rows(rows: int = 1_100_000) -> bytes:
    """More points than a sweep may have."""
    keys = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["0" * 32]))
    return _written(_table(keys, _lists(rows, 1)))


def long_keys(rows: int = 300, length: int = 1_000_000) -> bytes:
    """A key of megabytes that stands there once, and is named by every row."""
    keys = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["0" * length]))
    return _written(_table(keys, _lists(rows, 1)))


def prefixed_keys(rows: int = 300, length: int = 1_000_000) -> bytes:
    """Keys that each begin as the one before: a byte or two each."""
    table = _table(pa.array(["0" * length] * rows, pa.large_string()), _lists(rows, 1))
    encodings = {"key": "DELTA_BYTE_ARRAY"}
    others = ["losses.list.element", "parameters.list.element", "final_loss"]
    return _written(table, use_dictionary=others, column_encoding=encodings)


def more_columns() -> bytes:
    """A column that ours have not."""
    table = _table(pa.array(["k"]), _lists(1, 1))
    return _written(table.append_column("more", pa.array([b"\0" * (1 << 27)], pa.large_binary())))


PARQUETS: Mapping[str, Callable[[], bytes]] = {
    each.__name__: each for each in (long_curve, lying_footer, many_rows, long_keys, prefixed_keys, more_columns)
}
"""By their names, parts that unpack to far more than a sweep can have made."""


def part_name(content: bytes) -> str:
    """What a part of these bytes is called."""
    return f"{hashlib.sha256(content).hexdigest()}.parquet"


def pipe(path: Path) -> None:
    """A pipe into which nobody writes."""
    os.mkfifo(path)


def device(path: Path) -> None:
    """A link to a device that never ends."""
    path.symlink_to("/dev/zero")


def loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path.name)


def folder(path: Path) -> None:
    """A folder."""
    path.mkdir()


def sparse(path: Path) -> None:
    """A file of a terabyte that takes no room."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


PLACED = (pipe, device, loop, folder, sparse)
"""What stands at a path and is no file that anybody could read."""


def place(path: Path, what: Callable[[Path], None]) -> None:
    """Put ``what`` at ``path``, in place of what is there."""
    clear(path)
    what(path)


def clear(path: Path) -> None:
    """Take away what stands at ``path``, whatever it is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _varint(number: int) -> bytes:
    """A number as Thrift's compact protocol has it."""
    number, found = 2 * number, bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


JSONS: Mapping[str, Callable[[], bytes]] = {
    "deep": lambda: b'{"version": 1, "points": ' + b"[" * 1_000_000,
    "closed": lambda: b'{"version": 1, "points": ' + b"[" * 900 + b"]" * 900 + b"}",
    "wide": lambda: b'{"version": 1, "points": [' + b"[]," * 500_000 + b"[]]}",
    "crowd": lambda: b'{"version": 1, "points": [' + b"{}," * 4_000_000 + b"{}]}",
    "numbers": lambda: b'{"version": ' + b"9" * 4_000_000 + b"}",
    "names": lambda: b"{" + b"".join(b'"%d": 1, ' % each for each in range(200_000)) + b'"199999": 1}',
    "text": lambda: b'{"version": 1, "checksum": "' + b"\\u0041" * 2_000_000 + b'"}',
}
"""JSON that is small to write and large or slow to read."""
