"""Reports of classes: accuracy and confusions, bounds of the lr, what to try next; and no word of what is not known."""

import io

import numpy as np
import pandas as pd
import pytest

from sweep.plan.remarks import remarks
from sweep.problem.confusion import Confusion
from sweep.problem.fit import Fitted
from sweep.report import accuracy, bounded
from sweep.report.blocks import Table
from sweep.report.contents import sections
from sweep.report.findings import find
from sweep.report.panels import curve_panels
from sweep.report.theory import steps
from sweep.settings.schema import DType
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome
from tests.conftest import THERMOMETER, point
from tests.problem.classes import logistic, of, run, table, trained
from tests.report.made import report, sweep

DATA = table(60, 2, 3, 1)
POINTS = tuple(run(DATA, lr=lr, epochs=epochs, holdout="0.2") for lr in (0.01, 1.0) for epochs in (20, 400))


def tables(*headings: str) -> list[Table]:
    made = report(*POINTS, data=(DATA,))
    found = [s for s in sections(made.plan, made.runs, made.findings) if s.heading in headings]
    return [block for section in found for block in section.blocks if isinstance(block, Table)]


def test_confusions_count_each_sample_once_by_its_class_and_by_the_likeliest_one() -> None:
    plan, runs = sweep(*POINTS, data=(DATA,))
    best = find(plan, runs).best[plan.tasks[0]]
    train, held = tables("Classes")
    assert best.curve is not None
    for shown, rate in ((train, best.curve.measured["accuracy"]), (held, best.curve.watched["holdout_accuracy"][-1])):
        counts = np.array([[int(cell) for cell in row[1:]] for row in shown.rows])
        assert shown.header == ["class", "taken for a", "taken for b", "taken for c"]
        assert np.trace(counts) / counts.sum() == pytest.approx(float(rate), rel=1e-6)
        assert f"{np.trace(counts)} of {counts.sum()} samples" in shown.caption
    problem = plan.problems[plan.tasks[0]]
    assert [row[0] for row in train.rows] == list(DATA.classes)
    trains, kept = problem.confusion(Fitted("", 1.0, best.curve.parameters))
    assert (trains.counts.sum(axis=1) == np.bincount(problem.prepared.targets.astype(int))).all()
    assert (kept.counts.sum(), trains.counts.sum()) == (12, 48)


def test_of_many_classes_the_most_frequent_mistakes_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accuracy, "MOST_CLASSES", 2)
    train, _ = tables("Classes")
    assert train.header == ["class", "taken for", "samples"]
    counts = [int(row[2]) for row in train.rows]
    assert counts == sorted(counts, reverse=True)
    assert all(one != other for one, other, _ in train.rows)


def test_a_converged_curve_is_marked_at_its_end_where_nothing_says_when_it_came_within_tolerance() -> None:
    plan, runs = sweep(run(DATA, lr=1.0, epochs=400), run(DATA, lr=1.0, epochs=2000), data=(DATA,))
    (panel,) = curve_panels(runs)
    assert (panel.outcome, panel.marked, len(plan.points)) == (Outcome.CONVERGED, "last loss", 2)
    assert [line.mark.x for line in panel.lines if line.mark] == [401, 2001]


def test_accuracies_on_what_is_held_out_are_drawn_epoch_by_epoch() -> None:
    made = report(*POINTS, point(epochs=9), data=(DATA, THERMOMETER))
    panels = accuracy.accuracy_panels(made.runs)
    drawn = {each.setting: each for each in made.runs if each.point in POINTS}
    lines = [line for panel in panels for line in panel.lines]
    assert len(lines) == len(POINTS) == sum(panel.count for panel in panels)
    for line in lines:
        run_ = drawn[line.label.partition(":")[0]]
        assert run_.curve is not None
        followed = run_.curve.watched["holdout_accuracy"]
        assert line.parts.tolist() == followed[line.epochs - 1].tolist()
        assert (line.epochs[0], line.epochs[-1]) == (1, run_.point.epochs + 1)
    picture = made.files["accuracy.svg"].decode()
    assert all(line.label in picture for line in lines)
    assert "accuracy.svg" in made.files["report.md"].decode()
    assert "accuracy.svg" not in report(run(DATA, epochs=3), data=(DATA,)).files


def test_theory_tells_bounds_and_the_least_loss_and_predicts_nothing() -> None:
    (told,) = tables("Theory beside observation")
    known = logistic(DATA, holdout="0.2").convexity(POINTS[0])
    assert known is not None
    assert known.around is not None
    assert told.header[:3] == ["scale", "the loss falls below lr", "stable at the optimum below lr"]
    falls, stable, *_, least = told.rows[0][1:]
    assert float(falls) == pytest.approx(2 / known.curvature, rel=1e-5)
    assert float(stable) == pytest.approx(2 / known.around.largest, rel=1e-5)
    assert float(least) == pytest.approx(known.least_loss, rel=1e-5)
    said = report(*POINTS, data=(DATA,)).files["report.md"].decode()
    assert "predicted" not in said
    assert "None" not in said


def test_runs_csv_has_what_was_measured_and_leaves_it_out_of_other_problems() -> None:
    made = report(*POINTS, point(epochs=20), data=(DATA, THERMOMETER))
    read = pd.read_csv(io.BytesIO(made.files["runs.csv"]))
    for name in ("left", "lambda_max", "accuracy", "holdout_accuracy", "falls_below"):
        assert read[name].notna().tolist() == [True] * 4 + [False], name
    assert read["threshold"].notna().all()
    assert read["predicted"].notna().tolist() == [False] * 4 + [True]


def test_what_is_suggested_is_sure_to_fall_and_longer_runs_have_less_left() -> None:
    data = table(80, 2, 2, 5)
    plan, runs = sweep(*(run(data, lr=lr, epochs=100, dtype=DType.float64) for lr in (1e-3, 1e-2)), data=(data,))
    assert {each.state for each in runs} == {Outcome.UNFINISHED}
    (sure, why), (longer, _) = bounded.asked(plan, runs)
    known = logistic(data).convexity(sure)
    assert known is not None
    assert 0.9 * 2 / known.curvature < sure.lr < 2 / known.curvature
    assert "sure to fall" in why
    (curve,) = trained(data, sure)
    assert (np.diff(curve.losses) < 1e-15).all()
    assert judge(curve, sure, logistic(data), plan.tolerance).outcome is Outcome.CONVERGED
    assert (longer.lr, longer.epochs) == (1e-2, 400)
    commands = [step.command for step in steps(plan, runs, [])]
    assert len(commands) == 2
    assert f"lr={sure.lr}" in commands[0]


def test_an_lr_that_is_sure_to_fall_is_not_suggested_beside_a_larger_one_that_did_not_diverge() -> None:
    data = table(80, 2, 2, 5)
    known = logistic(data).convexity(run(data))
    assert known is not None
    assert known.around is not None
    lr = 1.96 / known.around.largest
    assert lr > 2 / known.curvature
    told = [why for _, why in bounded.asked(*sweep(run(data, lr=lr, epochs=3), data=(data,)))]
    assert told == ["the unfinished run with the least left, 4 times as long"]


def test_an_offset_of_the_inputs_is_named_as_the_cause_with_the_command_that_cures_it() -> None:
    data = table(80, 2, 2, 5, offset=50.0)
    plan, runs = sweep(run(data, lr=1e-4, epochs=300, dtype=DType.float64), data=(data,))
    asked = [(each, why) for each, why in bounded.asked(plan, runs) if "offset" in why]
    ((centred, why),) = asked
    assert centred.center
    assert "condition" in why
    (curve,) = trained(data, centred)
    assert judge(curve, centred, plan.problem(centred), plan.tolerance).outcome is Outcome.CONVERGED
    assert not any("offset" in why for _, why in bounded.asked(*sweep(run(DATA, lr=1e-3, epochs=5), data=(DATA,))))


@pytest.mark.parametrize("apart", [False, True])
def test_where_the_curvature_overflows_no_lr_is_suggested_and_the_report_is_made(apart: bool) -> None:
    data = of(DATA.inputs, (DATA.inputs[:, 0] > 0).astype(float)) if apart else DATA
    one = run(data, lr=0.1, epochs=5, scale=1e200, dtype=DType.float64)
    assert all("sure to fall" not in why for _, why in bounded.asked(*sweep(one, data=(data,))))
    assert "Theory" in report(one, data=(data,)).files["report.md"].decode()


def test_converged_runs_leave_nothing_to_try() -> None:
    plan, runs = sweep(run(DATA, lr=1.0, epochs=2000, dtype=DType.float64), data=(DATA,))
    assert [each.state for each in runs] == [Outcome.CONVERGED]
    assert steps(plan, runs, []) == []


def test_classes_told_apart_are_named_before_training_and_have_no_optimum_in_the_report() -> None:
    data = of(np.linspace(-1, 1, 20)[:, None], np.repeat([0.0, 1.0], 10))
    made = report(run(data, lr=1.0, epochs=50), data=(data,))
    (line,) = remarks(made.plan)
    assert "classes of all samples can be told apart without a doubt" in line
    assert "no optimum" in made.files["report.md"].decode()
    plain, _ = sweep(point(epochs=2))
    assert list(remarks(plain)) == []


def test_of_many_classes_the_most_frequent_mistakes_are_listed_and_the_others_counted() -> None:
    counts = np.ones((20, 20), np.intp)
    counts[3, 4] = 9
    found = Confusion("samples that train", tuple(f"c{place}" for place in range(20)), counts)
    (listed,) = accuracy._of_samples("own", found)
    assert isinstance(listed, Table)
    assert (listed.rows[0], len(listed.rows)) == (["c3", "c4", "9"], 30)
    assert "30 of 380 kinds of mistakes, the most frequent first" in listed.caption


def test_a_run_that_does_not_settle_is_not_to_be_tried_for_longer() -> None:
    data = table(60, 2, 2, 1)
    known = logistic(data).convexity(run(data))
    assert known is not None
    assert known.around is not None
    beyond = run(data, lr=3 / known.around.largest, epochs=300)
    plan, runs = sweep(run(data, lr=0.5, epochs=3000), beyond, data=(data,))
    assert [each.state for each in runs] == [Outcome.CONVERGED, Outcome.UNFINISHED]
    assert [promise.partition(" at which")[0] for _, promise in bounded.asked(plan, runs)] == ["the largest lr"]


def test_each_data_set_says_by_which_loss_its_run_is_the_best() -> None:
    data, other = table(60, 2, 2, 1), table(60, 2, 2, 2)
    for holdout, said in (
        ("0", "least final loss that"),
        ("0.2", "loss, on what is held out where some is,"),
    ):
        points = [run(each, holdout=holdout, epochs=20) for each in (data, other)]
        made = report(*points, data=(data, other))
        found = sections(made.plan, made.runs, made.findings)
        (each,) = (block for s in found if s.heading == "Each data set" for block in s.blocks)
        assert isinstance(each, Table)
        assert said in each.caption
