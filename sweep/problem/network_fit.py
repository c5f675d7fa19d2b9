"""What a fitted model looks like among its readings, from what was kept of its outputs: no module is imported."""

import numpy as np

from sweep.problem.confusion import Confusion
from sweep.problem.fit import Dots, Fit, Fitted, Relation, Role
from sweep.problem.predicted import PLACES, Predicted, kept, places
from sweep.problem.prepared import Prepared


def fit_of(prepared: Prepared, fitted: Fitted, found: Predicted, output: str) -> Fit | None:
    """The model's curve among readings of one input; of several what it predicts against the target; None of classes.

    Parameters
    ----------
    output : what the model's outputs are called.
    """
    if prepared.readings.classes:
        return None
    return _curve(prepared, fitted, found, output) if found.line else _against(prepared, found, output)


def _curve(prepared: Prepared, fitted: Fitted, found: Predicted, output: str) -> Fit:
    readings, out = prepared.readings, prepared.held
    along, upright = places(prepared), np.array(found.line)

    def predict(u: float) -> float:
        return float(np.interp(u, along, upright))

    return Fit(
        "readings and the best run's model",
        f"the {output} of the best run's model",
        _dots(readings.inputs[~out, 0], readings.targets[~out]),
        _dots(readings.inputs[out, 0], readings.targets[out]),
        (readings.axes[0], readings.axes[1]),
        "model",
        "",
        (),
        [Relation(Role.RUN, "best run", fitted.setting, (), predict)],
        points=PLACES,
    )


def _against(prepared: Prepared, found: Predicted, output: str) -> Fit:
    readings = prepared.readings
    taken = kept(len(readings.targets))
    out, targets, outputs = prepared.held[taken], readings.targets[taken], np.array(found.outputs)
    target = readings.axes[-1]
    return Fit(
        f"{output} of the best run's model against actual {readings.target_name}",
        "the line on which both are the same",
        _dots(targets[~out], outputs[~out]),
        _dots(targets[out], outputs[out]),
        (f"actual {target}", output if output != "prediction" else f"predicted {target}"),
        "model",
        "",
        (),
        [Relation(Role.KNOWN, f"{output} = actual", "as a perfect fit has it", (), lambda t: t)],
        points=2,
        total=len(readings.targets),
    )


def _dots(along: np.ndarray, upright: np.ndarray) -> Dots:
    return along.tolist(), upright.tolist()


def confusions(prepared: Prepared, found: Predicted) -> list[Confusion]:
    """Of samples that train, and of those held out where there are any; none without classes."""
    classes, told = prepared.readings.classes, []
    for samples, counts in (("samples that train", found.trained), ("samples held out", found.held)):
        table = np.zeros((len(classes), len(classes)), np.intp)
        for one, other, count in counts:
            table[one, other] = count
        if counts:
            told.append(Confusion(samples, classes, table))
    return told
