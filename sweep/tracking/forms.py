"""The forms of our documents: what a member of ``plan.json``, ``sweep.json`` or a file of failures may be."""

from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any, Self, cast, get_args, get_origin

from sweep.data.readings import Readings, Recipe
from sweep.errors import MALFORMED, BadInput
from sweep.models import spec
from sweep.models.facts import Facts
from sweep.models.function import FOLDER, HANDED, KEY, READINGS
from sweep.plan import usage
from sweep.plan.point import LATER, Point
from sweep.settings.file_form import FileForm
from sweep.settings.keys import KEYS, TAG
from sweep.settings.ranges import TEXT
from sweep.settings.schema import LOSSES, OWN_KEYS, Settings, Tracking
from sweep.tracking import expected
from sweep.tracking.attempt import Attempt, CurveAddress
from sweep.tracking.typed import members, refuse, typed
from sweep.training.curve import Failure

CHECKED = KEYS.keys() - set(OWN_KEYS)
"""Keys of a point whose values are in a range; arguments of models are whatever they are, on one line."""


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What is told of readings beside their numbers; see :class:`sweep.data.readings.Readings`."""

    name: str
    source: str
    input_name: str | None = None
    input_names: list[str] | None = None
    target_name: str
    input_unit: str | None = None
    target_unit: str | None = None
    kept_at: str | None = None
    path: str | None = None
    recipe: Recipe | None = None
    classes: list[str] | None = None
    form: FileForm | None = None
    dropped: int | None = None

    @classmethod
    def of(cls, data: Readings) -> Self:
        """What is told of ``data``: a single input has ``input_name``, several have ``input_names``."""
        names = list(data.input_names)
        own = {each.name: getattr(data, each.name) for each in fields(cls) if not each.name.startswith("input_name")}
        usual = FileForm()
        own |= {"classes": list(data.classes) or None, "dropped": data.dropped or None}
        own["form"] = data.form if data.form != usual else None
        return cls(**own, input_name=names[0], input_names=None) if len(names) == 1 else cls(**own, input_names=names)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of all inputs."""
        return tuple(self.input_names or [self.input_name or ""])

    def check(self, where: str) -> None:
        """Raise :class:`Malformed` where it says that a file was read as none is."""
        for name, value in asdict(self.form or FileForm()).items():
            if not KEYS[f"data.{name}"].check(value, cast("Settings", self)):  # It looks at nothing of the settings.
                refuse(value, KEYS[f"data.{name}"].allowed, f"{where}.form.{name}")
        if (self.dropped or 0) < 0:
            refuse(self.dropped, "a number from 0", f"{where}.dropped")

    def told(self) -> dict[str, Any]:
        """As :class:`Readings` takes it."""
        own = {name: value for name, value in vars(self).items() if not name.startswith("input_name")}
        form, classes = self.form or FileForm(), tuple(self.classes or ())
        return own | {"input_names": self.inputs, "classes": classes, "form": form, "dropped": self.dropped or 0}


@dataclass(frozen=True)
class StoredPlan:
    """``plan.json``; ``points`` as :func:`point_of` and :func:`attempt_of` read them."""

    version: int
    sweep_id: str
    name: str | None
    tolerance: float
    data: dict[str, Labels]
    points: list[dict[str, Any]]
    models: list[Facts] | None = None
    checksum: str | None = None


@dataclass(frozen=True)
class Provenance:
    """What of an execution stands on runs."""

    commit: str | None
    versions: dict[str, str]
    machine: dict[str, str] | None = None


@dataclass(frozen=True)
class SpooledSweep:
    """``sweep.json`` of a spool; ``execution`` is plain JSON, of which :class:`Provenance` is checked."""

    tracking: Tracking
    execution: dict[str, Any]
    checksum: str | None = None


@dataclass(frozen=True)
class SpooledFailure:
    """A row of a spool's file of failures."""

    key: str
    attempt: int
    kind: str
    message: str
    traceback: str
    where: dict[str, str] | None = None


@dataclass(frozen=True)
class StoredFailure:
    """What a plan keeps of a failure: the rest stands on the run."""

    kind: str
    message: str
    traceback: str

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """What is kept of ``failure``; the run keeps the traceback as a file of its own."""
        return cls(failure.kind, failure.message[: expected.MESSAGE], "")


@dataclass(frozen=True)
class StoredAttempt:
    """The run that stands for a point of ``plan.json``."""

    run_id: str
    number: int
    place: CurveAddress | None
    failure: StoredFailure | None


def point_of(row: dict[str, Any], where: str) -> tuple[Point, Attempt | None]:
    """The point and the attempt of a row of ``plan.json``.

    Raises
    ------
    Malformed : a setting is missing, of another type, out of its range, or not of the key beside it.
    """
    found = members(row, _row_forms(), where, LATER)
    point = Point.from_stored(found)
    checked = CHECKED & point.stored().keys()
    for name, value in found.items():
        # Of the settings, a check reads the dtype alone.
        if name in checked and not KEYS[name].check(value, cast("Settings", point)):
            refuse(value, KEYS[name].allowed, f"{where}.{name}")
    for key, text in (("problem.model", point.model), ("problem.loss", point.loss), (KEY, point.function)):
        if not _is_said(key, text):
            refuse(text, "a model, a loss or a function as a plan has it", f"{where}.{key}")
    if usage.is_function(point) and not isinstance(spec.parsed(point.function).get(spec.TARGET), str):
        refuse(point.function, "the name of a function", f"{where}.{KEY}")
    if " ".join(sorted({*point.takes.split()} & {*HANDED, FOLDER, *READINGS})) != point.takes:
        refuse(point.takes, "names that a function may take, in order", f"{where}.takes")
    if found["key"] != point.key:
        refuse(found["key"], f"the key of the settings beside it, {point.key},", f"{where}.key")
    return point, _attempt(found["attempt"], f"{where}.attempt")


@cache
def _row_forms() -> dict[str, Any]:
    """Of the members of a row of ``plan.json``."""
    forms: dict[str, Any] = {"key": str, "attempt": StoredAttempt | None}
    for declared in Point.DECLARED.values():
        each = get_args(declared.holds)[0] if get_origin(declared.holds) is tuple else declared.holds
        forms |= dict.fromkeys(declared.keys, each)
    return forms


@cache
def _is_said(key: str, text: str) -> bool:
    """Whether ``text`` is what a plan keeps under ``key``; whether there is code of that name is not asked."""
    try:
        said = spec.parsed(text) if len(text) <= spec.MOST_LETTERS else None
        spec.check(key, said)
        is_told = isinstance(said, dict) and (key != "problem.loss" or isinstance(said.get(spec.TARGET), str))
        return (is_told or (key == "problem.loss" and said in LOSSES)) and spec.canonical(said) == text
    except (BadInput, *MALFORMED):
        return False


def _attempt(stored: StoredAttempt | None, where: str) -> Attempt | None:
    if stored is None:
        return None
    if stored.number < 1:
        refuse(stored.number, "a number from 1", f"{where}.number")
    if stored.place is not None and stored.place.row < 0:
        refuse(stored.place.row, "a row from 0", f"{where}.place.row")
    failure = Failure(**vars(stored.failure)) if stored.failure else None
    return Attempt(stored.run_id, stored.number, stored.place, failure)


def check_execution(execution: dict[str, Any], where: str) -> None:
    """Raise :class:`Malformed` unless an execution has what :func:`sweep.provenance.source_tags` reads."""
    named = {name: execution[name] for name in ("commit", "versions", "machine") if name in execution}
    typed(named, Provenance, where)
    if not isinstance(execution.get("rerun", ""), str):
        refuse(execution["rerun"], "the id of a rerun", f"{where}.rerun")


def check_tracking(tracking: Tracking, where: str) -> None:
    """Raise :class:`Malformed` unless every member is in its range; a URI may have lost its password."""
    for name, value in vars(tracking).items():
        if name != "tags" and not KEYS[f"tracking.{name}"].check(value, cast("Settings", tracking)):
            refuse(value, KEYS[f"tracking.{name}"].allowed, f"{where}.{name}")
    for name, text in tracking.tags.items():
        if not TAG.fullmatch(name) or not TEXT.fullmatch(text):
            refuse(text, "a line of text under a name that no tag of sweep has", f"{where}.tags.{name}")
