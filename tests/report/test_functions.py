"""Reports of training functions: what they name stands in tables and pictures, and nothing that they do not."""

import io
import re
from dataclasses import replace

import pandas as pd
import pytest

from sweep.report.bands import band_panels
from sweep.report.contents import sections
from sweep.report.files import Report, make
from sweep.report.findings import table
from sweep.report.judged_runs import Run, judged
from sweep.report.neighbours import asked
from sweep.report.outcome_map import map_panels
from sweep.report.panels import curve_panels
from sweep.tracking.record import SweepRecord
from sweep.training.curve import Curve
from tests.conftest import point
from tests.report import loops

GRID = [loops.of("square", settings={"lr": lr, "epochs": 50}, width=width) for lr in (0.1, 1.2) for width in (4, 8)]
REPEATS = [loops.of("noisy", settings={"seed": seed, "lr": lr}) for seed in range(3) for lr in (0.1, 0.3)]
NEGATIVE = [loops.of("likelihood", rate=rate, steps=steps) for rate in (-1.0, 0.01, 1.0) for steps in (10, 40)]
THEORY = re.compile(r"threshold|theory|variance|\btarget\b|epochs to go|tolerance and", re.IGNORECASE)


def told(made: SweepRecord) -> list[Run]:
    return judged(made.plan, made.results)


def headings(report: Report) -> list[str]:
    return [each.heading for each in sections(report.plan, report.runs, report.findings)]


@pytest.fixture(scope="module")
def grid() -> Report:
    return make(loops.swept(GRID))


def test_a_report_of_functions_has_what_they_name_and_says_nothing_of_theory(grid: Report) -> None:
    header, rows = table(grid.plan, grid.runs)
    assert header == [
        *("lr", "epochs", "problem.function.width", "outcome", "final loss"),
        *("weight", "path.0", "path.1", "slope", "tenth", "note"),
    ]
    assert rows[0][:5] == ["0.1", "50", "4", "UNFINISHED", "0.01"]
    assert float(rows[0][-2]) == pytest.approx(4 * 0.8**40)  # Yielded at every tenth epoch: the last that there is.
    assert headings(grid) == ["Where runs diverge", "What to try next", "Loss curves", "All runs", "What was asked"]
    for name in ("report.md", "report.html"):
        text = re.sub("<style>.*?</style>|<script>.*?</script>", "", grid.files[name].decode(), flags=re.DOTALL)
        assert THEORY.findall(text.replace("outcome.tolerance", "")) == []
    assert grid.findings.sentence.endswith(
        "2 unfinished, 2 diverged. Best so far: lr=0.1 epochs=50 problem.function.width=4, final loss 0.01."
    )


def test_runs_csv_has_columns_for_what_functions_take_and_name(grid: Report) -> None:
    read = pd.read_csv(io.BytesIO(grid.files["runs.csv"]))
    assert list(read)[:7] == [
        *("lr", "epochs", "problem", "problem.function._target_", "problem.function.width", "code", "data"),
    ]
    assert {"scale", "gradient", "dtype", "device", "takes", "delta"}.isdisjoint(read)
    for row, run in zip(read.to_dict("records"), grid.runs, strict=True):
        assert run.curve
        assert row["slope"] == run.curve.watched["slope"][-1]
        assert (row["weight"], row["path.1"]) == (run.curve.measured["weight"],) * 2
        assert row["initial_loss"] == run.curve.losses[0]


def test_functions_side_by_side_have_cells_for_what_each_names() -> None:
    two = [GRID[0], loops.of("likelihood", rate=0.1), loops.of("broken", settings={"lr": 0.01})]
    report = make(loops.swept(two))
    (text,) = io.BytesIO(report.files["runs.csv"]).read().decode().split("\n", 1)[1:]
    rows = pd.read_csv(io.StringIO(report.files["runs.csv"].decode()), dtype=str, keep_default_na=False)
    assert list(rows["epochs"]) == ["50", "", ""]
    assert list(rows["lr"]) == ["0.1", "", "0.01"]
    assert list(rows["problem.function.rate"]) == ["", "0.1", ""]
    assert [bool(each) for each in rows["slope"]] == [True, False, False]
    assert "nan" not in text
    assert "Each function" in headings(report)
    assert "Best so far for tests.report.loops.likelihood: " in report.findings.sentence


def test_the_map_has_arguments_of_functions_as_axes_and_is_not_there_without_two() -> None:
    for points, axes in (
        (GRID, ("lr", "problem.function.width")),
        (GRID[::2], ("lr", "epochs")),
        (NEGATIVE, ("rate", "steps")),
        (NEGATIVE[::2], ()),
    ):
        made = loops.swept(points)
        panels, rest = map_panels(made.plan, told(made))
        names = [each.name.removeprefix("problem.function.") for p in panels for each in (p.across, p.up)]
        assert (names, rest) == ([each.removeprefix("problem.function.") for each in axes], [])
        assert sum(len(panel.points) for panel in panels) == (len(points) if axes else 0)


def test_losses_below_0_lie_along_a_linear_axis_and_all_of_them_are_there() -> None:
    made = loops.swept(NEGATIVE)
    for panel in curve_panels(told(made)):
        lines = [line.losses for line in panel.lines]
        assert panel.log == (min(each.min() for each in lines) >= 0)
        assert all(len(each) in (10, 40) for each in lines) or panel.log
    unfinished, diverged = curve_panels(told(made))
    assert (unfinished.log, diverged.log) == (False, True)
    assert "loss against epoch on a log axis" in str(make(made).files["report.md"]).lower()


def test_repeats_of_functions_may_differ_in_length_and_have_means_of_what_they_name() -> None:
    report = make(loops.swept(REPEATS))
    read = pd.read_csv(io.BytesIO(report.files["settings.csv"]))
    assert list(read["runs"]) == [3, 3]
    ends = [run.curve.watched["holdout_loss"][-1] for run in report.runs[::2] if run.curve]
    assert read["holdout_loss_mean"][0] == pytest.approx(sum(ends) / 3)
    text = report.files["report.md"].decode()
    assert "| lr  | runs | % diverged | final loss | ±" in text
    assert "on what is held out, of 3 runs." in report.findings.sentence
    (panel,) = band_panels(report.plan, report.findings.settings)
    assert [line.losses.epochs[-1] for line in panel.lines] == [32, 32]  # As the longest.


def test_tasks_of_functions_are_told_apart_by_their_arguments() -> None:
    plan = loops.swept(GRID[:2]).plan
    assert [plan.apart(task) for task in plan.tasks] == [["problem.function.width=4"], ["problem.function.width=8"]]


def test_one_that_yields_once_has_a_report() -> None:
    made = loops.swept([loops.of("likelihood", rate=0.1, steps=1), loops.of("likelihood", rate=0.1, steps=2)])
    first = told(made)[0].curve
    assert isinstance(first, Curve)
    assert (len(first.losses), first.final_loss) == (0, 0.0)
    assert b"one loss alone" in make(made).files["report.md"]


def test_what_is_suggested_is_of_settings_that_a_function_takes_and_what_its_curve_says() -> None:
    def suggested(*points: object) -> list[str]:
        made = loops.swept(points)  # type: ignore[arg-type]
        return [why for _, why in asked(made.plan, told(made))]

    assert suggested(*NEGATIVE) == suggested(NEGATIVE[2]) == []
    slow = [loops.of("square", settings={"lr": lr, "epochs": 20}) for lr in (0.001, 0.01)]
    assert suggested(*slow) == [
        "the largest lr had the least loss: 3 times as large",
        "what had the least loss, 4 times as long",
    ]
    assert suggested(*GRID[::2]) == [  # It is on a plateau: more epochs would not help.
        "between the lr with the least loss and the next one, which diverged",
        "the smallest lr had the least loss: a third of it",
    ]
    gone = [replace(each, lr=lr) for each, lr in zip(GRID[2:], (1.2, 1.5), strict=True)]
    assert suggested(*gone) == ["every run diverged: a tenth of the smallest lr"]


def test_many_texts_of_a_setting_are_listed_up_to_a_bound() -> None:
    made = loops.swept([loops.of("likelihood", rate=0.1, steps=2, label=f"no {number}") for number in range(15)])
    assert b"- `problem.function.label`: no 0, no 1, no 2," in (page := make(made).files["report.md"])
    assert b"no 11 and 3 more" in page


def test_decay_that_a_function_may_take_is_not_its_sweeps() -> None:
    one = replace(GRID[0], weight_decay=0.1)
    assert (one.decay, point(weight_decay=0.1).decay) == (0.0, 0.1)
