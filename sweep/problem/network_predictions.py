"""What a module makes of samples at the parameters that a run ended at; the one place where that is computed."""

from collections.abc import Sequence

import numpy as np
import torch

from sweep.data.readings import Floats
from sweep.models.rows import Samples
from sweep.problem.confusion import Confusion
from sweep.problem.network_tensors import NetworkObjective
from sweep.problem.predicted import Predicted, kept, places
from sweep.problem.prepared import Prepared
from sweep.problem.tensors import one_thread


def predictions(prepared: Prepared, objective: NetworkObjective, parameters: Sequence[float]) -> Predicted | None:
    """See :class:`Predicted`. None where outputs are not finite, or not one a sample or one a class.

    Parameters
    ----------
    objective : of the run's point alone, in float64.
    parameters : finite.
    """
    classes = prepared.readings.classes
    if not classes:
        one = prepared.inputs.shape[1] == 1
        taken = places(prepared)[:, None] if one else prepared.readings.inputs[kept(len(prepared.held))]
        outputs = _outputs(objective, parameters, (taken - prepared.shift) / prepared.divisor, ())
        if outputs is None:
            return None
        return Predicted(outputs.tolist() if one else [], [] if one else outputs.tolist(), [], [])
    trained = _outputs(objective, parameters, prepared.inputs, (len(classes),))
    held = _outputs(objective, parameters, prepared.held_inputs, (len(classes),))
    if trained is None or held is None:
        return None
    return Predicted([], [], _counts(classes, prepared.targets, trained), _counts(classes, prepared.held_targets, held))


def _outputs(
    objective: NetworkObjective, parameters: Sequence[float], inputs: Floats, inner: tuple[int, ...]
) -> Floats | None:
    """Of prepared inputs, shape ``(n, *inner)``; None where they have another, or are not finite."""
    if not len(inputs):
        return np.zeros((0, *inner))
    params = torch.tensor(np.asarray([parameters]), dtype=torch.float64, device=objective.start.device)
    x = torch.tensor(inputs, dtype=torch.float64, device=params.device)
    with one_thread():
        found = objective.groups[0].rows.outputs(params, objective.scale, Samples(x, x[:, 0]))[0]
    if not inner and found.shape == (len(inputs), 1):
        found = found[:, 0]
    if found.shape != (len(inputs), *inner) or not found.isfinite().all():
        return None
    outputs: Floats = found.cpu().numpy()
    return outputs


def _counts(classes: tuple[str, ...], targets: Floats, outputs: Floats) -> list[list[int]]:
    counts = Confusion.of("", classes, targets, outputs.argmax(axis=1)).counts
    return [[int(one), int(other), int(counts[one, other])] for one, other in zip(*np.nonzero(counts), strict=True)]
