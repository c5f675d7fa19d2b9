"""A loss around its optimum, to second order: ``L(θ) − L* = ½ Σ λᵢ cᵢ²``, cᵢ the offset along direction i.

Exact where the loss is quadratic, as mean squared error of a model that is linear in its parameters. How a given
optimizer moves on it is said in :mod:`sweep.verdict.theory`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Quadratic:
    """Curvature and optimum.

    Parameters
    ----------
    eigenvalues : of the Hessian, ascending, >= 0, in loss per squared parameter; 0 is a flat one, or one too small for
        float64.
    directions : unit eigenvectors, in the order of ``eigenvalues``.
    optimum : the parameters with the least loss; the shortest of them, where there are many.
    flat : how many of the first directions are flat: the loss is the same along them, and no update moves there.
    """

    eigenvalues: tuple[float, ...]
    directions: tuple[tuple[float, ...], ...]
    optimum: tuple[float, ...]
    flat: int = 0

    @property
    def largest(self) -> float:
        """λmax, the curvature of the steepest direction."""
        return self.eigenvalues[-1]

    @property
    def condition(self) -> float:
        """``λmax/λmin``: how much slower the least steep direction is than the steepest, flat ones left out."""
        smallest = self.eigenvalues[self.flat]
        return self.largest / smallest if smallest else math.inf

    def slopes(self, excess: float) -> list[float]:
        """By parameter, the slope that is left where it alone is off, by as much as adds ``excess``.

        The others being where they are best then, an offset δ adds ``½ δ²/(H⁻¹)ᵢᵢ``, and its slope is ``δ/(H⁻¹)ᵢᵢ``.
        """
        modes = list(zip(self.eigenvalues, self.directions, strict=True))[self.flat :]
        if not modes[0][0]:
            return [0.0] * len(self.optimum)
        inverse = [sum(way[i] * way[i] / value for value, way in modes) for i in range(len(self.optimum))]
        return [math.sqrt(2 * excess / each) if each else 0.0 for each in inverse]

    def parts(self, parameters: Sequence[float]) -> list[float]:
        """``½ λᵢ cᵢ²`` of each direction: what it adds to the excess loss at ``parameters``.

        0 along a flat one; nan where λᵢ is 0 because it is too small for float64: its part is not 0, but not known.
        """
        offset = [a - b for a, b in zip(parameters, self.optimum, strict=True)]
        along = [sum([d * o for d, o in zip(direction, offset, strict=True)]) for direction in self.directions]
        parts = [value * c * c / 2 if value else math.nan for value, c in zip(self.eigenvalues, along, strict=True)]
        return [0.0] * self.flat + parts[self.flat :]
