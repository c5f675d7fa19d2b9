"""The report as a whole: its words, its numbers, and that it is a function of the store alone."""

import io
import math
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from sweep.report import frames
from sweep.report.blocks import MOST_ROWS
from sweep.report.files import make
from sweep.report.frames import to_frame
from sweep.settings.schema import DType, Gradient
from sweep.tracking.record import SweepRecord
from sweep.training.curve import Failure
from tests import golden
from tests.conftest import THERMOMETER, Command, point
from tests.report.made import OTHER, SEED_GRID, named, record, report

BESIDE = ["curves.svg", "epochs.svg", "fit.svg", "map.svg", "provenance.json", "report.html", "report.md", "runs.csv"]


def test_the_report_of_the_references_grid_reads_as_it_should() -> None:
    golden.check(Path(__file__).parent / "golden" / "seed.md", report(*SEED_GRID).files["report.md"].decode())


def test_a_report_made_twice_from_a_moved_store_or_by_a_second_execution_is_the_same_bytes(
    command: Command, tmp_path: Path, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in next(Path("outputs").glob("sweep-*")).iterdir()}

    def without_provenance(files: dict[str, bytes]) -> dict[str, bytes]:
        return {name: content for name, content in files.items() if name != "provenance.json"}

    grid = ("lr=1e-2,1e-4", "scale=1,0.1", "epochs=2000")
    command(*grid)
    first = read()
    assert sorted(first) == BESIDE
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


def test_the_report_stands_on_the_summary_run_as_in_the_folder(command: Command, ready_store: Path) -> None:
    command("lr=1e-2,1e-4", "epochs=2000")
    (page,) = Path("outputs/artifacts").rglob("report.html")
    assert page.read_bytes() == next(Path("outputs").glob("sweep-*/report.html")).read_bytes()


def test_runs_csv_reads_back_exactly_inf_and_nan_included() -> None:
    made = report(*SEED_GRID)
    read = pd.read_csv(io.BytesIO(made.files["runs.csv"]), keep_default_na=False, dtype=str)
    frame = to_frame(made.plan, made.runs)
    assert list(read.columns) == list(frame.columns)
    assert read["key"].tolist() == [each.key for each in SEED_GRID]
    for text, value in zip(read["final_loss"], frame["final_loss"], strict=True):
        assert float(text) == value or (text == "nan" and math.isnan(value))
    assert read.loc[0, "first_inf"] == "10"
    assert read.loc[2, "first_inf"] == ""


def test_a_failed_point_and_one_that_did_not_run_are_counted_apart_and_leave_their_numbers_empty() -> None:
    points = (point(epochs=5), point(epochs=6), point(epochs=7))
    kept = record(*points, failures={points[1].key: Failure("RuntimeError", "broke")})
    results = {key: result for key, result in kept.results.items() if key != points[2].key}
    made = make(SweepRecord("summary", kept.plan, results, {}, []))
    assert to_frame(made.plan, made.runs)["status"].tolist() == ["FINISHED", "FAILED", "NOT RUN"]
    assert made.findings.counts == {"CONVERGED": 0, "UNFINISHED": 1, "DIVERGED": 0, "FAILED": 1, "NOT RUN": 1}
    lines = made.files["runs.csv"].decode().splitlines()
    assert ",RuntimeError,broke," in lines[2]
    assert ",NOT RUN,,," in lines[3]
    for page in ("report.md", "report.html"):
        assert "Failed to execute" in made.files[page].decode()
        assert "it tries again the 1 that failed and trains the 1 not yet run" in made.files[page].decode()


def test_a_sweep_in_which_every_point_failed_still_has_a_report() -> None:
    only = point(epochs=5)
    made = report(only, failures={only.key: Failure("RuntimeError", "broke")})
    assert made.findings.best == {}
    assert "1 failed. No run has a result." in made.findings.sentence
    assert sorted(made.files) == sorted({*BESIDE} - {"curves.svg", "epochs.svg"})


def test_delta_is_empty_where_it_is_not_used() -> None:
    central = (point(epochs=5, gradient=Gradient.finite_difference, delta=delta) for delta in (0.1, 0.2))
    made = report(point(epochs=5), *central)
    read = pd.read_csv(io.BytesIO(made.files["runs.csv"]), keep_default_na=False, dtype=str)
    assert read["delta"].tolist() == ["", "0.1", "0.2"]
    assert "| 0.01 | 0.1   | 5      | analytic          |       |" in made.files["report.md"].decode()


def test_outcomes_are_categorical_and_epochs_whole_numbers_that_may_be_missing() -> None:
    made = report(*SEED_GRID)
    frame = to_frame(made.plan, made.runs)
    assert list(frame["outcome"].cat.categories) == ["CONVERGED", "UNFINISHED", "DIVERGED"]
    assert str(frame["first_within"].dtype) == "Int64"
    assert frame["first_within"].tolist()[3] == 1722
    assert frame["threshold_ratio"].tolist()[0] == pytest.approx(29.4171, rel=1e-5)


def test_long_tables_are_cut_and_say_so_but_the_page_has_every_run() -> None:
    made = report(*(point(lr=0.001 * (1 + place), epochs=1) for place in range(MOST_ROWS + 3)))
    assert made.files["report.md"].decode().count("… and 3 more in `runs.csv`.") == 1
    assert made.files["report.html"].decode().count('<th scope="row">') > MOST_ROWS + 3


def test_a_sweep_over_several_data_sets_has_findings_for_each() -> None:
    points = [point(lr=0.05, scale=s, epochs=400, data=d.fingerprint) for d in (THERMOMETER, OTHER) for s in (0.1, 1.0)]
    made = report(*points, data=(THERMOMETER, OTHER))
    for page in ("report.md", "report.html"):
        text = made.files[page].decode()
        assert "4 points over 2 data sets: 1 converged, 1 unfinished, 2 diverged. Best" in text
        assert "Best for other: lr=0.05 scale=1 epochs=400, final" in text
        assert "Each data set" in text
        assert "No run" not in text
        assert "litres in l" in text
    assert "t_c in °C" in made.files["fit.svg"].decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"init": (1e25, 0.0)},
        {"init": (1e200, -1e308), "lr": 1e308, "dtype": DType.float64},
        {"scale": 1e300, "dtype": DType.float64},
        {"scale": 1.7e308, "lr": 1.7e308, "dtype": DType.float64},
        {"scale": 5e-324, "lr": 5e-324, "dtype": DType.float64},
        {"lr": 1e-40, "init": (0.0, 0.0), "dtype": DType.float64},
        {"lr": 1e30, "init": (-1e30, 1e-30)},
    ],
    ids=str,
)
def test_extreme_settings_have_a_report_with_pictures_that_can_be_read(changes: dict[str, Any]) -> None:
    for made in (report(point(epochs=5, **changes)), report(point(epochs=9), point(epochs=5, **changes))):
        for name, content in made.files.items():
            if name.endswith(".svg"):
                ElementTree.fromstring(content)
                assert not re.search(r"\b(nan|inf)\b", re.sub(r"<title>.*?</title>", "", content.decode()))


HOSTILE = "=<script>alert(1)</script>\"' onload=alert(2) |`*_[x](y)\x1b[2J\u202e"


def test_whatever_the_data_and_errors_are_called_the_files_show_it_and_obey_nothing() -> None:
    data, run = named(HOSTILE)
    broken = point(epochs=4, scale=1.0, data=data.fingerprint)
    fine = point(epochs=3)
    failure = Failure("Odd\nKind", f"{HOSTILE}\n-- gone")
    made = report(fine, run, broken, failures={broken.key: failure}, data=(THERMOMETER, data))
    html = made.files["report.html"].decode()
    assert html.count("<script>") == 1
    assert "\x1b" not in html
    assert "\u202e" not in html
    for name in ("map.svg", "fit.svg"):
        text = made.files[name].decode()
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        ElementTree.fromstring(text)
    assert "<script" not in re.sub("`[^`\n]*`", "", made.files["report.md"].decode())
    read = pd.read_csv(io.BytesIO(made.files["runs.csv"]), keep_default_na=False, dtype=str)
    assert read["data"].tolist() == ["thermometer", f"'{HOSTILE}", f"'{HOSTILE}"]
    assert read["error_message"].tolist()[2].startswith("'=<script>")


def test_no_setting_is_a_formula_in_a_spreadsheet() -> None:
    made = report(point(epochs=3))
    frame = frames.to_frame(made.plan, made.runs).assign(device='=HYPERLINK("x")')
    read = pd.read_csv(io.BytesIO(frames.to_csv(made.plan, frame)))
    assert read["device"].tolist() == ['\'=HYPERLINK("x")']


def test_the_page_names_nothing_outside_itself() -> None:
    html = report(*SEED_GRID).files["report.html"].decode()
    assert not re.search(r"(https?:|\bsrc=|\bhref=|@import|\burl\()", html.replace("http://www.w3.org", ""))
    assert "default-src 'none'" in html
