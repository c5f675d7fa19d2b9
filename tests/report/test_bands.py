"""Curves and marks of settings with repeats: the values that are drawn, and that no run that diverged spoils them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sweep.report.band_pictures import draw_accuracy_bands, draw_bands
from sweep.report.bands import MOST_NAMED, BandLine, BandPanel, Middle, band_panels
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.drawing import shares
from sweep.report.findings import find
from sweep.report.map_picture import draw_map
from sweep.report.outcome_map import map_panels
from sweep.report.repeats import settings_of
from sweep.training.curve import Failure
from sweep.verdict.outcome import Outcome
from tests.conftest import THERMOMETER
from tests.problem import classes
from tests.report.made import OTHER, report, sweep
from tests.report.nets import net
from tests.report.seeded import seeded


@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 9), st.integers(1, 4)),
        elements=st.floats(1e-9, 1e9) | st.just(np.inf) | st.just(np.nan),
    )
)
def test_the_median_is_numpys_and_at_least_half_of_the_runs_are_in_the_band(curves: np.ndarray) -> None:
    made = Middle.of(list(curves))
    ordered = np.where(np.isnan(curves), np.inf, curves)
    with np.errstate(invalid="ignore"):
        median = np.median(ordered, axis=0)
    np.testing.assert_allclose(made.median, np.where(np.isnan(median), np.inf, median), rtol=1e-15)
    inside = ((ordered >= made.low) & (ordered <= made.high)).sum(axis=0)
    assert (2 * inside >= len(curves)).all()
    below, above = (ordered < made.low).sum(axis=0), (ordered > made.high).sum(axis=0)
    assert (4 * np.maximum(below, above) <= len(curves)).all()


def test_of_one_run_the_band_is_its_curve() -> None:
    made = Middle.of([np.array([3.0, 2.0, 1.0], np.float32)])
    assert made.epochs.tolist() == [1, 2, 3]
    assert made.low.tolist() == made.median.tolist() == made.high.tolist() == [3.0, 2.0, 1.0]


def test_few_settings_share_a_panel_and_have_numbers_and_many_have_one_for_each_outcome() -> None:
    plan, runs = sweep(*seeded(0.01, 0.035))
    (panel,) = band_panels(plan, settings_of(plan, runs))
    assert [line.name for line in panel.lines] == ["1: lr=0.01", "2: lr=0.035"]
    assert [line.outcome for line in panel.lines] == [Outcome.UNFINISHED, Outcome.DIVERGED]
    plan, runs = sweep(*seeded(*(0.01 + 0.004 * k for k in range(MOST_NAMED + 1)), seeds=range(2)))
    panels = band_panels(plan, settings_of(plan, runs))
    assert [(each.title, each.count) for each in panels] == [("mostly unfinished", 6), ("mostly diverged", 3)]
    assert {line.name for each in panels for line in each.lines} == {""}


def test_losses_on_other_data_stand_in_a_panel_of_their_own() -> None:
    points = [each for data in (THERMOMETER, OTHER) for each in seeded(0.01, seeds=range(2), data=data.fingerprint)]
    plan, runs = sweep(*points, data=(THERMOMETER, OTHER))
    assert [each.title for each in band_panels(plan, settings_of(plan, runs))] == ["thermometer", "other"]


def test_what_diverges_leaves_the_picture_and_what_falls_has_the_room() -> None:
    plan, runs = sweep(*seeded(0.01, 0.2, epochs=100))
    assert max(run.curve.final_loss for run in runs[:4] if run.curve) < 100
    picture = draw_bands(band_panels(plan, settings_of(plan, runs)), None)
    ticks = re.findall(r'text-anchor="end">([^<]+)<', picture.panels[0])
    assert len(ticks) > 1
    assert max(map(float, ticks)) <= 1000
    assert "1: lr=0.01; 2: lr=0.2" in picture.caption


def test_a_setting_without_a_result_is_not_drawn() -> None:
    points = seeded(0.01, 0.02, seeds=range(2))
    broken = {each.key: Failure("RuntimeError", "broke") for each in points[2:]}
    made = report(*points, failures=broken)
    (panel,) = band_panels(made.plan, made.findings.settings)
    assert [line.name for line in panel.lines] == ["1: lr=0.01"]
    assert "<title>lr=0.02 scale=0.1 epochs=60: 2 failed</title>" in made.files["map.svg"].decode()
    all_broken = report(*points, failures={each.key: Failure("RuntimeError", "broke") for each in points})
    assert "curves.svg" not in all_broken.files


def test_held_out_losses_have_a_median_beside() -> None:
    plan, runs = sweep(*seeded(0.01, holdout="0.3"))
    (panel,) = band_panels(plan, settings_of(plan, runs))
    (line,) = panel.lines
    held = np.array([run.curve.watched["holdout_loss"][-1] for run in runs if run.curve], np.float64)
    assert line.held is not None
    assert line.held.median[-1] == np.median(held)
    assert "median on what is held out" in draw_bands([panel], None).key()


def test_the_seed_is_no_axis_of_the_map_and_a_setting_has_one_mark() -> None:
    plan, runs = sweep(*seeded(0.01, 0.035, scale=0.1), *seeded(0.01, scale=0.05))
    (panel,), rest = map_panels(plan, runs, settings_of(plan, runs))
    assert (panel.across.name, panel.up.name, panel.title, rest) == ("lr", "scale", "60 epochs", [])
    assert {state: len(marks) for state, marks in panel.marks.items()} == {"UNFINISHED": 2, "DIVERGED": 1}
    assert panel.split == []


def test_a_mark_is_split_where_runs_of_a_setting_differ_and_says_how() -> None:
    points = seeded(0.01)
    made = report(*points, failures={points[0].key: Failure("RuntimeError", "broke")})
    (panel,), _ = map_panels(made.plan, made.runs, made.findings.settings)
    (split,) = panel.split
    assert {state: count for state, count in split.counts.items() if count} == {"UNFINISHED": 3, "FAILED": 1}
    assert split.mark in panel.points
    picture = draw_map([panel])
    assert "<title>lr=0.01 scale=0.1 epochs=60: 3 unfinished, 1 failed; mean final loss " in picture.panels[0]
    assert "runs differ: pale unfinished, dashed failed" in picture.key()
    assert "split by share" in picture.caption


def test_parts_of_a_split_mark_are_as_large_as_their_shares_and_differ_without_colour() -> None:
    drawn = shares({"CONVERGED": 3, "UNFINISHED": 0, "DIVERGED": 1}, 100, 100, 40, "said")
    part = r'class="(\w+)".*?fill-opacity="([\d.]+)".*? d="M100 100L(\S+ \S+)A40 40 0 (\d) 1 (\S+ \S+)z"'
    first, second = re.findall(part, drawn)
    assert first == ("CONVERGED", "1", "100 60", "1", "60 100")
    assert second == ("DIVERGED", "0", "60 100", "0", "100 60")
    assert drawn.startswith("<g><title>said</title>")


def test_pictures_of_models_tell_settings_apart_by_their_arguments() -> None:
    points = [net(THERMOMETER, width, seed=seed, scale=0.1) for width in (2, 4) for seed in range(3)]
    plan, runs = sweep(*points)
    curves = next(each for each in pictures(sections(plan, runs, find(plan, runs))) if each.name == "curves.svg")
    assert curves.caption.endswith("1: width=2; 2: width=4")


def test_accuracies_have_a_median_and_a_band_and_numbers_stay_in_the_frame() -> None:
    data = classes.table(60, 2, 2, 1)
    points = [
        classes.run(data, epochs=8, lr=lr, seed=seed, holdout="0.3") for lr in (0.5, 1.0, 2.0) for seed in range(3)
    ]
    made = report(*points, data=(data,))
    panels = band_panels(made.plan, made.findings.settings)
    (line, *_) = panels[0].lines
    ends = [run.curve.watched["holdout_accuracy"][-1] for run in made.runs[:3] if run.curve]
    assert line.accuracy is not None
    assert line.accuracy.median[-1] == np.median(ends)
    drawn = draw_accuracy_bands(panels)
    heights = sorted(int(y) for y in re.findall(r'y="(\d+)" font-size="120"', drawn.panels[0]))
    assert len(heights) == 3
    assert heights[0] >= 120
    assert min(np.diff(heights)) >= 130
    assert "1: lr=0.5; 2: lr=1; 3: lr=2" in drawn.caption
    assert "accuracy.svg" in made.files


def test_an_accuracy_that_is_not_known_counts_as_none() -> None:
    made = Middle.of([np.array([0.5, np.nan]), np.array([0.7, 0.9])], gone=0.0)
    assert made.median.tolist() == [0.6, 0.45]
    assert made.low.tolist() == [0.5, 0.0]


def level(number: int, height: float) -> BandLine:
    """A line that stays where it is."""
    middle = Middle.of([np.full(50, height)])
    return BandLine(f"{number}: lr={number}", Outcome.UNFINISHED, "", middle, None, middle)


@pytest.mark.parametrize("heights", [[1.0] * 5 + [0.01], [1.0] + [0.01] * 5, [1.0, 0.5, 0.1, 0.05, 0.01]])
def test_numbers_stand_apart_and_in_the_frame_and_in_the_order_of_their_lines(heights: list[float]) -> None:
    panel = BandPanel("", len(heights), [level(number, height) for number, height in enumerate(heights)])
    for picture in (draw_bands([panel], None), draw_accuracy_bands([panel])):
        (down,) = {int(each) for each in re.findall(r'viewBox="0 0 \d+ (\d{4})"', picture.panels[0])}
        found = re.findall(r'y="(\d+)" font-size="120">(\d)<', picture.panels[0])
        places = sorted((int(y), int(number)) for y, number in found)
        assert len(places) == len(heights)
        assert np.diff([y for y, _ in places]).min() >= 130
        assert places[0][0] >= 120
        assert places[-1][0] <= down
        assert [heights[number] for _, number in places] == sorted(heights, reverse=True)
