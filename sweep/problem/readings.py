"""Readings: pairs of input and target with their units, where they came from, and their fingerprint.

Numbers are float64; rounding to a run's dtype happens where it trains.
"""

import hashlib
import math
import struct
from dataclasses import dataclass, field
from functools import cached_property

from sweep.errors import BadInput
from sweep.settings.schema import DType, rounded_to


@dataclass(frozen=True)
class Readings:
    """Inputs and targets in order.

    Parameters
    ----------
    inputs, targets : float64 values, shape ``(n_samples,)`` each, at least two, neither of them constant.
    name : what tables and pictures call this data.
    source : where it came from, as a person would say it.
    input_name, target_name, input_unit, target_unit : labels; a unit is None where it is not known.
    kept_at : the file to read them from again, where they stay out of the store; None where the store has them.
    path : the file that they were read from, as it was given; None where it is not known, or there was none.
    """

    inputs: tuple[float, ...] = field(repr=False)
    targets: tuple[float, ...] = field(repr=False)
    name: str
    source: str
    input_name: str
    target_name: str
    input_unit: str | None = None
    target_unit: str | None = None
    kept_at: str | None = None
    path: str | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the float64 values in order; labels, units and the path are no part of it (32 hex digits)."""
        digest = hashlib.sha256(struct.pack("<q", len(self.inputs)))
        for column in (self.inputs, self.targets):
            digest.update(struct.pack(f"<{len(column)}d", *column))
        return digest.hexdigest()[:32]

    @property
    def axes(self) -> tuple[str, str]:
        """Names of input and target, with their units where they have one."""
        return _labelled(self.input_name, self.input_unit), _labelled(self.target_name, self.target_unit)

    def check_dtype(self, dtype: DType) -> None:
        """Raise :class:`BadInput` where rounding to ``dtype`` makes a column infinite or constant."""
        for role, column in (("input", self.inputs), ("target", self.targets)):
            rounded = {rounded_to(value, dtype) for value in column}
            if len(rounded) < 2 or not all(map(math.isfinite, rounded)):
                raise BadInput(
                    f"data: the {role} of {self.name} is constant or not finite once rounded to {dtype}",
                    f"values that {dtype} can tell apart",
                    "use dtype=float64, or centre and scale the column",
                )

    def distinct_inputs(self, dtype: DType) -> int:
        """How many different inputs there are, once rounded to ``dtype``."""
        return len({rounded_to(value, dtype) for value in self.inputs})


def _labelled(name: str, unit: str | None) -> str:
    return f"{name} in {unit}" if unit else name
