"""Pictures of a sweep: the map of outcomes and the loss curves. Drawing only; what is drawn is computed before.

The bytes of a picture depend on what it shows and on matplotlib's release, on nothing else.
"""

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sweep.curve import Curve, Result
from sweep.outcome import Outcome
from sweep.plan import Plan
from sweep.stability import problems

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLE = {
    Outcome.CONVERGED: ("#0072B2", "o"),
    Outcome.UNFINISHED: ("#E69F00", "^"),
    Outcome.DIVERGED: ("#D55E00", "X"),
}
"""Colour and mark of an outcome; the colours are told apart by every kind of colour vision.

References: Okabe and Ito: Color Universal Design, 2008."""

MOST_PANELS = 6
MOST_CURVES = 200
"""Curves a panel; of more, evenly many are drawn, and the title says so."""


@dataclass(frozen=True)
class Panel:
    """One panel of the map: the points of one number of epochs and one data set, with theory's line over them."""

    title: str
    points: Mapping[Outcome, tuple[list[float], list[float]]]
    threshold: tuple[list[float], list[float]]


def map_panels(plan: Plan, runs: pd.DataFrame) -> list[Panel]:
    """The panels of the map, at most :data:`MOST_PANELS`: (lr, scale) of each outcome, and 2/λmax over the scales."""
    theory = problems(plan.readings)
    scales = sorted({point.scale for point in plan.points})
    if len(scales) > 1:
        line = list(np.geomspace(scales[0] / 1.5, scales[-1] * 1.5, 60))
    else:
        line = [scales[0] / 1.5, scales[0], scales[0] * 1.5]
    several = len(plan.readings) > 1
    panels = []
    for epochs, data in sorted(set(zip(runs["epochs"].tolist(), runs["fingerprint"].tolist(), strict=True))):
        group = runs[(runs["epochs"] == epochs) & (runs["fingerprint"] == data)]
        by_outcome = {outcome: group[group["outcome"] == outcome] for outcome in Outcome}
        points = {o: (g["lr"].tolist(), g["scale"].tolist()) for o, g in by_outcome.items()}
        title = f"{epochs:,} epochs" + (f", {plan.label(data)}" if several else "")
        panels.append(Panel(title, points, ([theory[data].at(s).threshold for s in line], line)))
    return panels[:MOST_PANELS]


def draw_map(panels: Sequence[Panel]) -> bytes:
    """Lr against scale, coloured and marked by outcome, with the line 2/λmax."""
    figure, axes = _figure(len(panels), "learning rate", "input scale", legend=0.4)
    for axis, panel in zip(axes, panels, strict=True):
        for outcome, (lr, scale) in panel.points.items():
            colour, mark = STYLE[outcome]
            axis.scatter(lr, scale, c=colour, marker=mark, s=48, label=outcome.lower(), linewidths=0)
        axis.plot(*panel.threshold, color="#444444", linewidth=1.2, linestyle="--", label="2/λmax")
        axis.set_title(panel.title, fontsize=10)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="lower center", ncols=4, fontsize=9, frameon=False)
    return _png(figure)


def curve_panels(runs: pd.DataFrame, results: Mapping[str, Result]) -> dict[Outcome, list[Any]]:
    """For each outcome that occurs, at most :data:`MOST_CURVES` finite curves as (epochs + 1, losses)."""
    panels: dict[Outcome, list[Any]] = {}
    for outcome in Outcome:
        keys = runs.loc[runs["outcome"] == outcome, "key"].tolist()
        curves = [result for key in _evenly(keys) if isinstance(result := results[key], Curve)]
        if curves:
            panels[outcome] = [_finite(curve) for curve in curves]
    return panels


def draw_curves(panels: Mapping[Outcome, Sequence[Any]], counts: Mapping[str, int]) -> bytes:
    """Loss against epoch on log axes, a panel an outcome; diverged curves end, with a mark, where they left."""
    from matplotlib.collections import LineCollection

    figure, axes = _figure(len(panels), "epoch + 1", "loss")
    for axis, (outcome, curves) in zip(axes, panels.items(), strict=True):
        colour, mark = STYLE[outcome]
        alpha = max(0.15, min(0.9, 8 / len(curves)))
        lines = [np.column_stack(curve) for curve in curves]
        axis.add_collection(LineCollection(lines, colors=colour, linewidths=1.2, alpha=alpha))
        ends = np.concatenate([line[-1:] for line in lines])
        axis.scatter(ends[:, 0], ends[:, 1], c=colour, marker=mark, s=28, linewidths=0, zorder=3)
        axis.autoscale_view()
        count = counts[str(outcome)]
        part = f", {len(curves)} drawn" if len(curves) < count else ""
        axis.set_title(f"{outcome.lower()} ({count:,}{part})", fontsize=10)
    return _png(figure)


def _evenly(keys: Sequence[str]) -> list[str]:
    step = max(1, math.ceil(len(keys) / MOST_CURVES))
    return list(keys[::step])


def _finite(curve: Curve) -> tuple[Any, Any]:
    """The curve up to its last finite loss, of a long one 400 epochs evenly spaced on a log axis."""
    losses = np.append(curve.losses, curve.final_loss)
    finite = np.isfinite(losses)
    length = len(losses) if finite.all() else int(np.argmin(finite))
    places = np.unique(np.geomspace(1, length, 400).round().astype(int)) - 1 if length else np.arange(0)
    return places + 1, losses[places]


def _figure(panels: int, x_label: str, y_label: str, legend: float = 0.0) -> "tuple[Figure, list[Axes]]":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(3, panels)
    rows = math.ceil(panels / columns)
    width, height = 0.4 + 4.0 * columns, 0.1 + legend + 3.4 * rows
    figure = Figure(figsize=(width, height), dpi=110)
    FigureCanvasAgg(figure)
    # Margins in inches: matplotlib's own layout engines draw everything once more to find them.
    figure.subplots_adjust(
        left=0.75 / width,
        right=1 - 0.2 / width,
        top=1 - 0.35 / height,
        bottom=(0.55 + legend) / height,
        wspace=0.28,
        hspace=0.36,
    )
    axes = [figure.add_subplot(rows, columns, place + 1) for place in range(panels)]
    for axis in axes:
        axis.set(xscale="log", yscale="log", xlabel=x_label, ylabel=y_label)
        axis.grid(True, which="major", color="#dddddd", linewidth=0.6)
        axis.tick_params(which="both", labelsize=8)
        axis.set_axisbelow(True)
    return figure, axes


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
