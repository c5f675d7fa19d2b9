"""Readings made ready to train on: the part that is held out taken away, inputs centred and standardised."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.readings import Floats, Readings, mean, rounded
from sweep.errors import BadInput
from sweep.problem.task import Task
from sweep.settings.holdout import Holdout
from sweep.settings.schema import DType


@dataclass(frozen=True, eq=False)
class Prepared:
    """What trains, and what is held out.

    Parameters
    ----------
    readings : what it was made from.
    inputs, targets : of the training part, shapes ``(n_samples, n_inputs)`` and ``(n_samples,)``; a model sees
        ``scale`` times the inputs.
    held_inputs, held_targets : of the part that is held out, prepared as the others; of no samples where there is none.
    shift, divisor : shape ``(n_inputs,)``; a reading u became ``(u − shift) / divisor``.
    held : which of the readings are held out, shape ``(n_readings,)``.
    """

    readings: Readings
    inputs: Floats
    targets: Floats
    held_inputs: Floats
    held_targets: Floats
    shift: Floats
    divisor: Floats
    held: NDArray[np.bool_]

    def distinct_inputs(self, dtype: DType) -> int:
        """How many different samples the inputs tell apart, once rounded to ``dtype``."""
        return len(np.unique(rounded(self.inputs, dtype) + 0.0, axis=0))  # -0.0 is 0.0.


def prepare(readings: Readings, task: Task) -> Prepared:
    """``readings`` as ``task`` asks for; mean and standard deviation are of the training part.

    Raises
    ------
    BadInput : the holdout leaves fewer than two samples, none of a class, or one value of the target or of what is
        divided by its standard deviation.
    """
    held = _held_out(len(readings), task)
    if len(readings) - held.sum() < 2:
        raise BadInput(
            f"data.holdout={task.holdout} of {len(readings):,} samples of {readings.name} leaves fewer than 2 to train",
            "2 samples or more for training",
            "hold a smaller part out",
        )
    if absent := [name for number, name in enumerate(readings.classes) if number not in readings.targets[~held]]:
        raise BadInput(
            f"data.holdout={task.holdout} of {readings.name} leaves no sample of class {absent[0]} to train",
            "a sample of each class or more for training",
            "hold a smaller part out, or others by data.holdout_seed",
        )
    inputs, size = readings.inputs[~held], readings.inputs.shape[1]
    columns = [*zip(readings.input_names, inputs.T, strict=True)] if task.standardize else []
    for name, column in (*columns, (readings.target_name, readings.targets[~held])):
        if column.min() == column.max():
            raise BadInput(
                f"data.holdout={task.holdout} of {readings.name} leaves {name} the same in all samples to train",
                "two values or more for training",
                "hold a smaller part out, or others by data.holdout_seed",
            )
    shift, divisor = np.zeros(size), np.ones(size)
    if task.center or task.standardize:
        shift = np.array([mean(column) for column in inputs.T])
    if task.standardize:
        divisor = np.sqrt([mean(column**2) for column in (inputs - shift).T])
    return Prepared(
        readings,
        (inputs - shift) / divisor,
        readings.targets[~held],
        (readings.inputs[held] - shift) / divisor,
        readings.targets[held],
        shift,
        divisor,
        held,
    )


def root_mean_square(values: Floats) -> float:
    """Of a column."""
    return math.sqrt(mean(values**2))


def _held_out(count: int, task: Task) -> NDArray[np.bool_]:
    """Which of ``count`` samples are held out."""
    held, holdout = np.zeros(count, bool), Holdout.read(task.holdout)
    if holdout is None or not holdout.part:
        return held
    size = max(1, round(count * holdout.part))
    if holdout.last:
        held[count - size :] = True
    else:
        drawn = np.random.Philox(key=task.holdout_seed).random_raw(count)
        held[np.argsort(drawn, kind="stable")[:size]] = True
    return held
