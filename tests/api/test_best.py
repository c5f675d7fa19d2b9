"""The best run of a sweep, and the best of each of its data sets and losses."""

import pytest

import sweep
from sweep.errors import BadInput

pytestmark = pytest.mark.usefixtures("ready_store")


def test_the_best_is_the_least_loss_of_those_that_did_not_diverge() -> None:
    found = sweep.run({"lr": [1e-4, 1e-2, 1.0]}, epochs=50, quiet=True)
    assert found.best is not None
    assert (found.best["lr"], found.bests.index.tolist()) == (1e-2, [1])
    assert found.best["final_loss"] == found.runs["final_loss"].min()
    assert found.model().weight.item() == found.best["w"]  # type: ignore[operator]


def test_losses_of_several_data_sets_do_not_compare_and_each_has_its_best() -> None:
    found = sweep.run({"lr": [1e-2, 1e-4], "data": ["thermometer", "waves"]}, epochs=20, quiet=True)
    assert found.bests[["lr", "data"]].to_numpy().tolist() == [[1e-2, "thermometer"], [1e-2, "waves"]]
    for asked in (lambda: found.best, found.model):
        with pytest.raises(BadInput, match="losses of thermometer, waves do not compare"):
            asked()
    assert found.model(found.bests.iloc[1]).weight.item() == found.bests.iloc[1]["w"]  # type: ignore[operator]


def test_of_repeats_it_is_the_best_of_the_setting_with_the_least_mean() -> None:
    """The first setting has the run with the least loss, and a mean that is worse."""
    drawn = [{"lr": lr, "seed": seed} for lr, seed in ((1e-4, 0), (1e-4, 3), (2e-4, 5), (2e-4, 6))]
    found = sweep.run({"drawn": drawn}, start="random", epochs=3, quiet=True)
    assert found.runs["final_loss"].idxmin() == 1
    assert found.best is not None
    assert (found.best["lr"], found.best["seed"]) == (2e-4, 5)
    assert "lr=0.0002" in found.finding


def test_where_all_diverged_none_is_the_best_and_a_model_is_to_be_named() -> None:
    found = sweep.run({"lr": [1.0, 2.0]}, epochs=50, quiet=True)
    assert (found.best, len(found.bests)) == (None, 0)
    with pytest.raises(BadInput, match="no run is the best"):
        found.model()
    with pytest.raises(BadInput, match="a value of type DataFrame"):
        found.model(found.runs)  # type: ignore[arg-type]
