"""What a training function raises: whose run fails, and what is told of it."""

import signal
from pathlib import Path

import pytest

from tests.training.by_function import failure


@pytest.mark.parametrize("kind", ["SystemExit", "GeneratorExit", "CancelledError"])
def test_whatever_a_function_raises_fails_its_own_run_alone(kind: str) -> None:
    found = failure("ends", with_what=kind)
    assert (found.kind, found.message) == (kind, "the end")


def test_a_ctrl_c_that_nobody_can_have_typed_fails_its_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a worker, which ignores it; where somebody can, the sweep ends."""
    with pytest.raises(KeyboardInterrupt):
        failure("ends", with_what="KeyboardInterrupt")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        found = failure("ends", with_what="KeyboardInterrupt")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (found.kind, found.message) == ("KeyboardInterrupt", "the end")


def test_why_a_run_failed_is_told_in_a_sentence() -> None:
    assert failure("ends", with_what="SystemExit").sentence == "SystemExit: the end"
    assert failure("leaves_silently").sentence == "SystemExit"
    ours = failure("says", kind="nothing").sentence
    assert ours == "tests.training.training_loops.says yielded as loss nothing, which is no number"


def test_a_password_in_what_a_function_raises_is_neither_told_nor_stored() -> None:
    found = failure("tells_a_secret")
    assert found.message == "postgresql://***@db/mlflow does not answer"
    assert "ConnectionError: postgresql://***@db/mlflow does not answer" in found.traceback
    assert "bob:hush@db" in (Path(__file__).parent / "training_loops.py").read_text()
    assert "hush" not in repr(found) + found.traceback
