"""Drawing: axes with round ticks, marks inside their frame, and SVG that any reader can parse."""

import math
import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.data.readings import Readings
from sweep.plan.point import Point
from sweep.report.axes import LONGEST_LABEL, LONGEST_SCALED, MOST_TICKS, Axis
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.drawing import Frame, mark
from sweep.report.findings import find
from sweep.report.judged_runs import STATES
from sweep.report.panels import MOST_CURVES
from sweep.report.pictures import Picture
from tests.conftest import THERMOMETER, point
from tests.report.made import OTHER, SEED_GRID, sweep

LONG = replace(OTHER, name="a name that goes on and on and on, " * 5)


def drawn(*points: Point, data: tuple[Readings, ...] = (THERMOMETER,)) -> dict[str, Picture]:
    plan, runs = sweep(*points, data=data)
    return {picture.name: picture for picture in pictures(sections(plan, runs, find(plan, runs)))}


@given(st.lists(st.floats(5e-324, 1.7e308), min_size=1, max_size=5))
def test_a_log_axis_has_a_place_for_every_value_and_few_round_ticks(values: list[float]) -> None:
    axis = Axis.over(values)
    assert all(0 <= place <= 1000 for place in axis.positions(values, 1000))
    ticks = axis.ticks().marks
    assert len(ticks) <= 2 * MOST_TICKS
    assert [value for value, _ in ticks] == sorted({value for value, _ in ticks})
    assert len({label for _, label in ticks}) == len(ticks)
    assert all(math.isfinite(value) and axis.low - 1e-9 <= math.log10(value) <= axis.high + 1e-9 for value, _ in ticks)


OFFSETS = st.tuples(st.floats(-1e15, 1e15), st.lists(st.floats(-1, 1), min_size=1, max_size=5), st.integers(-30, 15))
"""Values that differ by little beside what they have in common."""


@given(
    st.lists(st.floats(-1e150, 1e150), min_size=1, max_size=5)
    | OFFSETS.map(lambda drawn: [drawn[0] + 10.0 ** drawn[2] * value for value in drawn[1]])
)
def test_a_linear_axis_has_a_place_for_every_value_and_few_round_ticks(values: list[float]) -> None:
    axis = Axis.over(values, log=False)
    assert all(0 <= place <= 1000 for place in axis.positions(values, 1000))
    ticks = axis.ticks()
    assert len(ticks.marks) <= 2 * MOST_TICKS
    assert all(axis.low <= value <= axis.high for value, _ in ticks.marks)
    assert [value for value, _ in ticks.marks] == sorted({value for value, _ in ticks.marks})
    assert all(len(label) <= LONGEST_LABEL for _, label in ticks.marks)
    for value, label in ticks.marks:
        assert float(Decimal(label).scaleb(ticks.power) + ticks.offset) == value


@pytest.mark.parametrize(
    ("values", "labels", "before", "after"),
    [
        ([101325.0, 101325.1], ["0", "0.02", "0.04", "0.06", "0.08", "0.1"], "", " − 101,325"),
        ([1.7e9, 1.7e9 + 100], ["0", "20", "40", "60", "80", "100"], "", " − 1,700,000,000"),
        ([-1.7e9, -1.7e9 - 5], ["-5", "-4", "-3", "-2", "-1", "0"], "", " + 1,700,000,000"),
        ([1.7e9, 1.7e9 + 0.5], ["0", "0.1", "0.2", "0.3", "0.4", "0.5"], "", " − 1,700,000,000"),
        ([-1.5e-150, 0], ["-15", "-10", "-5", "0"], "", " / 10⁻¹⁵¹"),
        ([1e30, 1.00002e30], ["0", "5e24", "1e25", "1.5e25", "2e25"], "", " − 1e30"),
        ([3982034124.0002337, 3982034123.999595], ["-4e-4", "-2e-4", "0", "2e-4"], "", " − 3,982,034,124"),
        ([2.284039084063231e16, 2.284039084859713e16], ["2e6", "4e6", "6e6", "8e6"], "", " − 2.284039084e16"),
        ([1.0, 1 + 3e-14], ["0", "1e-14", "2e-14", "3e-14"], "", " − 1"),
        ([1.0, 1 - 2.5e-13], ["-25", "-20", "-15", "-10", "-5", "0"], "(", " − 1) / 10⁻¹⁴"),
        ([1013.2, 1013.9], ["1013.2", "1013.4", "1013.6", "1013.8"], "", ""),
        ([1e-9, 3e-9], ["1e-9", "1.5e-9", "2e-9", "2.5e-9", "3e-9"], "", ""),
    ],
)
def test_what_long_labels_have_in_common_is_said_once(
    values: list[float], labels: list[str], before: str, after: str
) -> None:
    ticks = Axis.over(values, log=False).ticks()
    assert ([label for _, label in ticks.marks], ticks.said_once) == (labels, (before, after))


@given(OFFSETS.map(lambda drawn: [drawn[0] + 10.0 ** drawn[2] * value for value in drawn[1]]), st.booleans())
def test_ticks_as_they_are_drawn_differ_and_what_they_leave_is_said_once(values: list[float], is_alone: bool) -> None:
    axis = Axis.over(values, log=False)
    panel = Frame("", axis, axis, ("across", "up"), (480, 380) if is_alone else (340, 280)).draw([], "")
    texts = [(each.get("text-anchor"), each.text or "") for each in ElementTree.fromstring(panel).iter("text")]
    names = [text for _, text in texts if "across" in text or "up" in text or "…" in text]
    for kind, name in zip(("middle", "end"), names, strict=True):
        labels = [text for anchor, text in texts if anchor == kind and text not in names]
        assert len({*labels}) == len(labels)
        scaled, offset = (re.findall(pattern, name) for pattern in (r"/ 10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", r" [−+] [\d.,e-]+"))
        assert len(scaled) <= 1
        assert len(offset) <= 1
        assert all(len(label) <= (LONGEST_SCALED if scaled else LONGEST_LABEL) for label in labels)


@pytest.mark.parametrize(
    ("values", "log", "labels"),
    [
        ([1e-5, 1e-1], True, ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"]),
        ([1, 1000], True, ["1", "10", "100", "1000"]),
        ([0.1, 1], True, ["0.1", "0.2", "0.5", "1"]),
        ([0.1], True, ["0.05", "0.1", "0.2"]),
        ([1, 1e38], True, ["1", "10⁸", "10¹⁶", "10²⁴", "10³²", "10⁴⁰"]),
        ([-4, 80], False, ["0", "20", "40", "60", "80"]),
        ([0], False, ["-1", "-0.5", "0", "0.5", "1"]),
        ([math.nan, math.inf, 0, -1], True, ["1", "2", "5", "10"]),
    ],
)
def test_ticks_stand_at_round_values(values: list[float], log: bool, labels: list[str]) -> None:
    assert [label for _, label in Axis.over(values, log=log).ticks().marks] == labels


def test_every_picture_is_a_file_of_its_own_that_asks_for_nothing() -> None:
    for picture in drawn(*SEED_GRID).values():
        root = ElementTree.fromstring(picture.file())
        assert root.get("role") == "img"
        assert root.get("aria-label") == picture.alt
        assert "prefers-color-scheme: dark" in picture.file().decode()
        assert not re.search(rb"href|url\(|@import|<script", picture.file())


def test_every_panel_says_in_words_what_it_shows() -> None:
    said = [ElementTree.fromstring(panel).get("aria-label") for panel in drawn(*SEED_GRID)["map.svg"].panels]
    assert said == ["100 epochs: 3 unfinished, 1 diverged", "5,000 epochs: 1 converged, 2 unfinished, 1 diverged"]


@pytest.mark.parametrize("points", [[point(epochs=20)], [point(epochs=20), point(lr=0.02, epochs=20)]], ids=len)
def test_marks_of_one_point_or_one_scale_lie_inside_their_frame(points: list[Point]) -> None:
    (panel,) = drawn(*points)["map.svg"].panels
    frame = ElementTree.fromstring(panel).find("svg")
    assert frame is not None
    _, _, width, height = map(int, (frame.get("viewBox") or "").split())
    places = [
        re.match(r"M(\d+) (\d+)", path.get("d") or "") for path in frame.iter("path") if path.find("title") is not None
    ]
    assert len(places) == len(points)
    assert all(place and 0 < int(place[1]) < width and 0 < int(place[2]) < height for place in places)


def test_states_are_told_apart_by_shape() -> None:
    assert len({mark(state, 0, 0, 10) for state in STATES}) == len(STATES)


def test_a_title_that_has_no_room_is_cut_and_stands_whole_in_the_words_of_the_panel() -> None:
    (panel,) = drawn(point(epochs=3, data=LONG.fingerprint), data=(LONG,))["fit.svg"].panels
    root = ElementTree.fromstring(panel)
    title = root.findtext("text")
    assert title is not None
    assert len(title) < 70
    assert title.endswith("…")
    assert LONG.name in (root.get("aria-label") or "")


@pytest.mark.parametrize("name", ["many", LONG.name])
def test_a_fit_says_how_many_of_its_readings_are_drawn(name: str) -> None:
    values = np.arange(5000.0)
    many = replace(OTHER, inputs=values[:, None], targets=values, name=name)
    (panel,) = drawn(point(epochs=3, lr=1e-9, data=many.fingerprint), data=(many,))["fit.svg"].panels
    root = ElementTree.fromstring(panel)
    assert (root.findtext("text") or "").endswith(": 500 of 5,000 readings drawn")
    assert (root.get("aria-label") or "").startswith("500 of 5,000 readings of ")
    (few,) = drawn(point(epochs=3))["fit.svg"].panels
    assert ElementTree.fromstring(few).findtext("text") == "thermometer"


def test_curves_say_how_many_of_them_are_drawn() -> None:
    (panel,) = drawn(*(point(lr=1e-6 * (1 + k), epochs=2) for k in range(MOST_CURVES + 1)))["curves.svg"].panels
    root = ElementTree.fromstring(panel)
    assert root.findtext("text") == "unfinished (201, 101 drawn)"
    assert root.get("aria-label") == "101 of 201 loss curves of unfinished runs"


def test_a_map_of_starts_says_so_in_words() -> None:
    pictures_of = drawn(*(point(init=(w, 0.0), lr=lr) for w in (1.0, 2.0) for lr in (1e-3, 1e-2)))
    assert pictures_of["map.svg"].alt.startswith("learning rate against init.w, ")


def test_names_along_an_axis_are_shown_as_they_are() -> None:
    odd = replace(OTHER, name="<a> & b")
    points = (point(epochs=50, scale=1.0, data=each.fingerprint) for each in (THERMOMETER, odd))
    (panel,) = drawn(*points, data=(THERMOMETER, odd))["map.svg"].panels
    texts = [each.text for each in ElementTree.fromstring(panel).iter("text")]
    assert {"thermometer", "<a> & b"} <= {*texts}
