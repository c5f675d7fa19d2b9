"""The files with readings of a summary run, one for each data: columns of numbers, which their fingerprint proves.

Floats are written so that they read back exactly.
"""

import csv
import io
import math
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from sweep.data.made import makes
from sweep.data.readings import Readings
from sweep.data.table_file import Files
from sweep.errors import BadInput
from sweep.plan.plan import Plan
from sweep.settings.file_form import FileForm
from sweep.tracking import typed
from sweep.tracking.forms import Labels
from sweep.verdict.sentences import plural


def path(fingerprint: str) -> str:
    """Where the readings of a fingerprint stand on the summary run."""
    return f"data/{fingerprint}.csv"


def files(plan: Plan) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file with readings, but those that stay out of the store."""
    for fingerprint, data in plan.readings.items():
        if data.kept_at is None:
            yield path(fingerprint), written(data)


def written(data: Readings) -> bytes:
    """Readings as CSV with the columns ``input`` (``input_1``, ``input_2``, … of several) and ``target``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_columns(len(data.input_names)))
    writer.writerows(map(repr, row) for row in np.column_stack([data.inputs, data.targets]).tolist())
    return text.getvalue().encode()


def read(fingerprint: str, labels: Labels, content: bytes) -> Readings:
    """Readings from the bytes of :func:`written`, their labels, and the fingerprint that they must have.

    Raises
    ------
    Malformed
    """
    where = path(fingerprint)
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
        raise typed.Malformed(f"{where}: not columns of numbers: {error}") from error
    readings = Readings.of_columns(columns[:-1], columns[-1], **labels.told())
    if readings.fingerprint != fingerprint:
        raise typed.Malformed(f"{where}: the readings do not have the fingerprint in their name")
    if not all(-math.inf < min(column) < max(column) < math.inf for column in columns):
        raise typed.Malformed(f"{where}: a column is constant or not finite")
    if readings.classes and {*columns[-1]} != {*range(len(readings.classes))}:
        raise typed.Malformed(f"{where}: the targets do not number the classes")
    if readings.recipe and not makes(readings.recipe, readings):
        raise typed.Malformed(f"{where}: not the readings that their recipe makes")
    return readings


def _columns(inputs: int) -> list[str]:
    return [*(["input"] if inputs == 1 else [f"input_{number}" for number in range(1, inputs + 1)]), "target"]


def read_again(fingerprint: str, labels: Labels, found: Files) -> Readings:
    """Readings that stayed out of the store, from the file that they were read from.

    Parameters
    ----------
    found : files that were read already.

    Raises
    ------
    BadInput : they are not at their path any more, or have changed.
    """
    form = labels.form or FileForm()
    allowed = (
        f"the readings of the sweep, with the fingerprint {fingerprint}; data.store=false kept them out of the store"
    )
    try:
        where, labelled = Path(labels.kept_at or ""), labels.classes is not None
        readings = found.read(where, labels.inputs, labels.target_name, form, labelled=labelled)
    except BadInput as error:
        raise BadInput(error.what, allowed, "put the file back") from error
    if readings.fingerprint != fingerprint:
        what = f"data.path={labels.kept_at}: the readings have changed, their fingerprint is {readings.fingerprint}"
        raise BadInput(what, allowed, "put the file back as it was, or run the sweep on the new readings")
    return replace(readings, **labels.told())
