"""A headline says of every run that it covers what that run found; and what it says of sweeps that we know."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.report.findings import find
from sweep.report.headline import Headline, headline
from sweep.report.headline_told import sentence
from sweep.report.judged_runs import Run
from sweep.settings.schema import Start
from sweep.training.curve import Failure
from sweep.verdict.outcome import Outcome
from tests.conftest import THERMOMETER, point
from tests.report.made import OTHER, SEED_GRID, sweep
from tests.report.seeded import seeded

((ONE,),) = sweep(point(epochs=5))[1:]
EVERYTHING = [
    point(lr=lr, scale=scale, epochs=epochs, seed=seed, start=Start.random)
    for lr, scale, epochs, seed in itertools.product((1e-3, 1e-2, 2e-2, 0.1), (1.0, 0.1), (5, 6), (0, 1))
]


def judged(plan: Plan, states: Sequence[str]) -> list[Run]:
    """Runs of ``plan`` in these states, as if they had been trained."""
    assert ONE.verdict
    verdicts = {str(outcome): replace(ONE.verdict, outcome=outcome) for outcome in Outcome}
    return [
        replace(
            ONE,
            number=number,
            point=each,
            curve=ONE.curve if state in verdicts else None,
            verdict=verdicts.get(state),
            failure=Failure("Error", "no", "") if state == "FAILED" else None,
        )
        for number, (each, state) in enumerate(zip(plan.points, states, strict=True), 1)
    ]


def is_borne_out(plan: Plan, runs: Sequence[Run], found: Headline) -> bool:
    """Whether each claim covers a run, and holds for all that it covers."""
    for claim in found.claims:
        covered = [run.state for run in runs if claim.covers(plan.cells(run.point)) and run.state != "NOT RUN"]
        if not covered or any((state == claim.outcome) is not claim.holds for state in covered):
            return False
    return True


@given(st.data())
def test_every_claim_holds_for_every_run_that_it_covers(data: st.DataObject) -> None:
    points = data.draw(st.lists(st.sampled_from(EVERYTHING), min_size=2, unique=True))
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    kinds = data.draw(st.sampled_from([[*Outcome, "FAILED", "NOT RUN"], [*Outcome], ["CONVERGED", "DIVERGED"]]))
    # By lr alone, as outcomes mostly are, so that places are alike; and then a few others.
    by_lr = {lr: data.draw(st.sampled_from(kinds)) for lr in (1e-3, 1e-2, 2e-2, 0.1)}
    others = data.draw(st.dictionaries(st.integers(0, len(points) - 1), st.sampled_from(kinds), max_size=4))
    runs = judged(plan, [str(others.get(place, by_lr[each.lr])) for place, each in enumerate(points)])
    best = [run for run in runs if run.verdict][:1]
    if found := headline(plan, runs, best):
        assert is_borne_out(plan, runs, found)
        assert sentence(plan, found).startswith("Of those tried, ")


def grid(**values: Sequence[object]) -> list[Point]:
    settings = [dict(zip(values, each, strict=True)) for each in itertools.product(*values.values())]
    return [point(**each) for each in settings]


KNOWN = {
    "a grid of two scales and two times": (
        grid(lr=np.geomspace(1e-5, 0.1, 21).tolist(), scale=(1.0, 0.1), epochs=(100, 1000)),
        "Of those tried, at scale=0.1 an lr of 0.02512 converges in 1,000 epochs; above it diverges."
        " Elsewhere none converges; at scale=1 an lr of 0.0003981 and more diverges.",
    ),
    "the README's first sweep": (
        grid(lr=(1e-2, 1e-4), scale=(1.0, 0.1)),
        "Of those tried, at scale=0.1 an lr of 0.01 converges in 5,000 epochs."
        " At scale=1 none converges in 5,000 epochs; an lr of 0.01 diverges.",
    ),
    "other settings matter": (list(SEED_GRID), "Elsewhere none converges; at scale=1 an lr of 0.01 diverges."),
    "all of one place converge": (
        grid(lr=(0.03, 0.05), momentum=(0.0, 0.9), epochs=(200,)),
        "at momentum=0.9 every lr from 0.03 to 0.05 converges in 200 epochs.",
    ),
    "another axis": (
        grid(scale=(1.0, 0.1, 0.05)),
        "Of those tried, scale=0.05 to 0.1 converges in 5,000 epochs; scale=1 diverges.",
    ),
    "epochs are the axis": (
        grid(epochs=(10, 100, 5000, 6000)),
        "Of those tried, epochs=5000 to 6000 converges.",
    ),
    "all diverge": (grid(lr=(0.1, 0.2), epochs=(50,)), "Of those tried, every lr from 0.1 to 0.2 diverges."),
    "seeds are no axis": (
        seeded(0.01, 0.03, 0.1, 0.2),
        "Of those tried, none converges in 60 epochs; an lr of 0.1 and more diverges.",
    ),
    "values that four digits do not tell apart": (
        grid(lr=(0.03, 0.030001, 0.030002), epochs=(1000,)),
        "every lr from 0.03 to 0.030002 converges",
    ),
    "a single point": ([point(epochs=5)], ""),
    "nothing but unfinished runs": (grid(lr=(1e-3, 1e-4), epochs=(5,)), ""),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_headline_says_along_lr_where_outcomes_change(name: str) -> None:
    points, words = KNOWN[name]
    plan, runs = sweep(*points)
    found = find(plan, runs)
    assert words in found.headline
    assert bool(words) == bool(found.headline)
    assert found.sentence.startswith(found.headline)
    claimed = headline(plan, runs, found.best.values())
    assert claimed is None or is_borne_out(plan, runs, claimed)


def test_each_data_set_is_named() -> None:
    data = (THERMOMETER, OTHER)
    points = grid(lr=(0.01, 0.03, 0.1), data=[each.fingerprint for each in data], epochs=(1000,))
    assert find(*sweep(*points, data=data)).headline == (
        "Of those tried, on thermometer an lr of 0.03 converges in 1,000 epochs; an lr of 0.1 diverges."
        " On other an lr of 0.1 converges in 1,000 epochs."
    )


def test_a_run_that_failed_ends_an_interval_and_one_that_was_not_run_does_not() -> None:
    plan = Plan(tuple(grid(lr=(1.0, 2.0, 3.0))), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)

    def said(*states: str) -> str:
        found = headline(plan, judged(plan, states), ())
        return sentence(plan, found) if found else ""

    assert "every lr from 1 to 3 converges" in said("CONVERGED", "NOT RUN", "CONVERGED")
    assert "an lr of 1 and an lr of 3 converges" in said("CONVERGED", "FAILED", "CONVERGED")
    assert said("CONVERGED", "NOT RUN", "NOT RUN") == ""
