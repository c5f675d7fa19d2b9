"""Panels of curves side by side: which share a range, that the best stands out, and legends that say what is drawn."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.plan.point import Point
from sweep.report.accuracy import AccuracyLine, AccuracyPanel
from sweep.report.accuracy_picture import draw_accuracies
from sweep.report.axes import READABLE, Axis, are_own, side_by_side
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.findings import find
from sweep.report.leading import ahead
from sweep.report.panels import MOST_CURVES
from sweep.report.pictures import Picture
from sweep.verdict.outcome import Outcome
from tests.conftest import THERMOMETER, point
from tests.report.made import OTHER, SEED_GRID, sweep
from tests.report.seeded import seeded


def drawn(*points: Point, name: str = "curves.svg") -> Picture:
    plan, runs = sweep(*points, data=(THERMOMETER, OTHER))
    return next(each for each in pictures(sections(plan, runs, find(plan, runs))) if each.name == name)


def title(panel: str) -> str:
    return str(re.findall(r'class="title"[^>]*>([^<]*)<', panel)[0])


def upright(panel: str) -> list[str]:
    """Labels of the ticks at the left."""
    return re.findall(r'text-anchor="end">([^<]*)<', panel)


PANEL = st.lists(st.floats(1e-6, 1e6), max_size=4)


@given(st.lists(st.tuples(PANEL, st.booleans()), min_size=1, max_size=4))
def test_panels_share_a_range_where_each_stays_readable_and_all_have_a_place(
    panels: list[tuple[list[float], bool]],
) -> None:
    axes = side_by_side(panels)
    for (values, log), axis, is_own in zip(panels, axes, are_own(axes), strict=True):
        alone = Axis.over(values, log)
        assert axis.log == log
        assert all(0 <= place <= 1000 for place in axis.positions(values, 1000))
        assert not values or alone.high - alone.low >= READABLE * (axis.high - axis.low) * (1 - 1e-9)
        assert not (is_own and values) or axis == alone
    filled = [Axis.over(values, log) for values, log in panels if values]
    for one, other in itertools.pairwise(filled):
        length = max(one.high, other.high) - min(one.low, other.low)
        together = one.log == other.log and min(each.high - each.low for each in (one, other)) >= READABLE * length
        assert not together or len(set(axes)) < len(panels), "two that could share do, or others do in their place"


def test_what_converged_and_what_is_unfinished_share_a_range_and_what_left_it_says_that_it_has_its_own() -> None:
    converged, unfinished, diverged = drawn(*SEED_GRID).panels
    assert upright(converged) == upright(unfinished) == ["10", "100", "1000"]
    assert upright(diverged) != upright(converged)
    assert list(map(title, (converged, unfinished, diverged))) == [
        "converged (1)",
        "unfinished (5)",
        "diverged (2), own y-range",
    ]
    assert "own y-range" in re.findall('aria-label="([^"]*)"', diverged)[0]


def test_what_diverged_within_some_decades_shares_the_range_too_and_one_panel_says_nothing() -> None:
    picture = drawn(point(epochs=20), point(lr=0.034, epochs=20))
    assert list(map(title, picture.panels)) == ["unfinished (1)", "diverged (1)"]
    assert upright(picture.panels[0]) == upright(picture.panels[1])
    assert title(drawn(point(epochs=20)).panels[0]) == "unfinished (1)"


def test_the_best_run_is_drawn_of_however_many_and_last_in_ink_and_the_legend_names_it() -> None:
    rates = [1e-6 * (1 + number) for number in range(MOST_CURVES + 1)]
    picture = drawn(*(point(lr=lr, epochs=2) for lr in rates))
    (panel,) = picture.panels
    assert title(panel) == "unfinished (201, 101 drawn)"
    rates[199] = 2e-3  # Which is none of every second.
    picture = drawn(*(point(lr=lr, epochs=2) for lr in rates))
    (panel,) = picture.panels
    assert title(panel) == "unfinished (201, 102 drawn)"
    assert re.findall(r'class="best" data-row="(\d+)"', panel) == ["200"]
    assert panel.index('class="best"') > max(at.start() for at in re.finditer('class="lines', panel))
    assert panel.count('data-row="200"') == 2, "its curve and its mark"
    assert "best so far: lr=0.002" in picture.key()
    assert "best so far: lr=0.002" in picture.file().decode()


def test_of_tasks_that_do_not_compare_each_has_its_best_and_where_nothing_varies_none_has() -> None:
    points = [point(lr=lr, epochs=9, data=data.fingerprint) for data in (THERMOMETER, OTHER) for lr in (1e-4, 1e-3)]
    plan, runs = sweep(*points, data=(THERMOMETER, OTHER))
    best = ahead(plan, find(plan, runs))
    assert list(best.values()) == ["best so far of thermometer: lr=0.001", "best so far of other: lr=0.001"]
    assert list(best) == [2, 4]
    picture = drawn(*points)
    assert "best of each, named below" in picture.key()
    assert picture.caption.endswith("Best so far of thermometer: lr=0.001; best so far of other: lr=0.001")
    for few in ([point(epochs=9)], seeded(0.01, seeds=range(3))):
        plan, runs = sweep(*few)
        assert ahead(plan, find(plan, runs)) == {}
        assert "best" not in drawn(*few).key()


def test_of_settings_with_repeats_the_best_stands_out_by_its_number_among_settings() -> None:
    picture = drawn(*seeded(1e-3, 1e-2, 3e-2))
    (panel,) = picture.panels
    assert re.findall(r'class="best" data-row="(\d+)"', panel) == ["3"]
    assert "best so far: lr=0.03" in picture.key()
    assert picture.caption.endswith("1: lr=0.001; 2: lr=0.01; 3: lr=0.03")


RISING = [point(lr=1e-2, scale=1.0), point(lr=0.034, epochs=50)]
FAR = [point(lr=1e-5, epochs=9)]


@pytest.mark.parametrize(
    "points", [SEED_GRID, seeded(1e-3, 1e-2), RISING, FAR], ids=["lines", "bands", "rising", "far"]
)
def test_a_legend_has_what_is_drawn_and_nothing_else(points: list[Point]) -> None:
    picture = drawn(*points)
    panels = "".join(picture.panels)
    for kind in ("theory second", "best", "lines second"):
        assert any(each.startswith(kind) for each, _ in picture.legend) == bool(
            re.search(f'class="[^"]*{kind}', panels)
        )
    for outcome in Outcome:
        assert any(kind == outcome for kind, _ in picture.legend) == (f'class="marks {outcome}"' in panels)


def test_accuracies_share_their_range_too_and_the_best_stands_out() -> None:
    def panel(outcome: Outcome, row: int, *parts: float) -> AccuracyPanel:
        return AccuracyPanel(outcome, 1, [AccuracyLine(np.arange(1, len(parts) + 1), np.array(parts), "told", row)])

    found = [panel(Outcome.CONVERGED, 7, 0.5, 0.9, 1.0), panel(Outcome.UNFINISHED, 8, 0.4, 0.6, 0.7)]
    picture = draw_accuracies(found, {7: "best: lr=1"})
    assert upright(picture.panels[0]) == upright(picture.panels[1])
    assert ['class="best"' in each for each in picture.panels] == [True, False]
    assert "best: lr=1" in picture.key()
    apart = draw_accuracies([panel(Outcome.CONVERGED, 7, 0.9999, 1.0), panel(Outcome.UNFINISHED, 8, 0.1, 0.7)])
    assert [title(each) for each in apart.panels] == ["converged (1), own y-range", "unfinished (1), own y-range"]
    assert apart.key() == ""
