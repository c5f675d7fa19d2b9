"""What a fitted model looks like among its readings, in their own units: values for a picture and a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from sweep.problem.readings import Readings


@dataclass(frozen=True)
class Fitted:
    """Where a run ended: the settings that name it, its input scale and its final parameters."""

    setting: str
    scale: float
    parameters: Sequence[float]


class Role(Enum):
    """Whose a relation is; a picture draws each in its own way."""

    RUN = "of the run"
    BEST = "the best there is"
    KNOWN = "known from elsewhere"


@dataclass(frozen=True)
class Relation:
    """One relation between input and target, with the input's scaling undone.

    Parameters
    ----------
    role : whose it is.
    kind, description : what a legend and a table call it.
    numbers : what the table says of it, under the names in :attr:`Fit.columns`.
    predict : from an input to its target.
    """

    role: Role
    kind: str
    description: str
    numbers: tuple[float, ...]
    predict: Callable[[float], float]


@dataclass(frozen=True)
class Fit:
    """The relations of one data set: the run's where there is one, the best there is, a known one.

    Parameters
    ----------
    name : what a relation is, in a word.
    formula : what relates input to target, and how the parameters enter it.
    columns : names of the numbers of each relation, with their units.
    points : how many inputs a picture needs to draw one, from the least to the largest; 2 of a straight line.
    """

    readings: Readings
    name: str
    formula: str
    columns: tuple[str, ...]
    relations: list[Relation]
    points: int
