"""What a report says in words where some settings have repeats and some have not."""

from sweep.report.files import make
from sweep.report.findings import better, find
from tests.conftest import THERMOMETER, point
from tests.report.made import record, sweep
from tests.report.nets import net, runs_of, swept
from tests.report.seeded import seeded


def test_of_a_setting_that_has_one_run_no_mean_is_told() -> None:
    found = find(*sweep(*seeded(0.03, seeds=[0], epochs=575), *seeded(0.01, seeds=range(3))))
    text = found.sentence.removeprefix(found.headline)
    assert "Best: lr=0.03 scale=0.1 epochs=575, final loss 3.0" in text
    assert "mean" not in text
    assert " of " not in text


def test_theory_has_a_row_for_all_seeds_of_a_scale_and_no_column_of_them() -> None:
    sampled = [point(epochs=20, batch_size=4, seed=seed) for seed in range(2)]
    report = make(record(point(epochs=20), *sampled)).files["report.md"].decode()
    header = next(line for line in report.splitlines() if "largest stable lr" in line)
    assert "seed" not in header
    report = make(record(*seeded(0.01, seeds=range(2)))).files["report.md"].decode()
    _, told = report.split("What theory says, from the seed with the least to that with the most:\n\n")
    header, _, row, *_ = told.splitlines()
    assert "seed" not in header
    assert "| 526 to 537 | 357.002" in row
    assert told.splitlines()[3] == ""


def test_the_run_whose_model_is_drawn_is_named_where_the_headline_names_a_setting() -> None:
    points = [net(THERMOMETER, seed=seed, epochs=5) for seed in range(2)]
    made = make(swept(*points, data=(THERMOMETER,))).files["report.md"].decode()
    runs = runs_of(swept(*points, data=(THERMOMETER,)))
    best = min(runs, key=better)
    assert f"\n{THERMOMETER.name}: the best run is {best.setting}.\n" in made
    alone = make(swept(points[0], data=(THERMOMETER,))).files["report.md"].decode()
    assert "the best run is" not in alone
