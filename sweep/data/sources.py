"""Where readings come from: the groups of ``conf/data``. In come settings, out go :class:`Readings`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from sweep.data.made import made
from sweep.data.readings import Readings, Recipe
from sweep.data.table_file import Files
from sweep.errors import BadInput
from sweep.settings.file_form import FORM, FileForm
from sweep.settings.schema import Data, MadeKind

FAHRENHEIT_LIKE = (35.7, 55.9, 58.2, 81.9, 56.3, 48.9, 33.9, 21.8, 48.4, 60.4, 68.4)
CELSIUS = (0.5, 14.0, 15.0, 28.0, 11.0, 8.0, 3.0, -4.0, 6.0, 13.0, 21.0)

READING = ("path", "input", "target", "input_unit", "target_unit", *FORM, "samples", "noise", "seed", "store")
"""Fields of :class:`Data` that say what is read, and not how that is prepared."""

COLUMNS, UNITS = ("path", "input", "target"), ("input_unit", "target_unit")
"""Fields of :class:`Data` that a CSV file needs, and that it may have."""

MAKING = ("samples", "noise", "seed")
"""Fields of :class:`Data` that readings need which are made."""


def thermometer() -> Readings:
    """Eleven readings of a thermometer in an unknown unit beside degrees Celsius.

    References
    ----------
    Stevens, Antiga, Viehmann: Deep Learning with PyTorch, Manning 2020, section 5.2.
    """
    return Readings.of_columns(
        [FAHRENHEIT_LIKE],
        CELSIUS,
        name="thermometer",
        source="Deep Learning with PyTorch, section 5.2",
        input_names=("t_u",),
        target_name="t_c",
        target_unit="°C",
    )


def identity(data: Data, labelled: bool | None = False) -> tuple[object, ...]:
    """What tells one reading of data from another, as labels of classes or not; hashable."""
    values = (data.kind, labelled, *(getattr(data, name) for name in READING))
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def refuse_unused(sources: Sequence[Data]) -> None:
    """Raise :class:`BadInput` where a key is given that none of a sweep's ``sources`` reads."""
    kinds = dict.fromkeys(source.kind for source in sources)
    used = {key for kind in kinds for key in _used(kind)}
    unused = [key for key in (*COLUMNS, *UNITS, *FORM, *MAKING) if key not in used]
    given = [key for key in unused if any(getattr(source, key) is not None for source in sources)]
    if given:
        names, words = ", ".join(f"data.{key}" for key in given), " ".join(f"data.{key}=…" for key in given)
        another = f"to make readings, write data={' or data='.join(MadeKind)}, and {words}"
        file = f"to read a file, write data=csv and {words}, each a word"
        next_step = another if given[0] in MAKING else file
        raise BadInput(f"{names}: not used by data={','.join(kinds)}", "null", next_step)


def _used(kind: str) -> tuple[str, ...]:
    """The fields of :class:`Data` that its kind reads."""
    return COLUMNS + UNITS + FORM if kind == "csv" else MAKING if kind in list(MadeKind) else ()


def read(data: Data, labelled: bool | None = False, files: Files | None = None) -> Readings:
    """The readings that ``data`` names.

    Parameters
    ----------
    labelled : whether the target's cells are labels of classes; None: where they are text.
    files : where others of the same files are read from, too.

    Raises
    ------
    BadInput : the file is missing, empty or cannot be read; a column is missing, constant, or has a cell that is no
        finite number; a row has more or fewer cells than the header; fewer than two rows; labels that are no classes.
    """
    if data.kind == "thermometer":
        return thermometer()
    if data.kind in list(MadeKind):
        return made(_recipe(data), labelled)
    absent = [f"data.{key}" for key in COLUMNS if not getattr(data, key)]
    if absent:
        raise BadInput(
            f"{', '.join(absent)} must be given",
            "data=csv data.path=FILE data.input=COLUMN data.target=COLUMN",
            f"add {' '.join(f'{key}=…' for key in absent)}",
        )
    path, form = Path(data.path or ""), FileForm.read(data.separator, data.decimal, data.missing)
    readings = (files or Files()).read(path, data.input or "", data.target or "", form, labelled)
    return replace(
        readings,
        input_unit=data.input_unit,
        target_unit=data.target_unit,
        kept_at=None if data.store else str(path.resolve()),
        path=data.path,
    )


def reader() -> Callable[[Data, bool | None], Readings]:
    """As :func:`read`, each file once; for a plan, and not for longer."""
    return partial(read, files=Files())


def _recipe(data: Data) -> Recipe:
    samples, noise, seed = data.samples, data.noise, data.seed
    if samples is None or noise is None or seed is None:
        absent = [f"data.{key}" for key in MAKING if getattr(data, key) is None]
        raise BadInput(
            f"{', '.join(absent)} must be given", "a number", f"add {' '.join(f'{key}=…' for key in absent)}"
        )
    return Recipe(MadeKind(data.kind), samples, noise, seed)


def overrides(readings: Readings) -> Mapping[str, str | int | float | list[str]]:
    """The settings that :func:`read` these readings again, labels included."""
    if readings.fingerprint == thermometer().fingerprint:
        return {"data": "thermometer"}
    if readings.recipe:
        return readings.recipe.settings()
    one = len(readings.input_names) == 1
    columns = {"data.input": readings.input_names[0] if one else list(readings.input_names)}
    units = {"data.input_unit": readings.input_unit, "data.target_unit": readings.target_unit}
    return {
        "data": "csv",
        "data.path": readings.path or readings.kept_at or readings.source,
        **columns,
        "data.target": readings.target_name,
        **readings.form.overrides(),
        **{key: unit for key, unit in units.items() if unit is not None},
        **({"data.store": "false"} if readings.kept_at else {}),
    }
