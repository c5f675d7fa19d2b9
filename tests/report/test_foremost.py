"""Of many runs a terminal shows the best, then those that came near, and some of those that failed."""

from sweep.report.foremost import LEAST, foremost
from sweep.report.judged_runs import judged
from sweep.training.curve import Failure
from tests.conftest import THERMOMETER, point
from tests.report.made import OTHER, record, sweep

LRS = [0.001 * place for place in range(1, 61)]


def test_the_best_come_first_then_the_nearest_to_their_tolerance_then_those_nearest_to_the_threshold() -> None:
    _, runs = sweep(*(point(lr=lr, epochs=1000) for lr in LRS))
    told = foremost(runs, 25)
    converged, unfinished, diverged = (
        [run for run in told if run.state == state] for state in ("CONVERGED", "UNFINISHED", "DIVERGED")
    )
    assert [*converged, *unfinished, *diverged] == told
    losses = [run.curve.final_loss for run in converged if run.curve]
    assert losses == sorted(run.curve.final_loss for run in runs if run.state == "CONVERGED" and run.curve)
    assert [run.point.lr for run in unfinished] == sorted((run.point.lr for run in unfinished), reverse=True)
    assert [run.point.lr for run in diverged] == [lr for lr in LRS if lr > 0.0329][:LEAST]


def test_runs_that_failed_have_room_among_many_others() -> None:
    points = [point(lr=lr, epochs=2) for lr in LRS]
    kept = record(*points, failures={each.key: Failure("Error", "no", "") for each in points[:9]})
    runs = judged(kept.plan, kept.results)
    assert [run.state for run in foremost(runs, 20)].count("FAILED") == LEAST
    assert foremost(runs, 20)[-1].state == "FAILED"
    everything = foremost(runs, 100)
    assert sorted(run.number for run in everything) == [run.number for run in runs]
    assert [run.state for run in everything][-9:] == ["FAILED"] * 9


def test_data_sets_whose_losses_do_not_compare_take_turns() -> None:
    data = (THERMOMETER, OTHER)
    points = [point(lr=lr, epochs=5, data=each.fingerprint, scale=0.1) for each in data for lr in (1e-3, 2e-3, 3e-3)]
    _, runs = sweep(*points, data=data)
    sets = [run.point.data for run in foremost(runs, 6)]
    assert sets == [each.fingerprint for each in data] * 3
