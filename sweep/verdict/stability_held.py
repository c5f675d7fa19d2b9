"""Theory of optimizers that divide a slope by a diagonal P of their own, as if P were held as it is.

It is not held, so a run may well be stable above such a threshold: what is told is a measured ratio, without a promise.

References
----------
Cohen et al.: Adaptive gradient methods at the edge of stability, 2022, arXiv 2207.14484.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class HeldMean:
    """Adam and AdamW: the slope's running mean is divided, ``m ← β1·m + (1 − β1)·∇L(θ)``; 0 <= β1 < 1.

    ``weight_decay`` is AdamW's, which shrinks parameters by ``lr·weight_decay`` an update beside that; else 0.
    """

    beta: float
    weight_decay: float = 0.0

    is_exact = False

    @property
    def formula(self) -> str:
        """In symbols."""
        decay = " + (1+β1)·weight_decay" if self.weight_decay else ""
        divisor = f"(1−β1)·λmax(P⁻¹H){decay}"
        return f"(2+2β1)/({divisor})"

    @property
    def memory(self) -> float:
        """``1/(1 − β1)``."""
        return 1 / (1 - self.beta)

    def threshold(self, largest: float) -> float:
        """Of P^-½·H·P^-½, whose largest eigenvalue is ``largest``."""
        return (2 + 2 * self.beta) / ((1 - self.beta) * largest + (1 + self.beta) * self.weight_decay)


@dataclass(frozen=True)
class HeldSum:
    """RMSProp, with momentum or none, and Adagrad, which has none: the slope is divided, and then summed up."""

    beta: float = 0.0

    is_exact = False

    @property
    def formula(self) -> str:
        """In symbols."""
        return "(2+2·momentum)/λmax(P⁻¹H)" if self.beta else "2/λmax(P⁻¹H)"

    @property
    def memory(self) -> float:
        """``1/(1 − momentum)``."""
        return 1 / (1 - self.beta)

    def threshold(self, largest: float) -> float:
        """Of P^-½·H·P^-½, whose largest eigenvalue is ``largest``."""
        return (2 + 2 * self.beta) / largest
