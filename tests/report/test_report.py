"""The report: its words, its numbers, and that it is a function of the store alone."""

import io
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweep import engine
from sweep.curve import Curve, Failure
from sweep.plan import Plan, Point
from sweep.report import findings, frames, page, pictures
from sweep.report.publish import Report, make
from sweep.settings import DType, Gradient
from sweep.tracking.record import SweepRecord
from tests import golden
from tests.conftest import THERMOMETER, Command, point

SEED_GRID = tuple(
    point(lr=lr, scale=scale, epochs=n) for lr in (1e-2, 1e-4) for scale in (1.0, 0.1) for n in (100, 5000)
)


def record(*points: Point, name: str | None = None, failures: dict[str, Failure] | None = None) -> SweepRecord:
    plan = Plan(points, {THERMOMETER.fingerprint: THERMOMETER}, 0.001, name)
    curves = zip(points, engine.in_process(points, plan.readings), strict=True)
    results = {each.key: curve for each, curve in curves} | (failures or {})
    return SweepRecord("summary", plan, results, {}, [])


def report(*points: Point, failures: dict[str, Failure] | None = None) -> Report:
    return make(record(*points, failures=failures))


def test_the_report_of_the_references_grid_reads_as_it_should() -> None:
    golden.check(Path(__file__).parent / "golden" / "seed.md", report(*SEED_GRID).files["report.md"].decode())


def test_the_same_sweep_gives_the_same_bytes() -> None:
    first, second = report(*SEED_GRID).files, report(*SEED_GRID).files
    assert sorted(first) == ["curves.png", "map.png", "provenance.json", "report.md", "runs.csv"]
    assert first == second


def test_a_report_made_again_from_a_moved_store_or_by_a_second_execution_is_the_same_bytes(
    command: Command, tmp_path: Path, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in next(Path("outputs").glob("sweep-*")).iterdir()}

    def without_provenance(files: dict[str, bytes]) -> dict[str, bytes]:
        return {name: content for name, content in files.items() if name != "provenance.json"}

    grid = ("lr=1e-2,1e-4", "scale=1,0.1", "epochs=100")
    command(*grid)
    first = read()
    shutil.rmtree(next(Path("outputs").glob("sweep-*")))
    command(module="sweep.report")
    assert read() == first

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "outputs").rename(elsewhere / "outputs")
    monkeypatch.chdir(elsewhere)
    shutil.rmtree(next(Path("outputs").glob("sweep-*")))
    assert command(module="sweep.report").code == 0
    assert read() == first

    fresh = tmp_path / "fresh"
    fresh.mkdir()
    monkeypatch.chdir(fresh)
    command(*grid)
    assert without_provenance(read()) == without_provenance(first)


def test_runs_csv_reads_back_exactly_inf_and_nan_included() -> None:
    made = report(*SEED_GRID)
    read = pd.read_csv(io.BytesIO(made.files["runs.csv"]), keep_default_na=False, dtype=str)
    assert list(read.columns) == list(made.runs.columns)
    assert read["key"].tolist() == [each.key for each in SEED_GRID]
    for text, value in zip(read["final_loss"], made.runs["final_loss"], strict=True):
        assert float(text) == value or (text == "nan" and math.isnan(value))
    assert read.loc[0, "first_inf"] == "10"
    assert read.loc[2, "first_inf"] == ""


def test_a_failed_point_and_one_that_did_not_run_are_counted_apart_and_leave_their_numbers_empty() -> None:
    points = (point(epochs=5), point(epochs=6), point(epochs=7))
    kept = record(*points, failures={points[1].key: Failure("RuntimeError", "broke")})
    results = {key: result for key, result in kept.results.items() if key != points[2].key}
    made = make(SweepRecord("summary", kept.plan, results, {}, []))
    assert made.runs["status"].tolist() == ["FINISHED", "FAILED", "NOT RUN"]
    assert made.findings.counts == {"CONVERGED": 0, "UNFINISHED": 1, "DIVERGED": 0, "FAILED": 1, "NOT RUN": 1}
    lines = made.files["runs.csv"].decode().splitlines()
    assert ",RuntimeError,broke," in lines[2]
    assert ",NOT RUN,,," in lines[3]
    assert "RuntimeError: broke" in made.files["report.md"].decode()


def test_a_sweep_in_which_every_point_failed_still_has_a_report() -> None:
    only = point(epochs=5)
    made = report(only, failures={only.key: Failure("RuntimeError", "broke")})
    assert made.findings.best is None
    assert "1 failed. No run is left that did not diverge" in made.findings.sentence
    assert "curves.png" not in made.files


def test_the_best_setting_is_the_least_final_loss_that_did_not_diverge() -> None:
    made = report(point(lr=1e-2, scale=1.0, epochs=100), point(lr=1e-2, epochs=2000), point(lr=1e-2, epochs=5000))
    assert made.findings.best == 2
    assert "Best: lr=0.01 scale=0.1 epochs=5000, final loss 2.92765." in made.findings.sentence


def test_without_a_converged_run_the_best_so_far_is_named_as_such() -> None:
    assert "Best so far, not converged: lr=0.01" in report(point(epochs=50)).findings.sentence


def test_any_setting_that_varies_has_a_column() -> None:
    made = report(point(epochs=5), point(epochs=5, init=(1.0, 2.0)))
    header, _ = findings.table(made.runs, made.plan.shown)
    assert header[:4] == ["lr", "scale", "epochs", "init.b"]


def test_settings_stand_exactly_and_results_to_six_digits() -> None:
    made = report(point(epochs=5, lr=0.0100000001), point(epochs=5, lr=0.0100000002))
    header, rows = findings.table(made.runs, made.plan.shown)
    assert [row[0] for row in rows] == ["0.0100000001", "0.0100000002"]
    assert rows[0][header.index("final loss")] == f"{made.runs['final_loss'].tolist()[0]:.6g}"


def test_delta_is_empty_where_it_is_not_used() -> None:
    central = (point(epochs=5, gradient=Gradient.finite_difference, delta=delta) for delta in (0.1, 0.2))
    made = report(point(epochs=5), *central)
    header, rows = findings.table(made.runs, made.plan.shown)
    assert [row[header.index("delta")] for row in rows] == ["", "0.1", "0.2"]
    read = pd.read_csv(io.BytesIO(made.files["runs.csv"]), keep_default_na=False, dtype=str)
    assert read["delta"].tolist() == ["", "0.1", "0.2"]


def test_a_sweep_whose_first_loss_is_not_finite_has_a_report() -> None:
    made = report(point(init=(1e25, 0.0), epochs=5))
    assert "the loss is inf from epoch 0" in made.files["report.md"].decode()


def test_a_stable_but_hopelessly_slow_run_is_told_apart_from_one_that_theory_gives_no_end() -> None:
    slow = report(point(lr=1e-40, epochs=5, dtype=DType.float64, init=(0.0, 0.0)))
    assert findings.note(findings.records(slow.runs)[0]) == "more than 4.6e+18 epochs to go"
    above = report(point(lr=0.03298, epochs=1, init=(5.4, 0.0)))
    assert findings.note(findings.records(above.runs)[0]) == "theory promises no end"


def test_outcomes_are_categorical_and_epochs_whole_numbers_that_may_be_missing() -> None:
    runs = report(*SEED_GRID).runs
    assert list(runs["outcome"].cat.categories) == ["CONVERGED", "UNFINISHED", "DIVERGED"]
    assert str(runs["first_within"].dtype) == "Int64"
    assert runs["first_within"].tolist()[3] == 1722


def test_cells_are_escaped_and_columns_line_up() -> None:
    lines = page.aligned(["a", "b"], [["x|y", "*bold*"], ["<script>", "two\nlines"]])
    assert lines[2] == r"| x\|y           | \*bold\*  |"
    assert lines[3] == "| &lt;script&gt; | two lines |"
    assert len({len(line) for line in lines}) == 1


def test_long_tables_are_cut_and_say_so() -> None:
    made = report(*(point(lr=0.001 * (1 + place), epochs=1) for place in range(page.MOST_ROWS + 3)))
    assert made.files["report.md"].decode().count("… and 3 more in `runs.csv`.") == 1


def test_the_map_holds_every_point_once_and_theorys_line_through_the_scales() -> None:
    made = report(*SEED_GRID)
    panels = pictures.map_panels(made.plan, made.runs)
    assert [panel.title for panel in panels] == ["100 epochs", "5,000 epochs"]
    drawn = [
        (lr, scale)
        for panel in panels
        for lrs, scales in panel.points.values()
        for lr, scale in zip(lrs, scales, strict=True)
    ]
    assert sorted(drawn) == sorted((each.lr, each.scale) for each in SEED_GRID)
    lr, scale = (np.array(axis) for axis in panels[0].threshold)
    assert lr == pytest.approx([2 / np.linalg.eigvalsh(_hessian(s))[1] for s in scale], rel=1e-9)


def _hessian(scale: float) -> "np.typing.NDArray[np.float64]":
    x = scale * np.array(THERMOMETER.inputs)
    return 2 / len(x) * np.array([[x @ x, x.sum()], [x.sum(), len(x)]])


def test_diverged_curves_are_drawn_to_their_last_finite_loss() -> None:
    kept = record(*SEED_GRID)
    panels = pictures.curve_panels(frames.runs_frame(kept.plan, kept.results), kept.results)
    epochs, losses = panels["DIVERGED"][0]  # type: ignore[index]
    first = kept.results[SEED_GRID[0].key]
    assert isinstance(first, Curve)
    assert epochs.tolist() == list(range(1, 11))
    assert losses.tolist() == first.losses[:10].tolist()


@pytest.mark.parametrize("count", [1, 2])
def test_one_point_or_one_scale_still_makes_pictures(count: int) -> None:
    files = report(*(point(lr=0.01 * (place + 1), epochs=20) for place in range(count))).files
    assert files["map.png"].startswith(b"\x89PNG")
    assert files["curves.png"].startswith(b"\x89PNG")


def test_a_report_is_asked_for_by_id_start_or_name(command: Command, ready_store: Path) -> None:
    command("epochs=5", "name=first")
    command("epochs=6")
    latest = command(module="sweep.report")
    assert "| 0.01 | 0.1   | 6 " in latest.out
    assert "| 0.01 | 0.1   | 5 " in command("first", module="sweep.report").out
    folder = next(Path("outputs").glob("first-*")).name
    assert "| 0.01 | 0.1   | 5 " in command(folder, module="sweep.report").out
    assert "| 0.01 | 0.1   | 5 " in command(folder.split("-")[1], module="sweep.report").out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nothing"], 1, "sweep nothing: 0 sweeps fit"),
        (["tracking.uri=sqlite:///none.db"], 1, "nothing there yet"),
        (["lr=1"], 1, "lr=1: not a key of this command"),
        (["one", "two"], 2, "one sweep at a time"),
        (["--flag"], 2, "unrecognized arguments"),
    ],
)
def test_a_report_that_cannot_be_made_says_why(
    command: Command, ready_store: Path, arguments: list[str], code: int, message: str
) -> None:
    command("epochs=5")
    said = command(*arguments, module="sweep.report")
    assert (said.code, message in said.err) == (code, True)
    assert "Traceback" not in said.err
