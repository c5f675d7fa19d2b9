"""``predictions.json`` of a summary run: what models of best runs make of samples, so that no report imports one."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sweep.data.readings import Readings
from sweep.plan.plan import Plan
from sweep.problem.predicted import MOST, PLACES, Predicted
from sweep.tracking import documents, typed
from sweep.tracking.artifacts import Artifacts

PATH = "predictions.json"
VERSION = 1

HEAD, ROW, NUMBER, PAIR = 4096, 4096, 27, 64
"""Bytes at most: of what stands around its rows, of a run beside its numbers, of a number, and of a pair of classes."""


@dataclass(frozen=True)
class Stored:
    """The document; ``runs`` by the key of the point."""

    version: int
    checksum: str
    runs: dict[str, Predicted]


def encode(found: Mapping[str, Predicted]) -> bytes:
    """By the key of a run's point, what was predicted where it ended; floats so that they read back exactly."""
    rows = {key: asdict(each) for key, each in found.items()}
    return documents.seal(documents.encode({"version": VERSION, "checksum": ""}, "runs", rows))


def read(artifacts: Artifacts, run_id: str, plan: Plan, *, may_be_damaged: bool = False) -> dict[str, Predicted]:
    """What :func:`encode` was given, of points of ``plan``; nothing where it has no models, or none was written.

    Parameters
    ----------
    may_be_damaged : whether a file that cannot be used is none, as where it is about to be written anew.

    Raises
    ------
    OSError, Malformed : the file is of another form, not whole, or does not fit the readings of the plan.
    """
    if not plan.facts:
        return {}
    try:
        return artifacts.read(run_id, PATH, lambda content: _checked(content, plan), may_miss=True, most=_most(plan))
    except FileNotFoundError:
        return {}
    except (OSError, typed.Malformed):
        if may_be_damaged:
            return {}
        raise


def _checked(content: bytes, plan: Plan) -> dict[str, Predicted]:
    found = typed.parse(content, PATH)
    if isinstance(found, dict) and found.get("version") != VERSION:  # First: another has other members.
        typed.refuse(found.get("version"), f"{VERSION}, the version that this release reads,", f"{PATH}: version")
    document: Stored = typed.typed(found, Stored, PATH)
    documents.check(content, document.checksum, PATH)
    points = {point.key: point for point in plan.points if point.task in plan.facts}
    for key, each in document.runs.items():
        where = typed.inside(f"{PATH}: runs", key)
        if key not in points:
            typed.refuse(key, "the key of a point with a model", where)
        if not each.fits(plan.problem(points[key]).prepared):
            raise typed.Malformed(f"{where} does not fit the readings of its point")
    return document.runs


def _most(plan: Plan) -> int:
    """Bytes that it may have: one run a task."""
    return HEAD + sum(_row(plan.problems[task].prepared.readings) for task in plan.facts)


def _row(readings: Readings) -> int:
    pairs = 2 * min(len(readings), len(readings.classes) ** 2)
    return ROW + NUMBER * max(PLACES, min(MOST, len(readings))) + PAIR * pairs
