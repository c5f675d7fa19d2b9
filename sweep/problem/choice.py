"""Which problem readings pose."""

from collections.abc import Mapping

from sweep.problem.line import Line
from sweep.problem.problem import Problem
from sweep.problem.readings import Readings


def problems(readings: Mapping[str, Readings]) -> dict[str, Problem]:
    """The problem of each fingerprint's readings; so far all are of a line."""
    return {fingerprint: Line(data) for fingerprint, data in readings.items()}
