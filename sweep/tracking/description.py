"""What the pages of MLflow begin with: the description of a run, in Markdown."""

import re

import numpy as np

from sweep.training.curve import Curve

NOTE = "mlflow.note.content"

WIDE = 40
"""Characters of a drawn curve, at most."""

BLOCKS = "▁▂▃▄▅▆▇█"


def plain(text: str) -> str:
    """Markdown that shows ``text`` as it is: the page takes a backslash before these signs alone for an escape."""
    return re.sub(r"([\\`*_{}\[\]()>#+!~=|-])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))


def of_run(reason: str, curve: Curve | None = None) -> str:
    """The description of a point's run: why it has its outcome, and below its curve, where it has one."""
    told = plain(reason)
    if curve is None or not (line := drawn(curve)):
        return told
    last = len(curve.descended) - 1
    ends = f"from {curve.descended[0]:.4g} to {curve.descended[-1]:.4g} after {last:,}"
    return f"{told}\n\n`{line}`\n\nLoss by epoch, on log axes: {plain(ends)} epochs."


def drawn(curve: Curve) -> str:
    """The loss as blocks, from the first epoch to the last on a log axis of at most :data:`WIDE` places.

    High is a large loss, on a log axis where all are positive; ``×`` is one that is not finite. Nothing where none is
    finite.
    """
    losses = curve.descended
    at = np.unique(np.geomspace(1, len(losses), min(WIDE, len(losses))).round().astype(np.int64)) - 1
    some = losses[at]
    is_there = np.isfinite(some)
    if not is_there.any():
        return ""
    heights = np.full(len(some), np.nan)
    heights[is_there] = np.log10(some[is_there]) if (some[is_there] > 0).all() else some[is_there]
    low, high = np.nanmin(heights), np.nanmax(heights)
    steps = (heights - low) / (high - low) * (len(BLOCKS) - 1) if high > low else np.zeros(len(heights))
    return "".join(BLOCKS[round(float(step))] if there else "×" for step, there in zip(steps, is_there, strict=True))
