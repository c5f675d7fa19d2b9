"""Exact curves as Parquet parts: one part a chunk, inf and nan included, named by its own checksum, never changed.

A row is a point: key, losses, final parameters, final loss, stalled. Losses are float32 where every curve of the part
is, else float64, which holds a float32 exactly.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.training.curve import Curve


class DamagedPart(Exception):
    """A part whose bytes are not those that its name promises."""


def encode(keys: Sequence[str], curves: Sequence[Curve]) -> tuple[str, bytes]:
    """The part's path on its run, and its bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    wide = any(curve.losses.dtype != np.float32 for curve in curves)
    values = np.concatenate([curve.losses for curve in curves]).astype(np.float64 if wide else np.float32, copy=False)
    offsets = np.concatenate([[0], np.cumsum([len(curve.losses) for curve in curves])])
    table = pa.table(
        {
            "key": pa.array(keys, pa.string()),
            "losses": pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), pa.array(values)),
            "parameters": pa.array([curve.parameters for curve in curves], pa.list_(pa.float64())),
            "final_loss": pa.array([curve.final_loss for curve in curves], pa.float64()),
            "stalled": pa.array([curve.stalled for curve in curves], pa.bool_()),
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    content = sink.getvalue()
    return f"curves/{hashlib.sha256(content).hexdigest()}.parquet", content


def decode(path: str, content: bytes) -> list[tuple[str, Curve]]:
    """Keys and curves of a part, row by row; losses in the part's dtype.

    Raises
    ------
    DamagedPart : the checksum in the name does not fit the bytes, or they are no part.
    """
    import pyarrow as pa

    if f"curves/{hashlib.sha256(content).hexdigest()}.parquet" != path:
        raise DamagedPart(f"{path}: its bytes do not have the checksum in its name")
    try:
        return _rows(content)
    except (pa.ArrowException, LookupError, TypeError, AttributeError, ValueError) as error:
        raise DamagedPart(f"{path}: not as sweep writes it: {error}") from error


def curve_of(plan: Plan, point: Point, curve: Curve, path: str) -> Curve:
    """``curve``, of the part at ``path``, in the dtype of its point.

    Raises
    ------
    DamagedPart : it is not as long as the point's training, or ends at other parameters than the plan's problem has.
    """
    if len(curve.losses) != point.epochs or len(curve.parameters) != len(plan.parameters):
        raise DamagedPart(f"{path}: a curve is not of the form of its point, {point.key}")
    return replace(curve, losses=curve.losses.astype(np.dtype(str(point.dtype)), copy=False))


def _rows(content: bytes) -> list[tuple[str, Curve]]:
    import pyarrow.parquet as pq

    # No threads: one of pyarrow's that is alive when the process ends can abort it (exit code 134).
    with pq.ParquetFile(io.BytesIO(content), pre_buffer=False) as file:
        table = file.read(use_threads=False).combine_chunks()
    lists = table.column("losses").chunk(0)
    values, offsets = lists.values.to_numpy(), lists.offsets.to_numpy()
    rest = zip(
        *(table.column(name).to_pylist() for name in ("key", "parameters", "final_loss", "stalled")), strict=True
    )
    return [
        (key, Curve(values[offsets[row] : offsets[row + 1]], tuple(parameters), final_loss, stalled))
        for row, (key, parameters, final_loss, stalled) in enumerate(rest)
    ]
