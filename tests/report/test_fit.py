"""The fit, as values and as a picture: samples that train and those held out, told apart, each kind in its words."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from sweep.plan.point import Point
from sweep.problem.fit import Fit
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.findings import find
from sweep.report.fit import fits
from sweep.report.pictures import Picture, draw_fits
from sweep.settings.schema import ProblemKind, Start
from tests.conftest import THERMOMETER, point
from tests.problem.tables import run, table
from tests.report.made import sweep

TABLE = table(60, 3, 1)
HELD = np.arange(60) >= 45
"""Samples that ``last:0.25`` holds out."""


def shown(*points: Point) -> list[tuple[str, Fit]]:
    plan, runs = sweep(*points, data=(THERMOMETER, TABLE))
    return fits(plan, find(plan, runs).best)[0]


def picture(*points: Point) -> Picture:
    return draw_fits(shown(*points))


@pytest.mark.parametrize("prepared", [{}, {"standardize": True, "scale": 0.7}], ids=["as read", "standardized"])
@pytest.mark.parametrize("lr", [0.1, 100.0], ids=["a run stands", "none does"])
def test_samples_held_out_are_predicted_beside_those_that_train(prepared: dict[str, object], lr: float) -> None:
    one = run(TABLE, lr=lr, epochs=3000, holdout="last:0.25", **prepared)
    ((_, fit),) = shown(one)
    trained, held = TABLE.inputs[~HELD], TABLE.inputs[HELD]
    best, *_ = np.linalg.lstsq(np.column_stack([trained, np.ones(45)]), TABLE.targets[~HELD], rcond=None)
    near = 1e-2 if lr == 0.1 else 1e-9
    assert fit.dots[0] == TABLE.targets[~HELD].tolist()
    assert fit.held[0] == TABLE.targets[HELD].tolist()
    assert fit.dots[1] == pytest.approx(trained @ best[:-1] + best[-1], abs=near)
    assert fit.held[1] == pytest.approx(held @ best[:-1] + best[-1], abs=near)
    assert fit.columns[-2:] == ("root mean squared error", "that of samples held out")
    for relation in fit.relations[:-1]:
        *weights, intercept, error, error_held = relation.numbers
        parts = [(trained, TABLE.targets[~HELD], error), (held, TABLE.targets[HELD], error_held)]
        for inputs, targets, told in parts:
            misses = inputs @ np.array(weights) + intercept - targets
            assert told == pytest.approx(np.sqrt(np.mean(misses**2)), rel=1e-9)
    by = "the best run" if lr == 0.1 else "least squares"
    assert draw_fits([("t", fit)]).alt == f"predicted against actual y, by {by}"


@pytest.mark.parametrize("prepared", [{}, {"standardize": True}], ids=["as read", "standardized"])
def test_a_line_lies_among_samples_that_train_and_those_held_out(prepared: dict[str, object]) -> None:
    ((_, fit),) = shown(replace(point(epochs=50, holdout="last:0.3"), **prepared))  # type: ignore[arg-type]
    u, t = THERMOMETER.inputs[:, 0], THERMOMETER.targets
    assert fit.dots == (u[:8].tolist(), t[:8].tolist())
    assert fit.held == (u[8:].tolist(), t[8:].tolist())
    assert [relation.kind for relation in fit.relations] == ["best run", "least squares", "known relation"]
    for relation in fit.relations:
        slope, intercept, error, error_held = relation.numbers
        assert error == pytest.approx(np.sqrt(np.mean((slope * u[:8] + intercept - t[:8]) ** 2)))
        assert error_held == pytest.approx(np.sqrt(np.mean((slope * u[8:] + intercept - t[8:]) ** 2)))


@pytest.mark.parametrize(
    ("holdout", "told", "trains", "held"),
    [("0", "60 readings of t", 60, 0), ("last:0.25", "60 readings of t, 15 of them held out", 45, 15)],
)
def test_marks_and_legend_tell_samples_that_are_held_out(holdout: str, told: str, trains: int, held: int) -> None:
    drawn = picture(run(TABLE, lr=0.1, epochs=50, holdout=holdout))
    (panel,) = drawn.panels
    root = ElementTree.fromstring(panel)
    assert root.get("aria-label") == f"{told}, and the line on which both are the same"
    marks = {each.get("class"): (each.get("d") or "").count("M") for each in root.iter("path")}
    assert (marks["readings"], marks.get("held", 0)) == (trains, held)
    legend = [("readings", "samples that train"), ("held", "samples held out")] if held else []
    assert drawn.legend == [("theory second", "predicted = actual"), *legend]
    assert re.findall('class="(readings|held)"', drawn.key()) == [kind for kind, _ in legend]


def test_of_many_samples_as_large_a_part_of_either_kind_is_drawn() -> None:
    many = replace(TABLE, inputs=np.arange(4000.0)[:, None], targets=np.arange(4000.0) ** 1.01, input_names=("u",))
    line = point(epochs=3, lr=1e-12, data=many.fingerprint, holdout="last:0.25")
    plan, runs = sweep(line, data=(many,))
    (panel,) = draw_fits(fits(plan, find(plan, runs).best)[0]).panels
    root = ElementTree.fromstring(panel)
    assert (root.findtext("text") or "") == "t: 500 of 4,000 readings drawn"
    assert root.get("aria-label") == "500 of 4,000 readings of t, 125 of them held out, and lines through them"
    marks = {each.get("class"): (each.get("d") or "").count("M") for each in root.iter("path")}
    assert (marks["readings"], marks["held"]) == (375, 125)


def test_fits_of_two_kinds_are_both_said() -> None:
    several = [run(TABLE, epochs=9, lr=0.1), point(epochs=9), point(epochs=9, start=Start.random)]
    linear = replace(several[2], problem=ProblemKind.linear)
    plan, runs = sweep(*several, linear, data=(THERMOMETER, TABLE))
    made = {each.name: each for each in pictures(sections(plan, runs, find(plan, runs)))}
    words = ["predicted against actual y, by the best run", "readings and the fitted line"]
    assert made["fit.svg"].alt == "; ".join([*words, "predicted against actual t_c, by the best run"])
    assert len(made["fit.svg"].panels) == 3
