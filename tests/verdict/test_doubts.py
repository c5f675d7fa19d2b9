"""What is told before training: readings that a dtype merges or does not resolve."""

from pathlib import Path

import pytest

from sweep.plan.plan import Plan
from sweep.settings.schema import DType, ProblemKind
from sweep.verdict.doubts import doubts
from tests.conftest import THERMOMETER, Command, point
from tests.plan.fields import FUNCTION
from tests.problem.made import readings

STAMPS = [1.7e9 + 60 * i for i in range(30)]
PRESSURE = [101325 + 0.004 * i for i in range(30)]
RAMP = [20 + 0.1 * i for i in range(30)]


def told(inputs: list[float], targets: list[float], *dtypes: DType, tolerance: float = 0.001) -> list[str]:
    data = readings(inputs, targets)
    points = tuple(point(data=data.fingerprint, dtype=dtype, lr=lr) for dtype in dtypes for lr in (0.1, 0.2))
    return list(doubts(Plan(points, {data.fingerprint: data}, tolerance)))


def test_inputs_that_a_dtype_merges_are_counted() -> None:
    (line,) = told(STAMPS, RAMP, DType.float32)
    assert line == "float32 rounds the 30 different inputs of own to 15; dtype=float64 or a centred column may help"
    assert told(STAMPS, RAMP, DType.float64) == []
    assert "30 different inputs of own to 29" in told([*RAMP[:-1], RAMP[0] + 1e-9], RAMP, DType.float32)[0]


@pytest.mark.parametrize(
    ("targets", "tolerance", "dtypes"),
    [(PRESSURE, 0.001, [DType.float32]), (RAMP, 1e-13, [DType.float32]),
     ([1e12 * t for t in PRESSURE], 0.001, [DType.float32]),
     (PRESSURE, 1e-20, [*DType])],
)  # fmt: skip
def test_a_tolerance_that_the_rounding_of_the_target_exceeds_is_told_once_a_dtype(
    targets: list[float], tolerance: float, dtypes: list[DType]
) -> None:
    lines = told(RAMP, targets, *DType, tolerance=tolerance)
    assert [line.split()[0] for line in lines] == dtypes
    assert all(" may not resolve outcome.tolerance=" in line for line in lines)


def test_of_a_training_function_nothing_is_said_as_nobody_knows_what_it_computes_in() -> None:
    data = readings(STAMPS, PRESSURE)
    own = point(problem=ProblemKind.function, function=FUNCTION.function, takes="lr dtype", data=data.fingerprint)
    assert list(doubts(Plan((own,), {data.fingerprint: data}, 1e-9))) == []


def test_ordinary_readings_are_trained_without_a_word() -> None:
    assert list(doubts(Plan((point(),), {THERMOMETER.fingerprint: THERMOMETER}, 1e-6))) == []
    fine = [i / 1e6 for i in range(30_000)]
    assert told([*fine, fine[1] + 1e-16], [*fine, 1.0], DType.float32) == []  # One of 30,000 is merged.


@pytest.mark.parametrize("words", [("dry_run=true",), ()])
def test_a_command_says_it_before_it_trains_and_not_again_when_all_is_done(
    command: Command, ready_store: Path, words: tuple[str, ...]
) -> None:
    rows = "\n".join(f"{u},{t}" for u, t in zip(STAMPS, PRESSURE, strict=True))
    Path("own.csv").write_text(f"u,t\n{rows}\n")
    sweep = ("data=csv", "data.path=own.csv", "data.input=u", "data.target=t", "scale=1e-9", "epochs=2", *words)
    said = command(*sweep)
    assert said.code == 0
    assert [line.split(" own")[0] for line in said.err.splitlines()] == [
        "float32 rounds the 30 different inputs of",
        "float32 may not resolve outcome.tolerance=0.001 on the target of",
    ]
    if not words:
        assert command(*sweep).err == ""
