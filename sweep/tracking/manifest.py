"""``plan.json`` and the data files of a summary run: a sweep's plan, with the run that stands for each point.

Floats are written so that they read back exactly.
"""

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sweep.errors import BadInput
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.csv_file import read_csv
from sweep.problem.readings import Readings
from sweep.settings.keys import NAME
from sweep.tracking import documents
from sweep.tracking.attempt import Attempt, CurveAddress
from sweep.training.curve import Failure

PATH = "plan.json"
VERSION = 1


def data_path(fingerprint: str) -> str:
    """Where the readings of a fingerprint stand on the summary run."""
    return f"data/{fingerprint}.csv"


def data_files(plan: Plan) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file with readings, but those that stay out of the store."""
    for fingerprint, data in plan.readings.items():
        if data.kept_at is None:
            yield data_path(fingerprint), write_data(data)


def encode(plan: Plan, attempts: Mapping[str, Attempt]) -> bytes:
    """The plan as JSON; of a point, its settings, key, and attempt where there is one."""
    points = []
    for point in plan.points:
        points.append({"key": point.key, **point.stored(), "attempt": _plain(attempts.get(point.key))})
    labels = {
        fingerprint: {name: value for name, value in vars(data).items() if name in _LABELS}
        for fingerprint, data in plan.readings.items()
    }
    document = {
        "version": VERSION,
        "sweep_id": plan.sweep_id,
        "name": plan.name,
        "tolerance": plan.tolerance,
        "data": labels,
    }
    return documents.encode(document, "points", points)


def decode(content: bytes, get_data: Callable[[str], bytes]) -> tuple[Plan, dict[str, Attempt]]:
    """The plan and attempts that :func:`encode` was given.

    Parameters
    ----------
    get_data : from a path of :func:`data_path` to the file's bytes.

    Raises
    ------
    ValueError : the document is of another version; or readings, or the settings of a point, are not those that their
        fingerprint or key was made from.
    BadInput : readings that stayed out of the store are not at their path any more, or have changed.
    """
    document = json.loads(content)
    if document.get("version") != VERSION:
        raise ValueError(f"plan.json is of version {document.get('version')!r}; this release reads {VERSION}")
    readings = {}
    for fingerprint, labels in document["data"].items():
        if labels.get("kept_at"):
            readings[fingerprint] = _read_again(fingerprint, labels)
            continue
        readings[fingerprint] = read_data(get_data(data_path(fingerprint)), labels)
        if readings[fingerprint].fingerprint != fingerprint:
            raise ValueError(f"{data_path(fingerprint)}: the readings do not have the fingerprint in their name")
    name, tolerance = document["name"], document["tolerance"]
    if not (name is None or NAME.fullmatch(name)) or not 0 < tolerance < math.inf or not document["points"]:
        raise ValueError(f"{PATH}: not the name, the tolerance or the points of a sweep")
    points = tuple(Point.from_stored(row) for row in document["points"])
    for row, point in zip(document["points"], points, strict=True):
        if row["key"] != point.key:
            raise ValueError(f"{PATH}: the settings beside the key {row['key']} do not have that key")
    attempts = {row["key"]: _attempt(row["attempt"]) for row in document["points"] if row["attempt"]}
    return Plan(points, readings, float(tolerance), name), attempts


def write_data(data: Readings) -> bytes:
    """Readings as CSV with the columns ``input`` and ``target``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["input", "target"])
    writer.writerows((repr(u), repr(t)) for u, t in zip(data.inputs, data.targets, strict=True))
    return text.getvalue().encode()


def read_data(content: bytes, labels: Mapping[str, Any]) -> Readings:
    """Readings from the bytes of :func:`write_data` and their labels."""
    rows = list(csv.reader(io.StringIO(content.decode())))[1:]
    inputs, targets = zip(*((float(u), float(t)) for u, t in rows), strict=True)
    known: dict[str, Any] = {name: labels.get(name) for name in _LABELS}
    return Readings(inputs=inputs, targets=targets, **known)


def _read_again(fingerprint: str, labels: Mapping[str, Any]) -> Readings:
    columns = [labels[name] for name in ("input_name", "target_name", "input_unit", "target_unit")]
    allowed = (
        f"the readings of the sweep, with the fingerprint {fingerprint}; data.store=false kept them out of the store"
    )
    try:
        readings = read_csv(Path(labels["kept_at"]), *columns)
    except BadInput as error:
        raise BadInput(error.what, allowed, "put the file back") from error
    if readings.fingerprint != fingerprint:
        what = f"data.path={labels['kept_at']}: the readings have changed, their fingerprint is {readings.fingerprint}"
        raise BadInput(what, allowed, "put the file back as it was, or run the sweep on the new readings")
    return replace(readings, **{name: labels[name] for name in _LABELS})


_LABELS = ("name", "source", "input_name", "target_name", "input_unit", "target_unit", "kept_at")


def _plain(attempt: Attempt | None) -> dict[str, Any] | None:
    if attempt is None:
        return None
    address, failure = attempt.address, attempt.failure
    return {
        "run_id": attempt.run_id,
        "number": attempt.number,
        "place": address and vars(address),
        "failure": failure and vars(failure) | {"traceback": ""},  # The run keeps it as a file of its own.
    }


def _attempt(row: Mapping[str, Any]) -> Attempt:
    return Attempt(
        row["run_id"],
        row["number"],
        CurveAddress(**row["place"]) if row["place"] else None,
        Failure(**row["failure"]) if row["failure"] else None,
    )
