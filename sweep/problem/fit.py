"""What a fitted model looks like among its readings, in their own units: values for a picture and a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from sweep.problem.predicted import Predicted

Dots = tuple[Sequence[float], Sequence[float]]
"""Places along and upright, as many of each."""


@dataclass(frozen=True)
class Fitted:
    """Where a run ended: the settings that name it, its input scale and its final parameters.

    ``predicted`` is what was kept of a model's outputs there; None of others, and where nothing was.
    """

    setting: str
    scale: float
    parameters: Sequence[float]
    predicted: Predicted | None = None


HELD_OUT = "that of samples held out"
"""What a table calls an error on them, beside that on the samples that train."""


class Role(Enum):
    """Whose a relation is; a picture draws each in its own way."""

    RUN = "of the run"
    BEST = "the best there is"
    KNOWN = "known from elsewhere"


@dataclass(frozen=True)
class Relation:
    """One relation between inputs and target, with all that prepared the inputs undone.

    Parameters
    ----------
    role : whose it is.
    kind, description : what a legend and a table call it.
    numbers : what the table says of it, under the names in :attr:`Fit.columns`; nothing of one that is only drawn.
    predict : its line in the picture, from along to upright; None of one that is only told.
    """

    role: Role
    kind: str
    description: str
    numbers: tuple[float, ...]
    predict: Callable[[float], float] | None


@dataclass(frozen=True)
class Fit:
    """The relations of one task: the run's where there is one, the best there is, a known one.

    Parameters
    ----------
    shows, among : what the picture shows, and what of that lies among a task's samples, in a few words.
    dots, held : what is drawn for each sample that trains, and for each that is held out, along and upright.
    axes : names of the two, with their units.
    name : what a relation is, in a word.
    formula : what relates input to target, and how the parameters enter it.
    columns : names of the numbers of each relation, with their units.
    points : how many places along a picture needs to draw a line, from the least to the largest; 2 of a straight one.
    total : how many samples there are, where not all have a dot; else 0.
    """

    shows: str
    among: str
    dots: Dots
    held: Dots
    axes: tuple[str, str]
    name: str
    formula: str
    columns: tuple[str, ...]
    relations: list[Relation]
    points: int
    total: int = 0
