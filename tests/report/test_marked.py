"""What the map marks beside its runs: the best, and what to try next where it lies among them."""

import re
from dataclasses import replace

from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.findings import find
from sweep.report.leading import ahead
from sweep.report.map_picture import draw_map
from sweep.report.outcome_map import map_panels
from sweep.report.pictures import Picture
from sweep.report.theory import Step, outlook
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import DType
from tests.conftest import point
from tests.report.made import SEED_GRID, sweep
from tests.report.seeded import seeded


def pinned(drawn: str) -> list[tuple[str, str]]:
    return re.findall(r'<g class="step"><title>(\d+): .*?</title>.*?>(\d+)</text></g>', drawn)


def test_what_to_try_next_lies_on_the_panel_from_which_it_differs_in_the_axes_and_epochs_alone() -> None:
    plan, runs = sweep(*SEED_GRID)
    tried = {
        "among the runs of the panel that trains as long": point(lr=3e-3, scale=0.5, epochs=300),
        "longer than any": point(lr=1e-2, scale=1.0, epochs=9_000),
        "with another dtype": point(lr=3e-3, scale=0.5, dtype=DType.float64),
        "with another optimizer": replace(point(lr=3e-3), optimizer=OptimizerKind.adam),
        "far away": point(lr=3e-3, scale=1e-3),
        "as short as the shortest": point(lr=3e-3, scale=0.5, epochs=100),
    }
    steps = [Step("a command", why, each) for why, each in tried.items()] + [Step("", "the same again")]
    (short, long), _ = map_panels(plan, runs, steps=steps)
    assert [(mark.row, mark.x, mark.y) for mark in short.steps] == [(6, 3e-3, 0.5)]
    assert [(mark.row, mark.x, mark.y) for mark in long.steps] == [(1, 3e-3, 0.5), (2, 1e-2, 1.0)]
    assert long.steps[1].label == "2: lr=0.01 scale=1 epochs=9000: longer than any"
    assert [pinned(each) for each in draw_map([short, long]).panels] == [[("6", "6")], [("1", "1"), ("2", "2")]]


def test_steps_at_one_place_do_not_cover_one_another() -> None:
    plan, runs = sweep(*SEED_GRID[1::2])
    steps = [Step("a command", "more", point(lr=1e-2, scale=1.0, epochs=9_000 + more)) for more in range(6)]
    (panel,), _ = map_panels(plan, runs, steps=steps)
    assert len(panel.steps) == 6
    assert [number for number, _ in pinned(draw_map([panel]).panels[0])] == ["1", "2", "3", "4"]


def test_the_report_marks_the_best_run_and_its_own_suggestions_and_the_legend_says_so() -> None:
    plan, runs = sweep(*SEED_GRID)
    findings, steps = find(plan, runs), outlook(plan, runs).steps
    drawn = map_of(pictures(sections(plan, runs, findings)))
    assert [each.count('class="best"') for each in drawn.panels] == [0, 1]
    assert {("best ring", "best run"), ("step", "to try next")} <= {*drawn.legend}
    numbers = [number for each in drawn.panels for number, _ in pinned(each)]
    assert numbers
    assert all(f"{number}: " in drawn.panels[1] and steps[int(number) - 1].point for number in numbers)
    (bare, _), _ = map_panels(plan, runs)
    assert {kind for kind, _ in draw_map([bare]).legend}.isdisjoint({"best ring", "step"})


def test_of_repeats_the_best_setting_is_marked_by_its_row() -> None:
    plan, runs = sweep(*seeded(0.001, 0.02, 0.01))
    findings = find(plan, runs)
    assert set(ahead(plan, findings)) == {2}
    drawn = map_of(pictures(sections(plan, runs, findings)))
    assert drawn.panels[0].count('class="best"') == 1
    assert ("best ring", "best setting") in drawn.legend


def map_of(made: list[Picture]) -> Picture:
    return next(each for each in made if each.name == "map.svg")
