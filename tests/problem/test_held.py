"""A dtype must hold the squares of a target, and not only its values: else a verdict would be one of noise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sweep.errors import BadInput
from sweep.problem.checks import check_dtype
from sweep.problem.line import Line
from sweep.settings.schema import DType
from tests.conftest import THERMOMETER, Command
from tests.problem.made import line_of, readings

MASSES = [1.67e-27, 6.64e-27, 1.99e-26, 2.66e-26, 9.29e-26]


def of(unit: float) -> Line:
    targets = THERMOMETER.targets * unit
    return line_of(readings(THERMOMETER.inputs[:, 0], targets))


@pytest.mark.parametrize(
    ("unit", "tolerance", "dtype", "word"),
    [
        (1.0, 0.001, DType.float32, None),
        (1e-15, 0.001, DType.float32, None),
        (1e-19, 0.001, DType.float32, "small"),
        (1e-19, 0.1, DType.float32, None),
        (1e-17, 1e-6, DType.float32, "small"),
        (1e-40, 0.001, DType.float64, None),
        (1.0, 1e-30, DType.float32, None),
        (1e16, 0.001, DType.float32, None),
        (1e18, 0.001, DType.float32, "large"),
        (1e30, 0.001, DType.float32, "large"),
        (1e30, 0.001, DType.float64, None),
        (1e98, 0.001, DType.float64, None),
    ],
)
def test_a_target_is_refused_exactly_where_its_squares_leave_the_dtype(
    unit: float, tolerance: float, dtype: DType, word: str | None
) -> None:
    problem = of(unit)
    problem.prepared.readings.check_dtype(dtype)  # Its values are held.
    if word is None:
        check_dtype(problem, dtype, tolerance)
    else:
        with pytest.raises(BadInput, match=f"target of own are too {word} for {dtype}") as error:
            check_dtype(problem, dtype, tolerance)
        assert "use dtype=float64" in error.value.next_step


@pytest.mark.parametrize("targets", [MASSES, [m * 1e56 for m in MASSES]])
def test_a_sweep_on_such_a_target_ends_with_one_message_and_nothing_stored(
    command: Command, files: Callable[[], list[str]], targets: list[float]
) -> None:
    Path("masses.csv").write_text("number,mass\n" + "".join(f"{i},{mass!r}\n" for i, mass in enumerate(targets)))
    data = ("data=csv", "data.path=masses.csv", "data.input=number", "data.target=mass")
    said = command(*data, "init.w=0", "lr=1e-5", "scale=0.1", "epochs=1")
    assert (said.code, said.out, files()) == (1, "", ["masses.csv"])
    assert "the squares of the target of masses are too" in said.err
    assert len(said.err.splitlines()) <= 3
    assert command(*data, "init.w=0", "lr=1e-5", "epochs=1", "dtype=float64", "dry_run=true").code == 0
