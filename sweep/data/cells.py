"""What the cells of a column say: numbers by a strict grammar, missing values as programs write them, or text."""

import math
import re
from collections.abc import Sequence

import numpy as np

from sweep.data.readings import Floats
from sweep.settings.file_form import FileForm

LARGEST, SMALLEST_SPREAD = 1e100, 1e-100
"""Bounds on readings and on the spread of a column: the squares that theory sums stay within float64."""

MISSING_LABEL = re.compile(r"|NA|#N/A|<NA>|N/A|n/a|-?NaN|-?nan|NULL|null|None|\\N")
"""Cells that R, pandas, NumPy, Excel and databases write for no value, and that are hardly a class."""

MISSING_NUMBER = re.compile(
    r"|[#<]?n/?a[.>]?|-?nan|null|none|nil|missing|\\n|[-?.–—]+|#(div/0|value|ref|num|null|name\?)!?", re.IGNORECASE
)
"""Where numbers are looked for, what else can be no other thing."""


def numbers(texts: Sequence[str], form: FileForm) -> Floats:
    """The numbers in ``texts``, cells without blanks around them; nan where there is none."""
    sign = re.escape(form.point)
    if re.fullmatch(rf"[-+{sign}0-9eE\0]*", "\0".join(texts)):
        try:
            return np.array([float(text) for text in _pointed(texts, form)])
        except ValueError:
            pass
    one = re.compile(rf"[-+{sign}0-9eE]+")
    return np.array([_number(text.replace(form.point, ".")) if one.fullmatch(text) else math.nan for text in texts])


def _pointed(texts: Sequence[str], form: FileForm) -> Sequence[str]:
    return texts if form.point == "." else [text.replace(form.point, ".") for text in texts]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def shown(value: float) -> str:
    """A number as a person writes it: whole ones without a point."""
    return repr(float(value)).removesuffix(".0")
