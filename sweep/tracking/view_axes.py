"""The axes of the charts of a sweep's view: of its map, of the chart in which a run is a line, and of losses."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from sweep.plan.plan import Plan
from sweep.training.curve import Curve, Result


def across(plan: Plan) -> dict[str, str]:
    """What lies across the map: lr, or where no run has one, whatever varies."""
    others = [name for name in plan.varying if name not in ("data", "seed")]
    if plan.values["lr"] or not others:
        return metric("log10_lr" if plan.values["lr"] else "final_loss")
    return {"key": others[0], "type": "PARAM"}


def upright(plan: Plan, settings: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """What stands upright where lr lies across: what varies beside it, and where nothing does, where runs end."""
    others = [name for name in plan.varying if name not in ("lr", "scale", "data", "seed", across(plan)["key"])]
    if "scale" in plan.varying:
        return metric("log10_scale")
    others = _have_mean(others, settings)
    return {"key": others[0], "type": "PARAM"} if others else metric("log10_end")


def way(plan: Plan, settings: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """The axes of the chart in which each run is a line: the settings that vary, and where it ends."""
    logs = [f"log10_{name}" for name in ("lr", "scale") if name in plan.varying]
    varying = [name for name in plan.varying if name not in ("lr", "scale", *["seed"] * bool(settings))]
    others = _have_mean(varying, settings)
    if not (logs or others) and plan.values["lr"]:
        logs = ["log10_lr"]  # Of one axis the page draws nothing.
    return {"selectedParams": others, "selectedMetrics": [*logs, "log10_end"]}


def _have_mean(names: Sequence[str], settings: Sequence[Mapping[str, str]]) -> list[str]:
    """Of ``names`` those that are numbers on the runs of all ``settings``: a chart of groups shows no other."""
    return [name for name in names if all(_is_number(own.get(name, "")) for own in settings)]


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def loss_range(results: Iterable[Result]) -> dict[str, float]:
    """Powers of ten between which the loss axis shows the curves that fall, and a decade of those that rise.

    Empty where all curves fall, or none does: then one chart shows all there is to see.
    """
    curves = [each for each in results if isinstance(each, Curve)]
    falling = [each for each in curves if np.isfinite(each.losses).all() and each.final_loss <= each.initial_loss]
    losses = np.concatenate([np.append(each.losses, each.final_loss) for each in falling] or [np.empty(0)])
    losses = losses[losses > 0]  # A log axis has no place for 0.
    if len(falling) == len(curves) or not len(losses):
        return {}
    low, high = math.log10(losses.min()), math.log10(losses.max()) + 1
    return {"yMin": round(low - 0.05 * (high - low), 3), "yMax": round(high, 3)}


def metric(name: str) -> dict[str, str]:
    """An axis of a metric."""
    return {"key": name, "type": "METRIC"}
