"""Exact curves as Parquet parts: one part a chunk, inf and nan included, named by its own checksum, never changed.

A row is a point: key, losses, final parameters, final loss, stalled; of what else was followed a column each, empty
for a point that did not follow it; of what was measured at the end one each, nan where it was not; and where workers
trained it. What a training function named itself stands in :mod:`sweep.tracking.named_columns`. Losses are float32
where every curve of the part is, else float64, which holds a float32 exactly.
"""

import errno
import hashlib
import io
import math
import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sweep.parquet_pages import unpacked
from sweep.plan.chunks import chunks
from sweep.plan.point import Point
from sweep.problem.problem import (
    BATCH_TILE,
    MEASURED,
    TRAINED,
    WATCHED,
)
from sweep.tracking import named_columns, worker_text
from sweep.tracking.named_columns import lists, offsets, parted
from sweep.training.curve import Curve
from sweep.training.execute import CHUNK_LOSSES

if TYPE_CHECKING:
    import pyarrow as pa

MOST_LOSSES, MOST_ROWS = 16_000_000, 1_000_000
"""Losses and curves that are read of a part: a chunk has 4,000,000, or one curve; and a grid a million points."""

ROW = 40
"""Bytes of a part at most for each of its losses."""

WHERE = "where"
"""The column of :mod:`sweep.tracking.worker_text`, there where a worker has trained one of the points."""

MOST_BYTES = {"key": 64, WHERE: worker_text.MOST} | dict.fromkeys(named_columns.NAMES, named_columns.LONGEST_NAMES)
"""Of texts, of which a few are named by many rows."""


class DamagedPart(Exception):
    """A part whose bytes are not those that its name promises."""


def cut(pairs: Sequence[tuple[Point, Curve]]) -> Iterator[Sequence[tuple[Point, Curve]]]:
    """``pairs`` such that each list makes a part that can be read again: how long curves are is a function's matter."""
    named = (curve.is_named and curve for _, curve in pairs)
    numbers = {id(each): sum(map(len, each.watched.values())) for each in named if each}
    yield from chunks(
        pairs,
        (lambda pair: len(pair[1].losses), CHUNK_LOSSES),
        (lambda pair: numbers.get(id(pair[1]), 0), CHUNK_LOSSES),
        (lambda pair: max(len(pair[1].watched), len(pair[1].measured)), named_columns.MOST_NAMES),
    )


def encode(keys: Sequence[str], curves: Sequence[Curve]) -> tuple[str, bytes]:
    """The part's path on its run, and its bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    dtype = np.float64 if any(curve.losses.dtype != np.float32 for curve in curves) else np.float32
    ends = [np.asarray(curve.parameters, np.float64) for curve in curves]
    parameters = pa.ListArray.from_arrays(pa.array(offsets(ends), pa.int32()), pa.array(np.concatenate(ends)))

    known = [curve for curve in curves if not curve.is_named]
    nothing = np.array([], np.float32)
    measures = [name for name in MEASURED if any(name in curve.measured for curve in known)]
    trained = [name for name in TRAINED if any(name in curve.trained for curve in known)]
    followed = [name for name in WATCHED if any(name in curve.watched for curve in known)]
    elsewhere = any(curve.where for curve in curves)
    table = pa.table(
        {
            "key": pa.array(keys, pa.string()),
            "losses": lists([curve.losses for curve in curves], dtype),
            **{name: lists([curve.watched.get(name, nothing) for curve in curves], dtype) for name in followed},
            "parameters": parameters,
            "final_loss": pa.array([curve.final_loss for curve in curves], pa.float64()),
            "stalled": pa.array([curve.stalled for curve in curves], pa.bool_()),
            **{name: pa.array([curve.measured.get(name, math.nan) for curve in curves]) for name in measures},
            **{name: pa.array([curve.trained.get(name, 0) for curve in curves], pa.int64()) for name in trained},
            **named_columns.columns(curves),
            **({WHERE: pa.array([worker_text.encoded(curve.where) for curve in curves])} if elsewhere else {}),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    content = sink.getvalue()
    return f"curves/{hashlib.sha256(content).hexdigest()}.parquet", content


def most_bytes(longest: int) -> int:
    """Bytes, packed or not, that a part has at most whose longest row has so many numbers, or parts together."""
    return ROW * max(MOST_LOSSES, longest)


def decode(
    path: str, content: bytes, longest: int, rows: int = MOST_ROWS, only: Sequence[int] | None = None
) -> list[tuple[str, Curve]]:
    """Keys and curves of a part, row by row; losses in the part's dtype.

    Parameters
    ----------
    longest : numbers of the longest row that is looked for; far more than a chunk with it has is not unpacked.
    rows : curves that it may have.
    only : the rows that are asked for, in their order; None: all.

    Raises
    ------
    DamagedPart : the checksum in the name does not fit the bytes, or they are no part.
    OSError : this machine has not the memory for it.
    """
    import pyarrow as pa

    if f"curves/{hashlib.sha256(content).hexdigest()}.parquet" != path:
        raise DamagedPart(f"{path}: its bytes do not have the checksum in its name")
    try:
        table = _table(content, longest, rows)
        if only is not None and only != list(range(len(table))):
            table = table.take(pa.array(only, pa.int64())).combine_chunks()  # A copy: the rest is let go.
        return _rows(table)
    except MemoryError:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM), path) from None
    except (pa.ArrowException, OSError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise DamagedPart(f"{path}: not as sweep writes it: {error}") from error


def _table(content: bytes, longest: int, rows: int) -> "pa.Table":
    """A part as a table, if it has the form of one and unpacks to no more than one may.

    Raises
    ------
    ArrowException, LookupError, ValueError
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    found, most = unpacked(content), max(MOST_LOSSES, longest)
    if not found.program.startswith("parquet-cpp-arrow "):  # Of others less is known.
        raise ValueError("written by another program")
    if found.rows > rows or found.values > most or found.bytes > most_bytes(longest):
        raise ValueError(f"it unpacks to {found.values:,} values and {found.bytes:,} bytes: more than a chunk has")
    # Texts stay in their dictionaries: a long one is not copied for every row that names it.
    texts = [name for name in MOST_BYTES if name.encode() in found.names]
    with pq.ParquetFile(io.BytesIO(content), pre_buffer=False, read_dictionary=texts) as file:
        found_form = {field.name: field.type for field in file.schema_arrow}
        if not any(_fits(found_form, losses) for losses in (pa.float32(), pa.float64())):
            raise ValueError("other columns")
        # No threads: one of pyarrow's that is alive when the process ends can abort it (exit code 134).
        table = file.read(use_threads=False).combine_chunks()
    if any(column.null_count for column in (*table.columns, pc.list_flatten(table.column("parameters")))):
        raise ValueError("a value is missing")
    for name in texts:
        if pc.max(pc.binary_length(table.column(name).chunk(0).dictionary)).as_py() > MOST_BYTES[name]:
            raise ValueError(f"a {name} has more than {MOST_BYTES[name]} characters")
    return table


def _fits(found: "Mapping[str, pa.DataType]", losses: "pa.DataType") -> bool:
    """Whether a part may have these columns, as they are read, its ``losses`` being of that type."""
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    needed = {"key": text, "losses": pa.large_list(losses)}
    needed |= {"parameters": pa.list_(pa.float64()), "final_loss": pa.float64(), "stalled": pa.bool_()}
    most = needed | dict.fromkeys(WATCHED, needed["losses"]) | dict.fromkeys(MEASURED, pa.float64())
    most |= dict.fromkeys(TRAINED, pa.int64()) | {WHERE: text}
    named = named_columns.form(text)
    if found.keys() & named.keys():
        needed |= named
        most |= named
    return needed.items() <= found.items() <= most.items()


def _rows(table: "pa.Table") -> list[tuple[str, Curve]]:
    losses, ends = parted(table, "losses"), parted(table, "parameters")
    followed = {name: parted(table, name) for name in WATCHED if name in table.column_names}
    rest = zip(*(table.column(name).to_pylist() for name in ("key", "final_loss", "stalled")), strict=True)
    measures = {name: table.column(name).to_pylist() for name in MEASURED if name in table.column_names}
    trained = {name: table.column(name).to_pylist() for name in TRAINED if name in table.column_names}
    named = named_columns.read(table, [len(each) + 1 for each in losses])
    where = table.column(WHERE).to_pylist() if WHERE in table.column_names else [""] * len(table)
    return [
        (
            key,
            Curve(
                losses[row],
                array("d", ends[row].tobytes()),
                final_loss,
                stalled,
                {name: each[row] for name, each in followed.items() if len(each[row])} | named[row][0],
                {name: each[row] for name, each in measures.items() if len(ends[row])} | named[row][1],
                {
                    name: each[row]
                    for name, each in trained.items()
                    if trained["tile"][row] and (each[row] or name != BATCH_TILE)
                },
                worker_text.decoded(where[row]),
            ),
        )
        for row, (key, final_loss, stalled) in enumerate(rest)
    ]
