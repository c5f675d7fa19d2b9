"""The shipped perceptron as far as it is known without torch: its arguments, its shapes, and where it starts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np

from sweep.errors import BadInput, nearest
from sweep.models.starts import uniform

KEY = "problem.model"

ACTIVATIONS = ("tanh", "relu", "gelu", "silu", "sigmoid", "softplus", "identity")


class Argument(NamedTuple):
    """An argument: what it means, what it may be, and the check that says so."""

    meaning: str
    allowed: str
    fits: Callable[[object], bool]


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


ARGUMENTS: Mapping[str, Argument] = {
    "width": Argument("units of a hidden layer", "a whole number from 1 to 4,096", lambda x: _whole(x, 1, 4096)),
    "depth": Argument(
        "hidden layers, none for a linear model", "a whole number from 0 to 100", lambda x: _whole(x, 0, 100)
    ),
    "activation": Argument("what a hidden unit does", ", ".join(ACTIVATIONS), lambda x: x in ACTIVATIONS),
}


def check(arguments: Mapping[str, object]) -> None:
    """Raise :class:`BadInput` where ``arguments`` are not those of :data:`ARGUMENTS`, each in its range."""
    for name, value in arguments.items():
        if name not in ARGUMENTS:
            near = nearest(name, ARGUMENTS)
            step = f"did you mean {KEY}.{near}?" if near else "leave it out, or use problem=torch with a model of yours"
            raise BadInput(f"{KEY}.{name}: no such key", ", ".join(f"{KEY}.{each}" for each in ARGUMENTS), step)
        allowed = ARGUMENTS[name].allowed
        if not ARGUMENTS[name].fits(value):
            near = nearest(str(value), ACTIVATIONS) if name == "activation" else None
            step = f"did you mean {KEY}.{name}={near}?" if near else f"give another {KEY}.{name}=…"
            raise BadInput(f"{KEY}.{name}={str(value)[:80]} is not allowed", allowed, step)
    for name, argument in ARGUMENTS.items():
        if name not in arguments:
            raise BadInput(f"{KEY}.{name} is missing", argument.allowed, f"give {KEY}.{name}=…")


@dataclass(frozen=True)
class Perceptron:
    """``depth`` hidden layers of ``width`` units, then a linear layer; see :class:`sweep.models.mlp_module.MLP`.

    Parameters
    ----------
    inputs, outputs : numbers that go in and come out of a sample; 1 out for a quantity, else one for each class.
    width, depth, activation : see :data:`ARGUMENTS`.
    """

    inputs: int
    outputs: int
    width: int
    depth: int
    activation: str

    @classmethod
    def of(cls, arguments: Mapping[str, Any], inputs: int, outputs: int) -> Self:
        """As a user asks for one; :class:`BadInput` where that cannot be."""
        check(arguments)
        return cls(inputs, outputs, **arguments)

    @property
    def _layers(self) -> list[tuple[str, int, int]]:
        """Of each layer its name, and how many numbers go in and come out."""
        sizes = [self.inputs, *[self.width] * self.depth]
        hidden = [(f"hidden.{number}", *pair) for number, pair in enumerate(pairwise(sizes))]
        return [*hidden, ("out", sizes[-1], self.outputs)]

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter, in torch's order."""
        found: dict[str, tuple[int, ...]] = {}
        for name, inputs, outputs in self._layers:
            found |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
        return found

    def start(self, seed: int) -> tuple[float, ...]:
        """The parameters one after another, drawn as torch draws a linear layer's: each within 1/√(numbers that go in).

        One stream of numbers, layer after layer: the same on every machine and in every release.
        """
        bounds = [np.full(outputs * (inputs + 1), 1 / math.sqrt(inputs)) for _, inputs, outputs in self._layers]
        return uniform(seed, sum(map(len, bounds)), np.concatenate(bounds))
