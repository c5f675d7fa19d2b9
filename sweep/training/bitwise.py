"""Whether two curves are the same to the last bit, and where they first are not."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sweep.training.curve import Curve, Result

NOTHING = np.array([], np.float32)


def first_difference(stored: Curve, again: Result, parameters: Iterable[str], measures: bool = True) -> str:
    """The first epoch and value in which ``again`` is not ``stored``, in words; empty where all bits are the same.

    A nan equals any nan: processors differ in the sign that they give one, and it has no value to differ in.

    Parameters
    ----------
    parameters : names of the final parameters, in order.
    measures : whether what was measured at the end is compared, too.
    """
    if not isinstance(again, Curve):
        return f"failed to execute: {again.sentence}"
    if len(stored.parameters) != len(again.parameters):
        return f"has other parameters: {len(stored.parameters):,} stored, {len(again.parameters):,} now"
    if len(stored.losses) != len(again.losses):  # How many a training function yields is its own matter.
        return f"has other epochs: {len(stored.losses) + 1:,} losses stored, {len(again.losses) + 1:,} now"
    epochs = np.flatnonzero(~_same(stored.losses, again.losses))
    if len(epochs):
        epoch = int(epochs[0])
        return f"differs from epoch {epoch} on: loss {stored.losses[epoch]} stored, {again.losses[epoch]} now"
    for name in stored.watched.keys() | again.watched.keys():
        one, other = stored.watched.get(name, NOTHING), again.watched.get(name, NOTHING)
        if len(one) != len(other) or one.dtype != other.dtype or not _same(one, other).all():
            return f"the same losses, but another {name}"
    ends = [(stored.final_loss, again.final_loss), *zip(stored.parameters, again.parameters, strict=True)]
    for name, (was, now) in zip(("loss", *parameters), ends, strict=True):
        if not _same(was, now).all():
            return f"the same losses, but another final {name}: {was!r} stored, {now!r} now"
    if stored.is_named and (odd := stored.measured.keys() ^ again.measured.keys()):
        when = "then" if (name := min(odd)) in stored.measured else "now"
        return f"the same curve and end, but {name} was returned {when} alone"
    for name in sorted(stored.measured.keys() | again.measured.keys()) if measures or stored.is_named else ():
        was, now = (each.measured.get(name, np.nan) for each in (stored, again))
        if not _same(was, now).all():
            return f"the same curve and end, but another {name}: {was!r} stored, {now!r} now"
    return "" if stored.stalled == again.stalled else f"the same numbers, but stalled: {stored.stalled} stored"


def _same(one: ArrayLike, other: ArrayLike) -> NDArray[np.bool_]:
    """Element by element, whether two arrays of floats of one dtype and shape hold the same bits."""
    a, b = np.atleast_1d(one), np.atleast_1d(other)
    bits = np.dtype(f"u{a.dtype.itemsize}")
    same: NDArray[np.bool_] = (a.view(bits) == b.view(bits)) | (np.isnan(a) & np.isnan(b))
    return same
