"""What of a model stands in a plan, so that whoever reads a sweep need not import it."""

import math
from dataclasses import dataclass, field


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
        return all(size >= 0 for size in sizes) and all(0 <= each < math.inf for each in numbers) and self.spread > 0
