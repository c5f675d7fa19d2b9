"""Of many runs MLflow's page loads the best, then those where outcomes change, then some of each outcome."""

from sweep.report.judged_runs import judged
from sweep.report.loaded_first import boundary, loaded_first
from sweep.report.repeats import settings_of
from sweep.tracking.view import PAGE
from sweep.training.curve import Failure
from tests.conftest import point
from tests.report.made import record, sweep

LRS = [2e-4 * place for place in range(1, 301)]

SCALES = [0.05 * 1.06**place for place in range(40)]
EDGES = [1e-3 * 1.6**place for place in range(12)]
"""Of these lrs those above some one diverge, another one at each scale."""


def test_the_best_come_first_then_the_boundary_then_each_outcome_in_turn() -> None:
    plan, runs = sweep(*(point(lr=lr, epochs=1000) for lr in LRS))
    by_key = {run.point.key: run for run in runs}
    told = [by_key[key] for key in loaded_first(plan, runs)]
    assert len({run.number for run in told}) == len(told) == PAGE
    best, rest = told[:20], told[20:]
    assert {run.state for run in best} == {"CONVERGED"}
    losses = [run.curve.final_loss for run in best if run.curve]
    assert losses == sorted(losses)
    edges = [run for run in boundary(plan, runs) if run not in best]
    assert rest[: len(edges)] == edges
    sample = [run.state for run in rest[len(edges) :]]
    assert set(sample[:3]) == {"CONVERGED", "UNFINISHED", "DIVERGED"}
    counts = [sample.count(state) for state in ("UNFINISHED", "DIVERGED")]
    assert max(counts) - min(counts) <= 1


def test_the_boundary_is_where_neighbours_of_one_setting_differ_and_nothing_else() -> None:
    plan, runs = sweep(*(point(lr=lr, scale=scale, epochs=50) for scale in (1.0, 0.1) for lr in (1e-4, 2e-4, 1e-3)))
    states = [run.state for run in runs]
    assert states == ["UNFINISHED", "UNFINISHED", "DIVERGED", *["UNFINISHED"] * 3]
    assert [run.number for run in boundary(plan, runs)] == [2, 3, 6]


def test_repeats_of_a_setting_stand_together() -> None:
    from sweep.settings.schema import Start

    points = [
        point(lr=1e-4 * place, scale=1.0, epochs=5, start=Start.random, seed=seed)
        for place in range(1, 31)
        for seed in range(4)
    ]
    plan, runs = sweep(*points)
    keys = loaded_first(plan, runs, settings_of(plan, runs))
    lrs = [next(each.lr for each in points if each.key == key) for key in keys]
    assert len(set(keys)) == PAGE
    assert all(len({*lrs[start : start + 4]}) == 1 for start in range(0, PAGE, 4))


def test_the_sample_of_an_outcome_is_by_keys_and_so_not_the_first_ones_of_the_plan() -> None:
    plan, runs = sweep(*(point(lr=lr, epochs=1000) for lr in LRS))
    by_key = {run.point.key: run for run in runs}
    told = [by_key[key] for key in loaded_first(plan, runs)]
    edges = {run.number for run in boundary(plan, runs)}
    diverged = [run for run in told[20:] if run.state == "DIVERGED" and run.number not in edges]
    keys = [run.point.key for run in diverged]
    assert keys == sorted(keys)
    numbers = [run.number for run in diverged]
    assert max(numbers) - min(numbers) > 2 * len(numbers)


def test_a_boundary_of_more_runs_than_there_is_room_for_is_shown_from_its_one_end_to_the_other() -> None:
    plan, runs = sweep(*(point(lr=lr, scale=scale, epochs=60) for scale in SCALES for lr in EDGES))
    by_key = {run.point.key: run for run in runs}
    edges = boundary(plan, runs)
    told = [by_key[key] for key in loaded_first(plan, runs)]
    shown = [run for run in told[20:60] if run in edges]
    assert len(edges) > 60
    assert len(shown) == 40
    assert [run.number for run in shown] == sorted(run.number for run in shown)
    rest = [run for run in edges if run not in told[:20]]
    assert (shown[0], shown[-1]) == (rest[0], rest[-1])


def test_runs_that_failed_or_were_not_run_are_no_best_ones_and_what_was_not_run_is_nowhere() -> None:
    points = [point(lr=lr, epochs=5) for lr in LRS[:130]]
    broken = {each.key: Failure("ValueError", "broke") for each in points[:5]}
    kept = record(*points, failures=broken)
    gone = {each.key for each in points[5:20]}
    runs = judged(kept.plan, {key: result for key, result in kept.results.items() if key not in gone})
    keys = loaded_first(kept.plan, runs)
    assert len(keys) == PAGE
    assert not gone & {*keys}
    assert not broken.keys() & {*keys[:20]}
    assert broken.keys() <= {*keys}
