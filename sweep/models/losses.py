"""Losses: how far a model's outputs are from the targets, as a mean over samples. torch's own, or a user's function.

What a loss is asked before anything trains (its target, the spread of a shipped one) needs no torch.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.data.readings import Floats, mean
from sweep.errors import BadInput, nearest, raised
from sweep.models.spread import absolute, entropy, huber, least, variance

if TYPE_CHECKING:
    from torch import Tensor

KEY = "problem.loss"

SPREAD_NAMES = {
    "mse": "the target's variance",
    "cross_entropy": "the labels' entropy",
    "huber": "the Huber loss of the best constant",
    "l1": "the target's mean absolute deviation",
}
"""The losses that have a name, and what sentences call the spread of each."""


@dataclass(frozen=True)
class Loss:
    """A loss of a model's outputs, averaged over samples.

    Parameters
    ----------
    name : one of :data:`SPREAD_NAMES`, or the dotted name of a function of one's own.
    delta : of huber: how far off squares become absolute values, in the target's unit, > 0.
    own : that function; None for the others, and where nobody calls it, as in a report.
    """

    name: str
    delta: float = 1.0
    own: Callable[..., Any] | None = None

    @property
    def labelled(self) -> bool | None:
        """Whether the target's cells are labels of classes. None, of one's own: text is labels, numbers quantities."""
        return self.name == "cross_entropy" if self.name in SPREAD_NAMES else None

    @property
    def spread_name(self) -> str:
        """What sentences call the spread."""
        return SPREAD_NAMES.get(self.name, "the loss of the best constant")

    def mean(self, outputs: "Tensor", targets: "Tensor") -> "Tensor":
        """The loss as a scalar; under ``torch.func.vmap`` too.

        Parameters
        ----------
        outputs : of quantities ``(n,)`` or ``(n, 1)``; of classes ``(n, n_classes)``, logits. Of one's own: any that
            begin with n.
        targets : shape ``(n,)``: quantities in the dtype of ``outputs``, or numbers of classes, int64.

        Raises
        ------
        BadInput : one's own function returns something else than a scalar, or a number for each sample.
        """
        from torch.nn import functional

        if self.name == "cross_entropy":
            return functional.cross_entropy(outputs, targets)
        if self.name in SPREAD_NAMES:
            outputs = outputs.reshape(targets.shape)
            if self.name == "huber":
                return functional.huber_loss(outputs, targets, delta=self.delta)
            return (functional.l1_loss if self.name == "l1" else functional.mse_loss)(outputs, targets)
        assert self.own, "a report computes no losses"
        # As torch's users have them: a column beside a column, or broadcasting would compare each sample with all.
        column = targets.is_floating_point() and outputs.ndim > 1
        return self._averaged(self.own(outputs, targets[:, None] if column else targets), len(targets))

    def _averaged(self, found: object, n_samples: int) -> "Tensor":
        import torch

        if isinstance(found, torch.Tensor) and found.is_floating_point():
            if found.ndim == 0:
                return found
            if found.shape in ((n_samples,), (n_samples, 1)):
                return found.mean()
        kind = type(found).__name__
        if isinstance(found, torch.Tensor):
            kind = f"a tensor of {found.dtype} and the shape {tuple(found.shape)}"
        raise BadInput(
            f"{KEY}: {self.name} returned {kind}",
            f"a tensor of floats: a scalar, or a number for each sample, shape ({n_samples},)",
            "average what it returns, as by .mean()",
        )

    def check_target(self, n_classes: int) -> None:
        """Raise :class:`BadInput` where the loss does not fit the target.

        Parameters
        ----------
        n_classes : 0 where the target is a quantity.
        """
        if self.labelled and not n_classes:
            raise BadInput(
                f"{KEY}={self.name}: the target is a quantity",
                "a column of classes, as text or whole numbers",
                f"choose such data, or {KEY}=mse",
            )
        if self.labelled is False and n_classes:
            raise BadInput(
                f"{KEY}={self.name}: the target is one of {n_classes:,} classes",
                "a column of numbers",
                f"use {KEY}=cross_entropy, or choose another data.target",
            )

    def check(self, output_shape: tuple[int, ...], n_samples: int, n_classes: int, key: str = "problem.model") -> None:
        """Raise :class:`BadInput` where the loss does not fit the target, or the outputs of ``key`` do not fit both.

        Parameters
        ----------
        output_shape : of what the model makes of ``n_samples`` inputs.
        n_classes : 0 where the target is a quantity.
        """
        self.check_target(n_classes)
        output_shape = tuple(output_shape)  # Of a torch.Size, for the message.
        asked, fits, step = "", output_shape[:1] == (n_samples,), "one row for each row of its input"
        if self.labelled:
            asked, fits = f"({n_samples}, {n_classes}): a logit for each class", output_shape == (n_samples, n_classes)
            step = f"{n_classes} outputs, without a softmax"
        elif self.labelled is False:
            fits = output_shape in ((n_samples,), (n_samples, 1))
            asked, step = f"({n_samples}, 1) or ({n_samples},): a number for each sample", "1 output"
        if not fits:
            raise BadInput(
                f"{key}: of {n_samples:,} samples it makes outputs of the shape {output_shape}",
                asked or f"a shape that begins with {n_samples}, as ({n_samples}, 1)",
                f"give it {step}" + (f", or choose another {KEY}" if asked else ""),
            )

    def spread(self, targets: Floats, n_classes: int, output_shape: tuple[int, ...] = ()) -> float:
        """The loss of the best constant prediction, in float64.

        Of one's own the best constant is searched for, of as many numbers as a sample has outputs.

        Parameters
        ----------
        targets : quantities, or numbers of classes, shape ``(n,)``.
        n_classes : 0 where the target is a quantity.
        output_shape : as the model makes them of n samples; without it ``(n, 1)``, or of classes ``(n, n_classes)``.

        Raises
        ------
        BadInput : of one's own, none is found that is a finite number > 0.
        """
        match self.name:
            case "mse":
                return variance(targets)
            case "cross_entropy":
                return entropy(targets.astype(np.intp))
            case "l1":
                return absolute(targets)
            case "huber":
                return huber(targets, self.delta)
        return self._searched(targets, n_classes, output_shape or (len(targets), n_classes or 1))

    def _searched(self, targets: Floats, n_classes: int, output_shape: tuple[int, ...]) -> float:
        import torch

        inner = output_shape[1:]
        t = torch.tensor(targets, dtype=torch.int64 if n_classes else torch.float64)
        typical = (0.0, 1.0) if n_classes else (mean(targets), float(targets.std()))
        said = ""
        try:
            size = math.prod(inner)
            found = least(lambda at: self.mean(at.reshape(inner).expand(output_shape).clone(), t), size, typical)
        except BadInput:
            raise
        except raised() as error:  # Whatever a function of a user's raises at an output that no model gave it.
            found, said = math.nan, f": {type(error).__name__}: {error}"
        if not found > 0:  # Nor is nan.
            raise BadInput(
                f"{KEY}: no constant output is found for which {self.name} is least, and is a finite number > 0{said}",
                "a loss that has one, as the yardstick of outcome.tolerance",
                "give the yardstick yourself: problem.spread=…, as the loss of a model that has learned nothing",
            )
        return found

    def magnitude(self, targets: Floats, spread: float) -> float:
        """How large the terms are whose mean a loss is: of squares the mean squared target, of others the spread."""
        return mean(targets**2) if self.name == "mse" else abs(spread)


def loss_of(spec: str | Mapping[str, Any], delta: float, own: Callable[..., Any] | None = None) -> Loss:
    """The loss that a user asks for.

    Parameters
    ----------
    spec : a name, or what names a function of one's own by ``_target_``.
    own : that function, where somebody will call it.

    Raises
    ------
    BadInput : a name that no loss has.
    """
    if not isinstance(spec, str):
        return Loss(str(spec["_target_"]), own=own)
    if spec not in SPREAD_NAMES:
        near = nearest(spec, SPREAD_NAMES)
        raise BadInput(
            f"{KEY}={spec} is not allowed",
            f"{', '.join(SPREAD_NAMES)}; or a function of one's own, {KEY}._target_=my_models.loss",
            f"did you mean {KEY}={near}?" if near else f"give another {KEY}=…",
        )
    return Loss(spec, delta)
