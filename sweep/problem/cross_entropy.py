"""Cross-entropy of a softmax over linear logits, with gradient and Hessian, in float64 and written out.

Of two classes only the second has a logit of its own, the first one's is 0; of more, each has one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.data.readings import Floats

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class CrossEntropy:
    """``L = −1/n · Σ log p(yᵢ | xᵢ)``, p being the softmax of the logits.

    Parameters
    ----------
    x : inputs with a last column of ones, shape ``(n_samples, d + 1)``.
    y : the number of each sample's class, shape ``(n_samples,)``.
    classes : how many there are, 2 or more.

    References
    ----------
    Böhning: Multinomial logistic regression algorithm, Annals of the Institute of Statistical Mathematics 44, 1992.
    """

    x: Floats
    y: NDArray[np.intp]
    classes: int

    @property
    def free(self) -> int:
        """How many classes have a logit of their own."""
        return self.classes if self.classes > 2 else 1

    def log_probabilities(self, weights: Floats) -> Floats:
        """Of each sample and class, shape ``(n_samples, classes)``; ``weights`` has the shape ``(free, d + 1)``."""
        logits = np.zeros((len(self.x), self.classes))
        logits[:, -self.free :] = self.x @ weights.T
        highest = logits.max(axis=1, keepdims=True)
        found: Floats = logits - highest - np.log(np.exp(logits - highest).sum(axis=1, keepdims=True))
        return found

    def loss(self, weights: Floats) -> float:
        """The loss at ``weights``."""
        return float(-np.mean(self.log_probabilities(weights)[np.arange(len(self.y)), self.y]))

    def gradient(self, probabilities: Floats) -> Floats:
        """Shape ``(free, d + 1)``: ``1/n · Σ (p − 1[y]) · x``."""
        return self._errors(probabilities).T @ self.x / len(self.x)

    def rounding(self, probabilities: Floats) -> float:
        """The Euclidean norm of what rounding may leave of a gradient that is 0: an eps of each sum's terms."""
        terms = np.abs(self._errors(probabilities)).T @ np.abs(self.x) / len(self.x)
        return float(np.finfo(float).eps * np.linalg.norm(terms))

    def hessian(self, probabilities: Floats) -> Floats:
        """Shape ``(free·(d + 1), free·(d + 1))``, by class and then by column."""
        p, (n, size) = probabilities[:, -self.free :], self.x.shape
        found = np.empty((self.free, size, self.free, size))
        for one in range(self.free):
            for other in range(one + 1):
                curved = p[:, one] * ((one == other) - p[:, other])
                found[one, :, other] = found[other, :, one] = (self.x.T * curved) @ self.x / n
        return found.reshape(self.free * size, self.free * size)

    def product(self, probabilities: Floats, vector: "Tensor") -> "Tensor":
        """The Hessian times ``vector``, without the Hessian; both have the shape ``(free·(d + 1),)``, in its order."""
        import torch

        p, x = torch.from_numpy(probabilities[:, -self.free :]), torch.from_numpy(self.x)
        raised = x @ vector.view(self.free, -1).T
        curved = p * (raised - (p * raised).sum(dim=1, keepdim=True))
        return (curved.T @ x).flatten() / len(x)

    def _errors(self, probabilities: Floats) -> Floats:
        errors = probabilities.copy()
        errors[np.arange(len(self.y)), self.y] -= 1
        return errors[:, -self.free :]


def as_weights(parameters: Sequence[float], free: int) -> Floats:
    """Parameters as a problem has them, the weights of each class and then the intercepts, as ``(free, d + 1)``."""
    values = np.array(parameters, np.float64)
    return np.column_stack([values[:-free].reshape(free, -1), values[-free:]])


def as_parameters(weights: Floats) -> Floats:
    """What :func:`as_weights` was given; also of the columns of a matrix of such weights, each reshaped to 2 axes."""
    return np.concatenate([weights[:, :-1].reshape(-1), weights[:, -1]])
