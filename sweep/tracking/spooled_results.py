"""The results that wait in a spool: files named by their checksums, of no more bytes than the plan lets expect."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from sweep import plain_file
from sweep.outputs import write_atomically
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.tracking import curve_form, parts, typed
from sweep.tracking.attempt import Attempt
from sweep.tracking.forms import SpooledFailure
from sweep.training.curve import Failure, Result

CHECKSUM = re.compile("[0-9a-f]{64}")

FAILURE, MOST_FAILURES = 1 << 20, 64 << 20
"""Bytes of a failure, with its traceback, and of all that are read."""

Row = tuple[str, Result, int]
"""A key, its result, and the number of a failed attempt; 0 for a curve."""


def write_failures(folder: Path, failures: Sequence[tuple[Point, Failure]], known: Mapping[str, Attempt]) -> None:
    """Keep ``failures`` in the spool ``folder``, each as the attempt after the newest that is ``known`` by its key."""
    numbers = (known[point.key].number + 1 if point.key in known else 1 for point, _ in failures)
    rows = [
        SpooledFailure(point.key, number, failure.kind, failure.message, failure.traceback, dict(failure.where))
        for (point, failure), number in zip(failures, numbers, strict=True)
    ]
    if rows:
        content = json.dumps([asdict(row) for row in rows], ensure_ascii=False).encode()
        write_atomically(folder / f"failures/{hashlib.sha256(content).hexdigest()}.json", content)


def read(folder: Path, plan: Plan) -> tuple[dict[str, Result], dict[str, int], list[str]]:
    """Results by key; of each failed point, the attempt that failed; and the names of files that are damaged.

    Raises
    ------
    OSError : a file cannot be read.
    """
    results: dict[str, Result] = {}
    numbers: dict[str, int] = {}
    damaged: list[str] = []
    points = {point.key: point for point in plan.points}
    for pattern, rows_of, left in (
        ("failures/*.json", _failures, min(FAILURE * len(points), MOST_FAILURES)),
        ("curves/*.parquet", partial(_curves, plan, points), parts.most_bytes(curve_form.most_losses(plan))),
    ):
        for path in sorted(folder.glob(pattern)):
            try:
                content = plain_file.read(path, left) if CHECKSUM.fullmatch(path.stem) else b""
                left -= len(content)
                rows = rows_of(path, content)
            except (plain_file.Unfit, parts.DamagedPart, typed.Malformed):
                damaged.append(str(path))
                continue
            for key, result, number in rows:
                results[key] = result
                if number:
                    numbers[key] = number
    return results, numbers, damaged


def _failures(path: Path, content: bytes) -> list[Row]:
    if hashlib.sha256(content).hexdigest() != path.stem:
        raise typed.Malformed(f"{path}: its bytes do not have the checksum in its name")
    rows = typed.typed(typed.parse(content, str(path)), list[SpooledFailure], str(path))
    return [
        (row.key, Failure(row.kind, row.message, row.traceback, where=row.where or {}), row.attempt) for row in rows
    ]


def _curves(plan: Plan, points: Mapping[str, Point], path: Path, content: bytes) -> list[Row]:
    name = f"curves/{path.name}"
    rows = parts.decode(name, content, plan.longest, len(points))
    if any(key not in points for key, _ in rows):
        raise parts.DamagedPart(f"{path}: a curve of a point that its plan has not")
    return [(key, curve_form.curve_of(plan, points[key], curve, name), 0) for key, curve in rows]
