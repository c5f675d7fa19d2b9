"""What is said of a sweep's cost."""

import pytest

from sweep.cost import told
from sweep.cost.asked import Asked
from sweep.cost.forecast import Forecast
from sweep.cost.told import Row

FOUND = Forecast(2, 150.0, training=60.0, tracking=20.0, chunks=1234, largest=96, epochs=9600)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((0.042, "0.042 s"), (0.42, "0.42 s"), (4.26, "4.3 s"), (42.4, "42 s"), (119.0, "119 s"), (120.0, "2.0 min")),
        *((3600.0, "60 min"), (7200.0, "2.0 h"), (172_800.0, "2.0 d"), (1e9, "11,574 d")),
    ],
)
def test_times_are_told_in_two_digits(seconds: float, text: str) -> None:
    assert told.lasting(seconds) == text


def test_an_engine_has_a_line_and_the_one_that_is_asked_for_is_marked() -> None:
    rows = [Row("batch", 0, FOUND, 7e8, None, False), Row("processes", 2, FOUND, 5e8, 3e8, True)]
    header, here, there = told.table(rows, longer=False)
    assert header.split() == ["engine", "time", "chunks", "memory", "of", "a", "worker"]
    assert here == "in this process       2.5 min  1,234 of up to 96  700 MB"
    assert there == "processes, 2 workers  2.5 min  1,234 of up to 96  500 MB  300 MB       this command"
    assert "over 2.5 min" in told.table(rows, longer=True)[1]


def test_one_kind_of_points_is_not_counted() -> None:
    assert told.measured(0.42, 1, 1).startswith("Measured in this process: 0.42 s of training; and some runs")
    assert told.measured(0.42, 2, 3).startswith("Measured in this process: 0.42 s of training, 2 of 3 kinds of points;")


def test_of_a_store_that_was_not_measured_is_said_so() -> None:
    assert told.elsewhere("sqlite:///outputs/mlflow.db") == []
    for uri, what in (("https://tracking.example", "a server may"), ("postgresql://u@h/d", "a database server may")):
        (line,) = told.elsewhere(uri)
        assert what in line
        assert "those of a SQLite store on this machine" in line


def test_on_one_core_it_is_said_why_all_engines_take_the_same_time() -> None:
    assert told.alike(2) == []
    assert "one core" in told.alike(1)[0]


def test_of_engines_beyond_this_machine_is_said_what_no_figure_holds() -> None:
    assert told.unknown(Asked("batch"), True) == told.unknown(Asked("processes", 2), True) == []
    (cluster,) = told.unknown(Asked("sweep_slurm", 8), True)
    assert "hydra/launcher=sweep_slurm" in cluster
    assert "queue" in cluster
    (jobs,) = told.unknown(Asked("joblib"), False)
    assert "not known" in jobs
