"""Training functions: what they yield, return, print and leave is kept, and what is none is said."""

import io
import logging
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from sweep.training import kept_files, yielded
from sweep.training.compute import compute
from sweep.training.curve import Curve
from tests.problem.posed import planned
from tests.training.by_function import asked, curve, failure
from tests.training.training_loops import INF, NAN


def test_a_loss_an_epoch_is_a_curve_whose_last_loss_is_the_final_one() -> None:
    found = curve("falls", changes={"lr": 0.5, "epochs": 4})
    assert (found.losses.tolist(), found.final_loss) == ([1.0, 0.5, 0.25], 0.125)
    assert found.losses.dtype == np.float64
    assert (found.parameters, found.watched, found.measured) == ((), {}, {})
    assert curve("falls", changes={"epochs": 1}).losses.shape == (0,)


@pytest.mark.parametrize(
    ("kind", "loss"), [("tensor", 1.5), ("array", 1.5), ("scalar", 1.5), ("bool", 1.0), ("huge", INF), ("mapping", 1.5)]
)
def test_a_loss_is_whatever_is_a_number(kind: str, loss: float) -> None:
    found = curve("says", kind=kind)
    assert (found.losses.tolist(), found.final_loss) == ([2.0], loss)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("text", "yielded as loss a value of type str, which is no number"),
        ("nothing", "yielded as loss nothing, which is no number"),
        ("pair", "yielded as loss a value of type Tensor, which is no number"),
        ("no loss", "yielded a mapping of accuracy: a loss must be among them, by the name loss"),
        ("odd name", "yielded a metric by the name 'a b': 64 letters, digits, _, -, . and /, a letter first"),
        ("long name", "yielded a metric by the name 'aaa"),
        ("no name", "yielded a metric by the name 3:"),
        ("many", "yielded metrics of 51 names: at most 50"),
    ],
)
def test_what_is_no_number_by_a_name_fails_the_run_in_words(kind: str, words: str) -> None:
    found = failure("says", kind=kind)
    assert found.kind == "Unfit"
    assert f"tests.training.training_loops.says {words}" in found.message


def test_warnings_are_in_its_output_as_python_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: object) -> None:
        sys.stderr.write(warnings.formatwarning(message, category, filename, lineno))

    monkeypatch.setattr(warnings, "showwarning", shown)  # Python's own: that of the tests keeps them.
    warnings.simplefilter("ignore")  # As in a command.
    for _ in range(2):
        said = curve("warns").leavings.output
        assert "training_loops.py" in said
        assert "UserWarning: the step is large" in said
        assert "for developers" not in said
    warnings.warn("silent again", stacklevel=1)


def test_losses_may_come_as_a_list() -> None:
    for kind in ("list", "tensor"):
        found = curve("listed", kind=kind)
        assert (found.losses.tolist(), found.final_loss) == ([3.0], 2.0)
    assert "yielded no loss" in failure("listed", kind="empty").message
    for kind, what in (("nothing", "nothing"), ("text", "a value of type str")):
        assert f"returned {what}: it must yield" in failure("listed", kind=kind).message


def test_a_function_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yielded, "MOST_EPOCHS", 1000)
    assert "yielded more than 1,000 losses" in failure("endless").message
    monkeypatch.setattr(yielded, "MOST_NUMBERS", 100)
    assert "yielded more than 100 numbers" in failure("endless").message


def test_metrics_have_their_epochs_and_names_that_nothing_else_has() -> None:
    found = curve("broad", changes={"epochs": 3})
    assert {name: values.tolist()[:2] for name, values in found.watched.items() if name != "even"} == {
        "val/accuracy": [0.0, 1 / 3],
        "yielded.epoch": [0.0, 1.0],
        "yielded.lr": [0.5, 0.5],
    }
    assert found.watched["even"].tobytes() == np.array([0.0, NAN, 2.0]).tobytes()
    assert found.leavings.output == (
        "sweep: epoch is kept as yielded.epoch: the name is taken\nsweep: lr is kept as yielded.lr: the name is taken\n"
    )


def test_what_is_returned_is_numbers_by_name() -> None:
    found = dict(curve("returns", what="numbers").measured)
    assert np.isnan(found.pop("nan"))
    grid = {f"grid.{row}.{column}": 1.0 + 2 * row + column for row in (0, 1) for column in (0, 1)}
    assert found == {"best": 3.0, "pair.0": 1.0, "pair.1": 2.0, **grid}


def test_what_is_returned_by_a_name_that_is_taken_gets_another_and_that_is_said() -> None:
    found = curve("returns", what="taken")
    assert found.measured == {
        "returned.accuracy": 1.0,
        "returned.final_loss": 2.0,
        "returned.loss": 3.0,
        "returned.Outcome": 4.0,
        "returned.returned.loss": 5.0,
    }
    assert "sweep: accuracy is kept as returned.accuracy: the name is taken\n" in found.leavings.output


def test_what_is_returned_and_is_no_number_costs_no_run_and_is_said() -> None:
    found = curve("returns", what="odd")
    assert found.measured == {"good": 1.0}
    said = found.leavings.output.splitlines()
    assert len(said) == 6
    assert said[0] == "sweep: 'text' is left out of what was returned: a value of type str, which is no number"
    assert curve("returns", what="list").measured == {}


@pytest.mark.parametrize("value", ["inf", "nan", "-inf"])
def test_stop_diverged_ends_a_run_at_its_first_loss_that_is_no_number(value: str) -> None:
    found = curve("ends_early", at=2, value=value, stop=True)
    assert (found.losses.tolist(), found.leavings.output) == ([1.0, 1.0], "closed\n")
    assert np.array(found.final_loss).tobytes() == np.array(float(value)).tobytes()
    assert len(curve("ends_early", at=2, value=value).losses) == 5
    assert len(curve("ends_early", at=2, value="2", stop=True).losses) == 5


def test_a_seed_draws_the_same_numbers_each_time_and_leaves_those_of_the_caller() -> None:
    import torch

    torch.manual_seed(3)
    first = torch.get_rng_state()
    one, again, other = (curve("draws", changes={"seed": seed}) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), first)
    assert (one.losses.tolist(), one.final_loss) == (again.losses.tolist(), again.final_loss)
    assert one.final_loss != other.final_loss


def test_readings_are_arrays_of_its_own() -> None:
    plan = planned([asked("takes", place=place) for place in range(2)])
    one, other = compute(plan.points, plan.problems)
    assert isinstance(one, Curve)
    assert isinstance(other, Curve)
    assert (one.losses.tolist(), one.final_loss) == (other.losses.tolist(), 11.0)


def test_whatever_is_printed_is_the_output_of_the_run_also_of_one_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # Of the tests' own.
    monkeypatch.setattr(logging.root, "level", logging.ERROR)
    found = failure("prints")
    assert (found.kind, found.message) == ("ArithmeticError", "no more")
    assert "in prints" in found.traceback
    assert sorted(found.leavings.output.splitlines()) == sorted(
        ["printed", "to standard error", "to the descriptor", "logged", "a process", "the C library", "unended"]
    )


def test_nothing_is_captured_of_whoever_prints_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    streams, descriptors = (sys.stdout, sys.stderr), [os.fstat(number).st_ino for number in (1, 2)]
    failure("prints")
    assert (sys.stdout, sys.stderr) == streams
    assert [os.fstat(number).st_ino for number in (1, 2)] == descriptors
    print("mine")
    os.write(1, b"mine too\n")
    assert capfd.readouterr() == ("mine\nmine too\n", "")


def test_output_is_captured_where_nobody_can_read_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (None, io.StringIO()):
        monkeypatch.setattr(sys, "stdout", stream)
        assert "printed" in failure("prints").leavings.output
        assert sys.stdout is stream


def test_a_function_may_set_up_its_logs_and_they_are_as_they_were_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(logging.root, "level", logging.ERROR)
    for _ in range(2):
        assert curve("logs").leavings.output == "a note\n"
        assert (logging.root.handlers, logging.root.level) == ([], logging.ERROR)


def test_of_much_output_the_beginning_and_the_end_are_kept() -> None:
    found = curve("shouts", lines=100_000).leavings.output
    lines = found.splitlines()
    assert (lines[0], lines[-1]) == ("line 00000000", "line 00099999")
    assert "[… 888,000 bytes left out …]" in lines
    assert len(found) < 520_000


def test_files_are_kept_by_their_paths_and_the_folder_is_gone_afterwards() -> None:
    found = curve("leaves").leavings
    assert found.files == {
        "_": b"bytes",
        "a_b_c": b"renamed",
        "below/model.bin": b"\0\xff",
        "empty": b"",
        "é 日.txt": "µ".encode(),
    }
    folder, *said = found.output.splitlines()
    assert not Path(folder).exists()
    assert said == [
        "sweep: a%b:c is kept as a_b_c: stores do not take such a name",
        "sweep: a%b?c is left out: a name that is too long, or taken",
        "sweep: link is left out: a link, or no plain file",
        f"sweep: {'n' * 240} is left out: a name that is too long, or taken",
        "sweep: pipe is left out: a link, or no plain file",
        "sweep: \\udcff is kept as _: stores do not take such a name",
    ]


def test_of_many_files_and_of_many_bytes_the_first_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_files, "MOST_FILES", 3)
    monkeypatch.setattr(kept_files, "MOST_BYTES", 10)
    for name, size in (("a", 4), ("b", 7), ("c", 6)):
        (tmp_path / name).write_bytes(b"x" * size)
    found, said = kept_files.files(tmp_path)
    assert (sorted(found), said) == (["a", "c"], ["b is left out: 7 bytes, where a run keeps 10 in all"])
    for place in range(30):
        (tmp_path / f"d{place:02}").touch()
    found, said = kept_files.files(tmp_path)
    assert (len(found), len(said), said[-1]) == (3, 21, "… and 10 files more")


@pytest.mark.parametrize("name", ["", ".", "..", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a\\b", "a:b"])
def test_no_name_of_a_file_leads_elsewhere(name: str) -> None:
    assert not kept_files.may_be_kept(name)
    assert kept_files.may_be_kept("a/b c/é.txt")
