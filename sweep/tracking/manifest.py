"""``plan.json`` and the data files of a summary run: a sweep's plan, with the run that stands for each point.

Floats are written so that they read back exactly.
"""

import csv
import io
import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from sweep.data.made import makes
from sweep.data.readings import Readings
from sweep.data.table_file import Files
from sweep.errors import BadInput
from sweep.models.facts import Facts
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.task import Task
from sweep.settings.file_form import FileForm
from sweep.settings.keys import KEYS, NAME
from sweep.settings.schema import MODELS
from sweep.tracking import documents, expected, typed
from sweep.tracking.attempt import Attempt
from sweep.tracking.forms import Labels, StoredPlan, point_of
from sweep.verdict.sentences import plural

T = TypeVar("T")

PATH = "plan.json"
VERSION = 1
FINGERPRINT = re.compile("[0-9a-f]{32}")
ROWS = b'"points": [\n'
WHOLE = expected.HEAD
"""Bytes of a plan that is parsed at once, and of what stands in one line of a larger one."""

OPTIONAL = ("path", "input_name", "input_names", "recipe", "classes", "form", "dropped")
"""Members of a data's labels that are left out where there is nothing to say."""


class Get(Protocol):
    """Where the files are: from a path, and what makes a value of a file's bytes, to the value."""

    def __call__(self, path: str, read: Callable[[bytes], T], /) -> T:
        """The value."""


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
        fingerprint: {
            name: value for name, value in asdict(Labels.of(data)).items() if value is not None or name not in OPTIONAL
        }
        for fingerprint, data in plan.readings.items()
    }
    document = {
        "version": VERSION,
        "checksum": "",
        "sweep_id": plan.sweep_id,
        "name": plan.name,
        "tolerance": plan.tolerance,
        "data": labels,
    }
    if plan.facts:
        document["models"] = [asdict(facts) for facts in plan.facts.values()]
    return documents.seal(documents.encode(document, "points", points))


def read(get: Get) -> tuple[Plan, dict[str, Attempt]]:
    """The plan and attempts that :func:`encode` was given.

    Parameters
    ----------
    get : from a path, and what makes of a file's bytes a value, to the value.

    Raises
    ------
    Malformed : ``plan.json`` is of another version or form or not whole; or readings, or the settings of a point, are
        not those that their fingerprint or key was made from.
    BadInput : readings that stayed out of the store are not at their path any more, or have changed.
    """
    document, points, attempts = get(PATH, _document)
    files = Files()
    readings = {
        fingerprint: _read_again(fingerprint, labels, files)
        if labels.kept_at
        else get(data_path(fingerprint), partial(read_data, fingerprint, labels))
        for fingerprint, labels in document.data.items()
    }
    posed = problems(readings, (tasks := dict.fromkeys(point.task for point in points)), _facts(document, tasks))
    plan = Plan(points, readings, document.tolerance, document.name, problems=posed)
    if document.sweep_id != plan.sweep_id:
        typed.refuse(document.sweep_id, f"the id of its points and tolerance, {plan.sweep_id},", f"{PATH}: sweep_id")
    return plan, attempts


def _facts(document: StoredPlan, tasks: Iterable[Task]) -> dict[Task, Facts]:
    """What is known of each model of ``tasks``, which stand there in the order of the points."""
    models, found = [task for task in tasks if task.problem in MODELS], document.models or []
    if len(found) != len(models) or not all(each.is_whole for each in found):
        typed.refuse(
            len(found), f"what {plural(len(models), 'model')} of its points were found to be", f"{PATH}: models"
        )
    return dict(zip(models, found, strict=True))


def _document(content: bytes) -> tuple[StoredPlan, tuple[Point, ...], dict[str, Attempt]]:
    """``plan.json``, checked by itself."""
    found, found_rows = _parsed(content)
    if isinstance(found, dict) and found.get("version") != VERSION:  # First: another has other members.
        typed.refuse(found.get("version"), f"{VERSION}, the version that this release reads,", f"{PATH}: version")
    document: StoredPlan = typed.typed(found, StoredPlan, PATH)
    for fingerprint, labels in document.data.items():
        if not FINGERPRINT.fullmatch(fingerprint):
            typed.refuse(fingerprint, "a fingerprint, 32 hex digits,", f"{PATH}: data")
        labels.check(f"{PATH}: data.{fingerprint}")
    if not (document.name is None or NAME.fullmatch(document.name)):
        raise typed.Malformed(
            f"{PATH}: name is {document.name[:80]!a}, not the name of a sweep: {KEYS['name'].allowed}"
        )
    if document.tolerance <= 0:
        typed.refuse(document.tolerance, KEYS["outcome.tolerance"].allowed, f"{PATH}: tolerance")
    points: dict[str, Point] = {}
    attempts: dict[str, Attempt] = {}
    for place, row in enumerate(document.points if found_rows is None else found_rows):
        where = f"{PATH}: points[{place}]"
        point, attempt = point_of(typed.typed(row, dict[str, Any], where), where)
        if point.data not in document.data:
            typed.refuse(point.data, "a fingerprint among data", f"{where}.data")
        if point.key in points:  # At once: one row that is there again and again fills no memory.
            raise typed.Malformed(f"{PATH}: points has a point twice")
        points[point.key] = point
        if attempt is not None:
            attempts[point.key] = attempt
    if not points:
        typed.refuse([], "a point or more", f"{PATH}: points")
    if unused := document.data.keys() - {point.data for point in points.values()}:
        typed.refuse(min(unused), "the data of a point", f"{PATH}: data")
    documents.check(content, document.checksum, PATH)
    return document, tuple(points.values()), attempts


def _parsed(content: bytes) -> tuple[Any, Iterator[Any] | None]:
    """``plan.json`` as plain JSON; and the points of a large one apart: at once, JSON may take 25 times its bytes.

    Raises
    ------
    Malformed : it is large, and not as :func:`encode` writes it, with a line a point.
    """
    if len(content) <= WHOLE:
        return typed.parse(content, PATH), None
    head, mark, _ = content[:WHOLE].partition(ROWS)
    if not mark:
        raise typed.Malformed(f"{PATH}: more than {WHOLE:,} bytes before its points")
    return typed.parse(head + ROWS + b"]}", PATH), _rows(content, len(head + mark))


def _rows(content: bytes, start: int) -> Iterator[Any]:
    lines = io.BytesIO(content)
    lines.seek(start)
    while (line := lines.readline(WHOLE)) != b"]}\n":
        if not line.endswith(b"\n"):
            raise typed.Malformed(f"{PATH}: more than {WHOLE:,} bytes in a line, or cut")
        yield typed.parse(line.rstrip(b",\n"), PATH)
    if lines.read(1):
        raise typed.Malformed(f"{PATH}: goes on after its end")


def write_data(data: Readings) -> bytes:
    """Readings as CSV with the columns ``input`` (``input_1``, ``input_2``, … of several) and ``target``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_columns(len(data.input_names)))
    writer.writerows(map(repr, row) for row in np.column_stack([data.inputs, data.targets]).tolist())
    return text.getvalue().encode()


def read_data(fingerprint: str, labels: Labels, content: bytes) -> Readings:
    """Readings from the bytes of :func:`write_data`, their labels, and the fingerprint that they must have.

    Raises
    ------
    Malformed
    """
    path = data_path(fingerprint)
    columns = [array("d") for _ in (*labels.inputs, labels.target_name)]
    try:
        rows = csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""), strict=True)
        header = next(rows, [])
        if header != _columns(len(labels.inputs)):
            raise ValueError(f"the columns are not those of {plural(len(labels.inputs), 'input')}")
        for row in rows:  # One at a time: a list of texts takes 80 times the bytes.
            for column, cell in zip(columns, row, strict=True):
                column.append(float(cell))
        if not columns[0]:
            raise ValueError("there are none")
    except (ValueError, csv.Error) as error:
        raise typed.Malformed(f"{path}: not columns of numbers: {error}") from error
    readings = Readings.of_columns(columns[:-1], columns[-1], **labels.told())
    if readings.fingerprint != fingerprint:
        raise typed.Malformed(f"{path}: the readings do not have the fingerprint in their name")
    if not all(-math.inf < min(column) < max(column) < math.inf for column in columns):
        raise typed.Malformed(f"{path}: a column is constant or not finite")
    if readings.classes and {*columns[-1]} != {*range(len(readings.classes))}:
        raise typed.Malformed(f"{path}: the targets do not number the classes")
    if readings.recipe and not makes(readings.recipe, readings):
        raise typed.Malformed(f"{path}: not the readings that their recipe makes")
    return readings


def _columns(inputs: int) -> list[str]:
    return [*(["input"] if inputs == 1 else [f"input_{number}" for number in range(1, inputs + 1)]), "target"]


def _read_again(fingerprint: str, labels: Labels, files: Files) -> Readings:
    form = labels.form or FileForm()
    allowed = (
        f"the readings of the sweep, with the fingerprint {fingerprint}; data.store=false kept them out of the store"
    )
    try:
        where = Path(labels.kept_at or "")
        readings = files.read(where, labels.inputs, labels.target_name, form, labelled=labels.classes is not None)
    except BadInput as error:
        raise BadInput(error.what, allowed, "put the file back") from error
    if readings.fingerprint != fingerprint:
        what = f"data.path={labels.kept_at}: the readings have changed, their fingerprint is {readings.fingerprint}"
        raise BadInput(what, allowed, "put the file back as it was, or run the sweep on the new readings")
    return replace(readings, **labels.told())


def _plain(attempt: Attempt | None) -> dict[str, Any] | None:
    if attempt is None:
        return None
    address, failure = attempt.address, attempt.failure
    said = failure and vars(failure) | {"message": failure.message[: expected.MESSAGE], "traceback": ""}
    return {
        "run_id": attempt.run_id,
        "number": attempt.number,
        "place": address and vars(address),
        "failure": said,  # The run keeps the traceback as a file of its own.
    }
