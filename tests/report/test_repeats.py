"""Runs that differ in their seed alone: one setting, its numbers, and how the report tells it."""

import io
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.plan.plan import Plan
from sweep.plan.repeats import settings as grouped
from sweep.report.files import make
from sweep.report.findings import find
from sweep.report.frames import to_frame
from sweep.report.judged_runs import Run, judged
from sweep.report.repeats import FINAL, Average, Setting, best_of, settings_of
from sweep.report.repeats_frame import repeats_frame
from sweep.report.repeats_told import how_many, table
from sweep.report.theory import steps
from sweep.settings.schema import Start
from sweep.tracking.record import SweepRecord
from sweep.training.curve import Curve, Failure
from sweep.verdict.outcome import Outcome
from tests import golden
from tests.conftest import THERMOMETER, point
from tests.report.made import record, sweep
from tests.report.nets import net
from tests.report.seeded import seeded

SWEPT = seeded(0.01, 0.03, 0.035)
"""Four of each lr; those of the last diverge."""


def with_ends(finals: Sequence[float], lr: float = 0.01, held: float | None = None) -> list[Run]:
    """Judged runs of a setting: their final losses, inf of one that diverged, and the loss that all have held out."""
    points = seeded(lr, seeds=range(len(finals)), epochs=2)
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    watched = {} if held is None else {"holdout_loss": np.full(3, held)}
    curves = {
        each.key: Curve(np.array([100.0, 90.0]), (1.0, 1.0), final, False, watched)
        for each, final in zip(points, finals, strict=True)
    }
    return judged(plan, curves)


def test_the_numbers_of_a_setting_are_those_of_pandas() -> None:
    plan, runs = sweep(*seeded(0.01, 0.02, 0.03, 0.035, epochs=570))
    frame = to_frame(plan, runs)
    standing = frame[frame["outcome"] != "DIVERGED"].groupby("lr", observed=True)["final_loss"]
    within = frame[frame["outcome"] == "CONVERGED"].groupby("lr", observed=True)["first_within"].median()
    shares = pd.crosstab(frame["lr"], frame["outcome"], normalize="index")
    found = settings_of(plan, runs)
    assert [each.point.lr for each in found] == [0.01, 0.02, 0.03, 0.035]
    assert {run.state for run in runs} == {"CONVERGED", "UNFINISHED", "DIVERGED"}
    for each in found:
        lr = each.point.lr
        assert each.share(Outcome.CONVERGED) == shares["CONVERGED"][lr]
        assert each.share(Outcome.DIVERGED) == shares["DIVERGED"][lr]
        assert each.epochs_to_tolerance == within.get(lr)
        if average := each.average(FINAL):
            assert average.runs == standing.count()[lr]
            assert average.mean == pytest.approx(standing.mean()[lr], rel=1e-14)
            assert average.deviation == pytest.approx(standing.std()[lr], rel=1e-12)
        else:
            assert lr not in standing.count()


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9), data=st.data())
def test_the_order_of_numbers_changes_neither_mean_nor_deviation(values: list[float], data: st.DataObject) -> None:
    assert Average.of(data.draw(st.permutations(values))) == Average.of(values)


def test_of_one_number_there_is_no_deviation_and_one_that_is_not_finite_leaves_no_mean() -> None:
    assert Average.of([2.5]) == (1, 2.5, None)
    assert Average.of([1.0, math.inf])[:2] == (2, math.inf)
    assert math.isnan(Average.of([1.0, math.nan]).mean)


def test_the_order_of_seeds_changes_nothing_but_the_order() -> None:
    plan, runs = sweep(*SWEPT)
    turned, other = sweep(*seeded(0.01, 0.03, 0.035, seeds=(3, 1, 0, 2)))
    assert table(turned, settings_of(turned, other)) == table(plan, settings_of(plan, runs))
    assert find(turned, other).sentence == find(plan, runs).sentence
    assert turned.sweep_id == plan.sweep_id


def test_settings_stand_in_the_order_of_the_plan_wherever_their_seeds_are() -> None:
    across = [point(lr=lr, seed=seed, start=Start.random) for seed in (1, 0) for lr in (0.02, 0.01)]
    assert grouped(across) == [[0, 2], [1, 3]]


def test_points_that_differ_in_more_than_their_seed_have_no_repeats() -> None:
    plan, runs = sweep(*(point(lr=0.01 / (1 + seed), seed=seed, start=Start.random, epochs=5) for seed in range(3)))
    assert settings_of(plan, runs) == []
    made = make(record(*plan.points))
    assert "settings.csv" not in made.files
    assert "3 points: " in made.findings.sentence


def test_all_of_a_setting_diverged() -> None:
    plan, runs = sweep(*seeded(0.035, 0.04))
    first, _ = found = settings_of(plan, runs)
    assert (first.average(FINAL), first.share(Outcome.DIVERGED), first.epochs_to_tolerance) == (None, 1.0, None)
    header, rows = table(plan, found)
    assert dict(zip(header, rows[0], strict=False))["% diverged"] == "100"
    assert rows[0][header.index("final loss") :] == ["", ""]
    sentence = "2 settings, 8 runs: 0 converged"
    assert find(plan, runs).sentence == (
        "Of those tried, every lr from 0.035 to 0.04 diverges. 2 settings, 8 runs: 8 diverged."
        " Every run that has a result diverged."
    ), sentence


def test_a_seed_that_failed_or_was_not_run_is_counted_and_no_part_of_any_share() -> None:
    kept = record(*SWEPT[:8], failures={SWEPT[1].key: Failure("RuntimeError", "broke")})
    results = {key: result for key, result in kept.results.items() if key != SWEPT[2].key}
    made = make(SweepRecord("summary", kept.plan, results, {}, []))
    first, second = made.findings.settings
    assert (first.counts["FAILED"], first.counts["NOT RUN"], first.judged) == (1, 1, 2)
    assert (first.share(Outcome.CONVERGED), first.share(Outcome.UNFINISHED)) == (0, 1)
    average = first.average(FINAL)
    assert average is not None
    assert average.runs == 2
    assert how_many(first) == "2 of 4 runs (2 without a result)"
    assert how_many(second) == "4 runs"
    assert how_many(Setting(1, "some", tuple(with_ends([20.0, 30.0, math.inf])))) == "2 of 3 runs (1 diverged)"
    header, rows = table(made.plan, made.findings.settings)
    assert [dict(zip(header, row, strict=False))["failed"] for row in rows] == ["1", "0"]
    for page in ("report.md", "report.html"):
        assert "Failed to execute" in made.files[page].decode()


def test_settings_with_and_without_repeats_stand_side_by_side() -> None:
    plan, runs = sweep(point(epochs=60), *SWEPT[:4])
    alone, repeated = settings_of(plan, runs)
    assert (len(alone.runs), len(repeated.runs)) == (1, 4)
    assert alone.name == "lr=0.01 scale=0.1 epochs=60 start=given"
    assert repeated.name == "lr=0.01 scale=0.1 epochs=60 start=random"
    header, (row, _) = table(plan, [alone, repeated])
    assert row[header.index("final loss") + 1] == ""
    assert "2 settings, 5 runs" in find(plan, runs).sentence


def test_the_best_setting_has_the_least_mean_and_not_the_best_run() -> None:
    steady, lucky = with_ends([30.0, 31.0, 32.0], lr=0.01), with_ends([10.0, 60.0, 61.0], lr=0.02)
    found = [Setting(1, "steady", tuple(steady)), Setting(2, "lucky", tuple(lucky))]
    assert best_of(found)[point().task].name == "steady"


def test_a_setting_of_which_most_runs_diverged_is_not_the_best_while_others_stand() -> None:
    wild, tame = with_ends([1.0, math.inf, math.inf], lr=0.01), with_ends([30.0, 31.0], lr=0.02)
    found = [Setting(1, "wild", tuple(wild)), Setting(2, "tame", tuple(tame))]
    assert best_of(found)[point().task].name == "tame"
    assert best_of(found[:1])[point().task].name == "wild"


def test_where_samples_are_held_out_their_mean_loss_decides() -> None:
    learnt, general = with_ends([10.0, 11.0], held=50.0), with_ends([30.0, 31.0], lr=0.02, held=40.0)
    found = [Setting(1, "learnt", tuple(learnt)), Setting(2, "general", tuple(general))]
    assert best_of(found)[point().task].name == "general"


def test_of_what_is_held_out_there_are_means_and_the_sentence_says_them() -> None:
    plan, runs = sweep(*seeded(0.01, 0.02, epochs=300, holdout="0.3"))
    held = [average.mean for each in settings_of(plan, runs) if (average := each.average("holdout_loss"))]
    assert held == pytest.approx(to_frame(plan, runs).groupby("lr")["holdout_loss"].mean().tolist(), rel=1e-14)
    assert " on what is held out, of 4 runs." in find(plan, runs).sentence


def test_the_table_of_settings_is_that_of_pandas_and_stands_in_a_file() -> None:
    made = make(record(*SWEPT))
    frame = repeats_frame(made.plan, record(*SWEPT).results)
    assert frame["runs"].tolist() == [4, 4, 4]
    assert "seed" not in frame
    assert frame[["converged", "unfinished", "diverged", "failed", "not_run"]].sum(axis=1).tolist() == [4, 4, 4]
    read = pd.read_csv(io.BytesIO(made.files["settings.csv"]))
    assert list(read.columns) == list(frame.columns)
    for name in ("lr", "final_loss_mean", "final_loss_std", "share_diverged", "first_within_median"):
        np.testing.assert_array_equal(read[name], frame[name])


def test_without_repeats_the_table_has_a_row_a_run() -> None:
    kept = record(point(epochs=5), point(epochs=6))
    frame = repeats_frame(kept.plan, kept.results)
    assert frame["runs"].tolist() == [1, 1]
    assert frame["final_loss_std"].isna().all()
    assert frame["final_loss_mean"].tolist() == [
        run.curve.final_loss for run in judged(kept.plan, kept.results) if run.curve
    ]


def test_the_report_of_a_sweep_with_repeats_reads_as_it_should() -> None:
    made = make(record(*seeded(0.01, 0.03, 0.034, seeds=range(3), epochs=575)))
    golden.check(Path(__file__).parent / "golden" / "repeats.md", made.files["report.md"].decode())


def test_many_settings_with_repeats_make_a_page_in_which_the_first_ones_show() -> None:
    made = make(record(*seeded(*(1e-5 * (1 + k) for k in range(510)), seeds=range(2), epochs=2)))
    page, text = made.files["report.html"].decode(), made.files["report.md"].decode()
    assert page.count("<tr hidden>") == 310 + 820
    assert "… and 10 more in `settings.csv`." in text
    assert len(made.files["settings.csv"].decode().splitlines()) == 511


def test_models_have_repeats_by_their_seed_and_data_sets_their_own_best() -> None:
    points = [replace(net(THERMOMETER, width), seed=seed, scale=0.1) for width in (2, 4) for seed in range(3)]
    plan, runs = sweep(*points)
    assert [len(each.runs) for each in settings_of(plan, runs)] == [3, 3]
    text = make(record(*points)).files["report.md"].decode()
    assert "its mean final loss" in text
    assert " ± " in find(plan, runs).sentence


def test_the_typical_run_is_in_the_middle_of_those_that_found_what_most_did() -> None:
    tame = Setting(1, "tame", tuple(with_ends([30.0, 10.0, 20.0, math.inf, math.inf])))
    assert tame.typical.curve is not None
    assert tame.typical.curve.final_loss == 20.0
    assert tame.typical.point.seed == 0
    assert Setting(2, "wild", tuple(with_ends([1.0, math.inf, math.inf]))).typical.state == Outcome.DIVERGED


def test_what_to_try_next_of_models_is_by_what_most_seeds_did() -> None:
    """With the larger lr one run in three ends lower than any other, and two diverge: that lr is not the way."""
    points = [replace(net(THERMOMETER, 4), seed=seed, lr=lr) for lr in (0.01, 0.1) for seed in range(3)]
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    ends = [30.0, 31.0, 32.0, 10.0, math.inf, math.inf]
    curves = {
        each.key: Curve(np.array([100.0] * 40), (1.0,) * 33, final, False, measured={"left": 5.0})
        for each, final in zip(points, ends, strict=True)
    }
    runs = judged(plan, curves)
    found = steps(plan, runs, [], settings_of(plan, runs))
    promises = [step.promise for step in found]
    assert "between the lr with the least loss and the next one, which diverged" in promises
    assert not any("times as large" in promise for promise in promises)
    assert found
    assert all("seed=0,1,2" in step.command.split() for step in found)
