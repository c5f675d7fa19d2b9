"""Reports of models: their fit from what was kept of their outputs, their tables, headline, and what to try next."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweep.plan.plan import Plan
from sweep.plan.remarks import remarks
from sweep.problem.choice import problems
from sweep.problem.network import Network
from sweep.report import files, trained
from sweep.report.blocks import Items, Section, Table, pictures
from sweep.report.contents import sections
from sweep.report.escape import in_terminal
from sweep.report.findings import find, table
from sweep.report.fit import fits, fitted
from sweep.report.frames import runs_frame
from sweep.report.markdown import aligned
from sweep.tracking.record import SweepRecord
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, point
from tests.problem import classes, tables
from tests.report.nets import net, only, outputs, runs_of, swept

CURVE: dict[str, Any] = {"standardize": True, "holdout": "0.2"}
PLANE = tables.table(40, 2, 1)
KINDS = classes.table(60, 2, 3, 1)
POINTS = (
    *(net(THERMOMETER, width, lr=lr, **CURVE) for width in (4, 7) for lr in (0.01, 0.1)),
    net(PLANE, holdout="0.25", scale=0.5),
    net(KINDS, loss="cross_entropy", holdout="0.2", lr=1.0),
)


@pytest.fixture(scope="module")
def made() -> SweepRecord:
    return swept(*POINTS, data=(THERMOMETER, PLANE, KINDS))


def section(made: SweepRecord, heading: str) -> Section | None:
    runs = runs_of(made)
    parts = sections(made.plan, runs, find(made.plan, runs))
    return next((each for each in parts if each.heading == heading), None)


def items(made: SweepRecord, heading: str) -> list[str]:
    found = section(made, heading)
    return [text for block in found.blocks if isinstance(block, Items) for _, text in block.rows] if found else []


def changed(made: SweepRecord, **changes: object) -> SweepRecord:
    """As if each curve had such ``changes``."""
    results = {key: replace(each, **changes) for key, each in made.results.items()}  # type: ignore[arg-type]
    return replace(made, results=results)


def test_the_curve_among_readings_of_one_input_is_what_the_module_makes_of_them(made: SweepRecord) -> None:
    one = POINTS[0]
    (run,) = (each for each in runs_of(made) if each.point == one)
    fit = made.plan.problem(one).fit(fitted(run))
    assert fit
    (line,) = fit.relations
    assert line.predict
    u = np.linspace(THERMOMETER.inputs.min(), THERMOMETER.inputs.max(), 200)[[0, 3, 100, 199]]
    assert [line.predict(each) for each in u] == pytest.approx(outputs(made, one, u[:, None])[:, 0].tolist(), rel=1e-9)
    assert (len(fit.dots[0]), len(fit.held[0])) == (9, 2)


def test_of_several_inputs_predictions_stand_against_what_was_measured(made: SweepRecord) -> None:
    one = POINTS[4]
    (run,) = (each for each in runs_of(made) if each.point == one)
    fit = made.plan.problem(one).fit(fitted(run))
    assert fit
    out = made.plan.problem(one).prepared.held
    expected = outputs(made, one, PLANE.inputs)[:, 0].numpy()
    assert fit.dots[1] == pytest.approx(expected[~out].tolist(), rel=1e-9)
    assert fit.held[1] == pytest.approx(expected[out].tolist(), rel=1e-9)
    assert (fit.held[0], fit.total) == (PLANE.targets[out].tolist(), 40)


def test_classes_are_counted_by_the_likeliest_output(made: SweepRecord) -> None:
    one = POINTS[5]
    (run,) = (each for each in runs_of(made) if each.point == one)
    where = fitted(run)
    assert where
    problem = made.plan.problem(one)
    train, held = problem.confusion(where)
    likeliest = outputs(made, one, KINDS.inputs).argmax(dim=1).numpy()
    for found, part in ((train, ~problem.prepared.held), (held, problem.prepared.held)):
        assert found.counts.sum() == part.sum()
        assert found.right == (likeliest[part] == KINDS.targets[part]).sum()
    assert run.curve
    assert train.right / train.counts.sum() == run.curve.measured["accuracy"]


def test_without_what_was_kept_a_page_has_no_fit_and_counts_no_classes(made: SweepRecord) -> None:
    without = replace(made, predictions={})
    assert section(made, "The fit")
    assert section(without, "The fit") is None
    told = section(without, "Classes")
    assert told
    assert not [block for block in told.blocks if isinstance(block, Table)]
    shown = section(made, "Classes")
    assert shown
    assert len([block for block in shown.blocks if isinstance(block, Table)]) == 2


def test_a_report_is_the_same_bytes_from_the_facts_of_a_plan_alone(made: SweepRecord) -> None:
    plan = made.plan
    read = replace(plan, problems=problems(plan.readings, plan.tasks, plan.facts))
    assert files.make(replace(made, plan=read)).files == files.make(made).files


def test_models_of_the_same_data_are_praised_in_one_sentence_with_a_word_for_each(made: SweepRecord) -> None:
    some = only(made, *POINTS[:4])
    said = find(some.plan, runs_of(some)).sentence
    assert said.count("Best") == 1
    best = min(runs_of(some), key=lambda run: float(run.curve.watched["holdout_loss"][-1]))  # type: ignore[union-attr]
    assert best.setting in said
    (other,) = {"problem.model.width=4", "problem.model.width=7"} - {best.setting.split()[-1]}
    assert said.endswith(f" with {other.removeprefix('problem.model.')}.")
    assert "thermometer" not in said


def test_tables_tell_the_curvature_at_the_end_and_not_the_length_of_each_tensor(made: SweepRecord) -> None:
    header, rows = table(made.plan, runs_of(made))
    asked = ["lr", "scale", "epochs", "data", "data.standardize", "data.holdout"]
    told = ["outcome", "final loss", "holdout loss", "holdout accuracy", "accuracy", "lambda max", "note"]
    assert header == [*asked, "problem.model.width", "problem.loss", *told]
    curve = made.results[POINTS[0].key]
    assert isinstance(curve, Curve)
    assert rows[0][header.index("lambda max")] == f"{curve.measured['lambda_max']:.6g}"
    frame = runs_frame(made.plan, made.results)
    assert {"hidden.0.weight.norm", "out.bias.norm"} <= {*frame.columns}


def test_beside_a_line_a_model_has_empty_cells_and_the_label_is_short() -> None:
    made_ = swept(point(epochs=5), net(THERMOMETER, **CURVE), data=(THERMOMETER,))
    header, rows = table(made_.plan, runs_of(made_))
    assert [row[header.index("w")] == "" for row in rows] == [False, True]
    assert [row[header.index("lambda max")] == "" for row in rows] == [True, False]
    labels = [made_.plan.label(task) for task in made_.plan.tasks]
    assert labels == [
        "thermometer, problem=line, data.standardize=false, data.holdout=0",
        "thermometer, problem=mlp, data.standardize=true, data.holdout=0.2",
    ]


def test_a_fingerprint_of_code_names_no_run() -> None:
    points = tuple(net(THERMOMETER, width, code=code) for width, code in ((4, "a"), (5, "b")))
    plan = Plan(points, {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    assert [plan.label(task) for task in plan.tasks] == [f"thermometer, problem.model.width={n}" for n in (4, 5)]
    assert plan.shown == ("lr", "scale", "epochs", "problem.model.width")


def test_arguments_have_columns_of_their_type_and_one_that_may_miss_where_a_run_has_none(made: SweepRecord) -> None:
    frame = runs_frame(made.plan, made.results)
    kinds = {name: str(frame[f"problem.model.{name}"].dtype) for name in ("width", "depth", "activation")}
    assert kinds == {"width": "int64", "depth": "int64", "activation": str(frame["problem"].dtype)}
    mixed = swept(point(epochs=5), net(THERMOMETER), data=(THERMOMETER,))
    found = runs_frame(mixed.plan, mixed.results)["problem.model.width"]
    assert (str(found.dtype), found.isna().tolist(), found[1]) == ("Int64", [True, False], 4)


def test_what_was_filled_in_is_said_with_the_runs_that_it_was_saved_in(made: SweepRecord) -> None:
    assert not [line for line in items(made, "How models were trained") if "filled in" in line]
    still = changed(made, trained={"tile": 8, "promised": 1, "still": 30})
    assert items(still, "How models were trained") == [
        "6 runs were trained in tiles of 8.",
        "60 of 240 epochs were filled in: in 6 runs no update changed anything any more, or all was nan.",
    ]


def test_runs_whose_bits_are_not_promised_are_named_and_marked_and_others_are_not(made: SweepRecord) -> None:
    key, curve = POINTS[1].key, made.results[POINTS[1].key]
    assert isinstance(curve, Curve)
    beside = replace(curve, trained={"tile": 1, "promised": 0, "still": 40})
    doubtful = replace(made, results={**made.results, key: beside})
    (line,) = [line for line in items(doubtful, "How models were trained") if "last bits" in line]
    assert line.startswith("The last bits of 1 run may depend on")
    assert made.plan.setting(POINTS[1]) in line
    csv = pd.read_csv(io.BytesIO(files.make(doubtful).files["runs.csv"]))
    assert csv.set_index("key")["promised"].to_dict() == {each.key: each.key != key for each in POINTS}
    assert str(runs_frame(doubtful.plan, doubtful.results)["promised"].dtype) == "boolean"
    assert "promised" not in runs_frame(made.plan, made.results)


def test_models_that_are_trained_one_by_one_are_named_with_the_reason_before_and_after(made: SweepRecord) -> None:
    posed = dict(made.plan.problems)
    task = POINTS[4].task
    facts = replace(made.plan.facts[task], one_by_one="it calls .item()")
    posed[task] = Network(posed[task].prepared, task, facts)
    alone = replace(made, plan=replace(made.plan, problems=posed))
    line = "t: points are trained one by one, as it calls .item()."
    assert [each for each in remarks(alone.plan) if "one by one" in each] == [line]
    assert line in items(alone, "How models were trained")
    assert not [each for each in remarks(made.plan) if "one by one" in each]


def test_a_model_that_cannot_even_be_made_is_not_said_to_train(made: SweepRecord) -> None:
    posed = dict(made.plan.problems)
    task = POINTS[4].task
    posed[task] = Network(posed[task].prepared, task, replace(made.plan.facts[task], shapes={}, one_by_one="it fails"))
    failing = replace(made, plan=replace(made.plan, problems=posed))
    assert "t: no point can be trained, as it fails." in list(remarks(failing.plan))
    assert not [each for each in remarks(failing.plan) if "one by one" in each]


def test_the_headline_counts_those_that_converged_to_no_better_than_a_constant(made: SweepRecord) -> None:
    dead = changed(only(made, *POINTS[:2]), losses=np.full(60, 200.0), final_loss=200.0, measured={"left": 0.0})
    said = find(dead.plan, runs_of(dead)).sentence
    assert " 2 points: 2 converged (2 to no better than a constant prediction). Best: " in said
    assert "constant" not in find(made.plan, runs_of(made)).sentence


def test_a_sweep_without_models_says_nothing_of_how_they_were_trained() -> None:
    made_ = swept(point(epochs=5), data=(THERMOMETER,))
    assert (section(made_, "How models were trained"), trained.lines(made_.plan, runs_of(made_))) == (None, [])


def test_each_model_has_its_panel_in_the_picture_of_fits(made: SweepRecord) -> None:
    some = only(made, *POINTS[:4])
    runs = runs_of(some)
    (picture,) = [each for each in pictures(sections(some.plan, runs, find(some.plan, runs))) if each.name == "fit.svg"]
    assert (len(picture.panels), picture.alt) == (2, "readings and the best run's model")
    assert [label for label, _ in fits(some.plan, find(some.plan, runs).best)[0]] == ["width=4", "width=7"]


def test_each_run_has_its_note_and_reason_on_the_page_where_no_column_of_theory_is(made: SweepRecord) -> None:
    page = files.make(made).files["report.html"].decode()
    assert [page.count(f'data-part="{part}"') for part in ("note", "reason")] == [1, 1]
    assert "predicted outcome" not in page


def test_a_terminal_shows_names_as_they_are_typed() -> None:
    header, _, row = aligned(["problem.model._target_"], [["a|b"]], in_terminal)
    assert (header, row) == ("| problem.model._target_ |", "| a¦b                    |")
