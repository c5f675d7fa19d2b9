"""What of a model stands in a plan, so that whoever reads a sweep need not import it."""

import math
import re
from dataclasses import dataclass, field

from sweep.settings.ranges import TEXT

MOST_PARAMETERS = 10_000_000
"""Of a model: the parts keep those of every run."""

NAME = re.compile(r"[A-Za-z0-9_./ -]{1,200}", re.ASCII)
"""What a parameter may be called: what MLflow lets a metric be called, a run's metric among them."""

MOST_LETTERS = 300
"""Of what is said of a model."""


@dataclass(frozen=True)
class Facts:
    """Of a model with its loss, on the samples that train.

    Parameters
    ----------
    shapes : of what trains, by name, in order; none where the model cannot even be made.
    spread : the loss of the best constant prediction. spread_name : what sentences call it.
    magnitude : see :attr:`sweep.problem.problem.Problem.magnitude`.
    one_by_one : why points of it cannot share a tile, in words; empty where they can.
    uncurved : why the curvature at the end of a run cannot be measured; empty where it can.
    """

    shapes: dict[str, list[int]] = field(hash=False)
    spread: float
    spread_name: str
    magnitude: float
    one_by_one: str = ""
    uncurved: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it may be what a model was found to be; a store may say anything."""
        sizes = [size for shape in self.shapes.values() for size in shape]
        numbers = (self.spread, self.magnitude)
        said = (self.spread_name, self.one_by_one, self.uncurved)
        return (
            all(0 <= size <= MOST_PARAMETERS for size in sizes)
            and self.size <= MOST_PARAMETERS
            and all(NAME.fullmatch(name) for name in self.shapes)
            and all(0 <= each < math.inf for each in numbers)
            and self.spread > 0
            and all(len(each) <= MOST_LETTERS and TEXT.fullmatch(each) for each in said)
        )

    @property
    def size(self) -> int:
        """How many numbers train."""
        return sum(math.prod(shape) for shape in self.shapes.values())
