"""Columns of frames whose settings may be null."""

from sweep.plan.plan import Plan
from sweep.report.frames import runs_frame, to_csv
from sweep.report.repeats_frame import repeats_frame
from sweep.settings.schema import Start
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER, point


def test_batch_sizes_are_whole_numbers_in_frames_and_missing_where_all_samples_are_taken() -> None:
    points = [point(epochs=3, batch_size=size, seed=seed, start=Start.random) for size in (0, 4) for seed in (0, 1)]
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    results = {each.key: curve for each, curve in zip(points, in_process(points, plan.problems), strict=True)}
    runs = runs_frame(plan, results)
    assert runs["batch_size"].dtype == "Int64"
    assert runs["batch_size"].isna().tolist() == [True, True, False, False]
    table = repeats_frame(plan, results)
    assert table["batch_size"].dropna().tolist() == [4]
    assert to_csv(plan, runs).decode().splitlines()[1].split(",")[runs.columns.get_loc("batch_size")] == ""
