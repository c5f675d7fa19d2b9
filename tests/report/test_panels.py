"""What the pictures of curves, fits and epochs show, as values: exact numbers, marked where something happened."""

import numpy as np
import pytest

from sweep.problem.line import FAHRENHEIT
from sweep.report import panels
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.findings import find
from sweep.report.fit import fits
from sweep.report.judged_runs import judged
from sweep.report.panels import curve_panels, epochs_panel
from sweep.report.theory import compare
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, point
from tests.report.made import OTHER, SEED_GRID, record, sweep


def test_curves_are_drawn_to_their_last_finite_loss_and_marked_where_they_left() -> None:
    kept = record(*SEED_GRID)
    diverged = curve_panels(judged(kept.plan, kept.results))[-1]
    first = kept.results[SEED_GRID[0].key]
    assert isinstance(first, Curve)
    assert diverged.lines[0].epochs.tolist() == list(range(1, 11))
    assert diverged.lines[0].losses.tolist() == first.losses[:10].tolist()
    assert diverged.lines[0].mark is not None
    assert diverged.lines[0].mark[:2] == (10, float(first.losses[9]))


def test_a_converged_curve_is_marked_where_it_came_within_tolerance_and_an_unfinished_one_at_its_end() -> None:
    kept = record(*SEED_GRID)
    converged, unfinished, _ = curve_panels(judged(kept.plan, kept.results))
    curve = kept.results[SEED_GRID[3].key]
    assert isinstance(curve, Curve)
    assert converged.lines[0].mark is not None
    assert converged.lines[0].mark[:2] == (1723, float(curve.losses[1722]))
    assert 1723 in converged.lines[0].epochs.tolist()
    short, end = kept.results[SEED_GRID[2].key], unfinished.lines[0].mark
    assert isinstance(short, Curve)
    assert end is not None
    assert end[:2] == (101, short.final_loss)
    assert (unfinished.count, len(unfinished.lines)) == (5, 5)


def test_a_curve_that_rises_but_stays_finite_is_not_marked_as_having_left() -> None:
    (panel,) = curve_panels(sweep(point(lr=0.034, epochs=50))[1])
    assert panel.lines[0].mark is None


def test_a_curve_whose_first_loss_is_not_finite_is_empty() -> None:
    (panel,) = curve_panels(sweep(point(init=(1e25, 0.0), epochs=5))[1])
    assert (len(panel.lines[0].epochs), len(panel.lines[0].losses), panel.lines[0].mark) == (0, 0, None)


def test_a_long_curve_keeps_its_first_and_last_epoch_and_of_many_curves_evenly_many_are_drawn() -> None:
    count = panels.MOST_CURVES + 1
    (panel,) = curve_panels(sweep(*(point(lr=1e-6 * (1 + k), epochs=300) for k in range(count)))[1])
    assert panel.count == count
    assert len(panel.lines) == 101
    for line in panel.lines:
        assert len(line.epochs) == panels.CURVE_POINTS
        assert (line.epochs[0], line.epochs[-1]) == (1, 301)


def test_the_fit_undoes_the_scaling_and_stands_beside_least_squares_and_the_known_relation() -> None:
    plan, runs = sweep(*SEED_GRID)
    shown, rest = fits(plan, find(plan, runs).best)
    ((label, fit),) = shown
    slope, intercept = np.polyfit(THERMOMETER.inputs[:, 0], THERMOMETER.targets, 1)
    best, squares, known = fit.relations
    assert rest == []
    assert label == "thermometer"
    assert fit.columns == ("slope", "intercept in °C", "root mean squared error in °C")
    assert best.numbers[:2] == (5.367083549499512 * 0.1, -17.301189422607422)
    assert squares.numbers[:2] == pytest.approx((slope, intercept), rel=1e-12)
    assert (known.role, known.kind, known.description, *known.numbers[:2]) == FAHRENHEIT
    assert known.predict is not None
    assert (known.predict(212), known.predict(32)) == pytest.approx((100, 0))
    assert known.numbers[0] * 212 + known.numbers[1] == pytest.approx(100)
    assert best.numbers[2] ** 2 == pytest.approx(2.92765, abs=1e-5)
    assert fit.axes == ("t_u", "t_c in °C")


def test_degrees_and_the_known_relation_are_told_of_the_thermometer_alone() -> None:
    plan, runs = sweep(point(epochs=5, data=OTHER.fingerprint), data=(OTHER,))
    ((_, fit),) = fits(plan, find(plan, runs).best)[0]
    assert [line.kind for line in fit.relations] == ["best run", "least squares"]
    files = [picture.file().decode() for picture in pictures(sections(plan, runs, find(plan, runs)))]
    assert "litres in l" in "".join(files)
    assert "°C" not in "".join(files)


def test_without_a_run_that_stands_the_fit_is_least_squares_alone() -> None:
    plan, runs = sweep(point(scale=1.0, epochs=50))
    ((_, fit),) = fits(plan, find(plan, runs).best)[0]
    assert [line.kind for line in fit.relations] == ["least squares", "known relation"]


def test_predicted_epochs_lie_along_and_observed_ones_upright() -> None:
    _, runs = sweep(point(), point(lr=0.0325))
    panel = epochs_panel(compare(runs).timed)
    assert panel is not None
    assert (1723, 1723) in [mark[:2] for mark in panel.marks]
    assert epochs_panel([]) is None
