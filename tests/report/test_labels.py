"""Labels of pictures in a real browser: none lies over another, and none outside its picture."""

import re
from dataclasses import replace

import numpy as np
import pytest

from sweep.report import lettering
from sweep.report.axes import Axis
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.drawing import Frame, Size
from sweep.report.findings import find
from sweep.report.map_picture import ALONE, BESIDE_OTHERS, LOW, NARROW
from sweep.report.pictures import style
from tests.conftest import THERMOMETER, point
from tests.problem.made import readings
from tests.report.made import OTHER, SEED_GRID, sweep
from tests.report.opened import Visit
from tests.report.pages import looks

KEY = re.compile("<svg.*?</svg>")
"""A sample of a legend with its meaning."""

LINEAR = {
    "timestamps": [1.7e9, 1.7e9 + 100],
    "a day of timestamps": [1.7e9, 1.7e9 + 86_400],
    "pressures": [101325.0, 101325.1],
    "a day of pressures": [101_325.0, 101_421.0],
    "below zero": [-1.7e9, -1.7e9 - 5],
    "tiny": [-3e-7, 5e-7],
    "huge": [-1e150, 2e150],
    "tiny and below zero": [-1.5e-150, 3e-151],
    "one value": [1e9],
    "next to 1": [1.0, 1 + 3e-14],
    "seven digits": [-5e6, 9e6],
    "thousandths": [0.0012, 0.0097],
    "ticks at the ends": [0.06, 0.94],
}
LOG = {
    "learning rates": [1e-4, 5e-3],
    "one rate": [1e-4],
    "a decade": [2e-4, 2e-3],
    "all there is": [1e-300, 1e300],
    "decades": [1e-12, 1e-3],
    "epochs": [1, 1e8],
}


def drawn(visit: Visit, svgs: list[str]) -> list[looks.Lettered]:
    """The pictures in a page of their own."""
    visit.page.set_viewport_size({"width": 1400, "height": 900})
    visit.page.set_content(f"<style>{style()}</style>{''.join(svgs)}")
    found = looks.lettered(visit.page)
    assert len(found) == len(svgs)
    return found


COUNTS = [(1, 1), (2, 5), (30, 90)]
"""How often names are repeated along an axis and up another."""


@pytest.mark.parametrize("size", [(340, 280), (480, 380), NARROW], ids=str)
def test_labels_of_any_range_have_room(visit: Visit, size: Size) -> None:
    ranges = {name: Axis.over(values, log=False) for name, values in LINEAR.items()}
    ranges |= {name: Axis.over(values) for name, values in LOG.items()}
    names = ("temperature in °C", "W" * 300, "a name that goes on " * 9, "温度" * 50, "x")
    frames = [
        Frame(
            name, across, up, (names[place % 5], names[(place + 2) % 5]), size, ": 5 of 6 readings drawn" * (place % 2)
        )
        for place, (name, across) in enumerate(ranges.items())
        for up in (across, list(ranges.values())[-1 - place])
    ]
    texts = [lettering.cut(each, 120) for each in ("own rain", *names)]
    frames += [Frame("t", Axis.named(texts * few), Axis.named(texts * many), names[:2], size) for few, many in COUNTS]
    for frame, found in zip(frames, drawn(visit, [frame.draw([], "alt") for frame in frames]), strict=True):
        assert found.faults() == [], frame
        assert len(found.texts) >= 3 + 2 * 2, "each axis has ticks"


def test_labels_of_a_low_panel_with_one_value_upright_have_room(visit: Visit) -> None:
    ranges = [Axis.over(values) for values in LOG.values()] + [
        Axis.over(values, log=False) for values in LINEAR.values()
    ]
    upright = [Axis.named([lettering.cut(text, 120)]) for text in ("0.1", "own rain and more of it", "1e-300")]
    sizes = [(width, round(LOW * height)) for width, height in (ALONE, BESIDE_OTHERS, NARROW)]
    frames = [
        Frame("1,000 epochs", across, upright[place % 3], ("learning rate", "input scale"), sizes[place // 3 % 3])
        for place, across in enumerate(ranges)
    ]
    for frame, found in zip(frames, drawn(visit, [frame.draw([], "alt") for frame in frames]), strict=True):
        assert found.faults() == [], frame
        assert "input scale" in {text for text, *_ in found.texts}


@pytest.mark.parametrize(
    "names",
    [
        ("moons data.noise=0.1", "moons data.noise=0.3"),
        ("sepal length and width of all flowers in one", "sepal length and width of all flowers in two"),
        ("a" * 80 + "1", "a" * 80 + "2"),
        ("short", "a name that goes on and on and on and on"),
    ],
)
def test_names_that_are_cut_on_an_axis_are_still_told_apart(names: tuple[str, ...]) -> None:
    cut = lettering.cut_apart(names, 110)
    assert len(set(cut)) == len(names), cut
    assert max(map(lettering.width, cut)) <= 110


def test_labels_of_a_whole_report_have_room(visit: Visit) -> None:
    stamps, pressures = 1.7e9 + np.arange(24.0), 101_325 + 0.004 * np.arange(24)
    day = readings(
        stamps, pressures, "a day", input_names=("time",), target_name="pressure", input_unit="s", target_unit="Pa"
    )
    other = replace(OTHER, name="another name, of which there is more than there is room for in a title " * 2)
    points = [*SEED_GRID, *(point(lr=1e-22, epochs=9, data=each.fingerprint) for each in (day, other))]
    points.append(point(epochs=9, holdout="last:0.3"))
    plan, runs = sweep(*points, data=(THERMOMETER, day, other))
    made = pictures(sections(plan, runs, find(plan, runs)))
    svgs = [svg for picture in made for svg in [*picture.panels, *picture.narrow, *KEY.findall(picture.key())]]
    assert len(svgs) >= 4 + 8
    assert any("samples held out" in svg for svg in svgs)
    for found in drawn(visit, svgs):
        assert found.faults() == []
