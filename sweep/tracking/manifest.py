"""``plan.json`` of a summary run: a sweep's plan, with the run that stands for each point.

Floats are written so that they read back exactly.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any, Protocol, TypeVar

from sweep.data.table_file import Files
from sweep.models.facts import Facts
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.task import Task
from sweep.settings.keys import KEYS, NAME
from sweep.settings.schema import MODELS
from sweep.tracking import data_files, documents, expected, typed
from sweep.tracking.attempt import Attempt
from sweep.tracking.forms import Labels, StoredFailure, StoredPlan, point_of
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
        fingerprint: data_files.read_again(fingerprint, labels, files)
        if labels.kept_at
        else get(data_files.path(fingerprint), partial(data_files.read, fingerprint, labels))
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


def _plain(attempt: Attempt | None) -> dict[str, Any] | None:
    if attempt is None:
        return None
    address, failure = attempt.address, attempt.failure
    return {
        "run_id": attempt.run_id,
        "number": attempt.number,
        "place": address and vars(address),
        "failure": failure and vars(StoredFailure.of(failure)),
    }
