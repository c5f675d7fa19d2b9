"""The picture of the map: runs, or settings with repeats, by two settings. Nothing is decided here."""

import math
from collections.abc import Sequence

from sweep.report import lettering
from sweep.report.axes import Axis
from sweep.report.drawing import GAP, LEFT, LEFT_OF_LABELS, MOST_LEFT, RIGHT, Frame, path, shares
from sweep.report.judged_runs import STATES
from sweep.report.outcome_map import Along, MapPanel
from sweep.report.pictures import SHARES, Picture, marks_at, panel_size

SETTINGS = {"lr": "learning rate", "scale": "input scale"}
"""What the map's axes call a setting that has a name beside its key."""

LEAST_NAME = 50
"""Room for the name of a tick across, in pixels, at least: where not all have it, some are left out."""

PARTS = {"CONVERGED": "full", "UNFINISHED": "pale", "DIVERGED": "empty", "FAILED": "dashed", "NOT RUN": "dashed"}
"""How the parts of such a mark look."""


def draw_map(panels: Sequence[MapPanel]) -> Picture:
    """Runs by two settings, coloured and marked by outcome, under theory's line of stability."""
    pictures, size = [], panel_size(panels)
    across, up = (SETTINGS.get(along.name, along.name) for along in (panels[0].across, panels[0].up))
    room = (size[0] - LEFT - RIGHT) / max(1, len(panels[0].across.names)) - GAP
    for panel in panels:
        widths, heights = [point.x for point in panel.points], [point.y for point in panel.points]
        x = _axis(panel.across, [*widths, *panel.near], max(room, LEAST_NAME))
        y = _axis(panel.up, heights, MOST_LEFT - LEFT_OF_LABELS)
        frame = Frame(panel.title, x, y, (across, up), size)
        many = max(len(set(widths)), len(set(heights)))
        r = max(10, min(45, frame.across * 2 // (5 * many)))  # So that the marks of a dense grid do not run together.
        body = [line for state, group in panel.marks.items() for line in marks_at(frame, state, group, r)]
        body += [
            shares(
                each.counts, *frame.inside([each.mark.x], [each.mark.y])[0], r * 4 // 3, each.mark.label, each.mark.row
            )
            for each in panel.split
        ]
        line = [point for point in panel.threshold if 0 < point[0] < math.inf]
        if len(line) > 1:
            body.append(path(frame.line([lr for lr, _ in line], [place for _, place in line]), kind="theory"))
        elif line:
            body.append(path(f"M{frame.inside([line[0][0]], heights[:1])[0][0]} 0V{frame.down}", kind="theory"))
        counts = [f"{len(group):,} {state.lower()}" for state, group in panel.marks.items()]
        counts += [f"{len(panel.split):,} of several outcomes"] * bool(panel.split)
        pictures.append(frame.draw(body, f"{panel.title}: {', '.join(counts)}"))
    states = [state for state in STATES if any(state in panel.marks for panel in panels)]
    meaning, alt = [(state, state.lower()) for state in states], f"{across} against {up}, marked by outcome"
    split = {state for panel in panels for each in panel.split for state, count in each.counts.items() if count}
    parts = [state for state in PARTS if state in split]
    if parts:
        meaning.append((SHARES, f"runs differ: {', '.join(f'{PARTS[state]} {state.lower()}' for state in parts)}"))
        alt = f"{alt}, split by share where runs of a setting differ"
    if formula := " or ".join(dict.fromkeys(panel.formula for panel in panels if panel.formula)):
        meaning.append(("theory", f"{formula}: stable on its left"))
        alt = f"{alt}, with theory's line {formula} between stable and diverged"
    return Picture("map.svg", alt, pictures, size, meaning, parts)


def _axis(along: Along, places: Sequence[float], room: float) -> Axis:
    """The axis of a setting, on a log scale where no place is 0 or less; its names, if it has some, cut to ``room``."""
    if along.names:
        return Axis.named(lettering.cut_apart(along.names, room))
    return Axis.over(places, log=min(places) > 0)
