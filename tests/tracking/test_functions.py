"""Sweeps of training functions in a store: what their runs show and hold, what is read of them again, and replayed."""

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

import sweep
from sweep.errors import BadInput
from sweep.tracking.location import absolute
from sweep.training import yielded
from tests.conftest import Command, Said
from tests.tracking.lies import lie, of_points
from tests.tracking.stored import URI, runs

pytestmark = pytest.mark.usefixtures("ready_store")

LOOPS = "tests.training.training_loops"


def by(name: str, *words: str) -> tuple[str, ...]:
    """The words that train by a function of the tests."""
    return ("problem=function", f"problem.function._target_={LOOPS}.{name}", *words)


def replayed(command: Command, name: str, *words: str) -> Said:
    """What a replay says that may call it."""
    return command(*words, "--allow", f"{LOOPS}.{name}", module="sweep.replay")


def history(run: Run, name: str) -> dict[int, float]:
    """The values of a metric by step."""
    found = MlflowClient(absolute(URI)).get_metric_history(run.info.run_id, name)
    return {each.step: each.value for each in found}


def artifacts(run: Run) -> dict[str, bytes]:
    """The files of a run, by their paths."""
    folder = Path("outputs/artifacts", run.info.run_id, "artifacts")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_shows_every_loss_and_metric_its_final_values_and_what_it_takes(command: Command) -> None:
    assert command(*by("tells", "lr=0.5", "epochs=4", "scale=3")).code == 0
    (run,) = runs()
    assert history(run, "loss") == {0: 1.0, 1: 0.5, 2: 0.25, 3: 0.125}
    assert history(run, "accuracy") == {0: 0.0, 1: 0.25, 2: 0.5, 3: 0.75}
    assert history(run, "val/even") == {0: 0.0, 2: 2.0}
    ours = {"final_loss": 0.125, "log10_final_loss": math.log10(0.125), "log10_lr": math.log10(0.5)}
    theirs = {"loss": 0.125, "accuracy": 0.75, "val/even": 2.0, "best": 0.5, "pair.0": 1.0}
    assert run.data.metrics == {**ours, **theirs, "log10_end": math.log10(0.125)}
    finals = {name: value for name, value in run.data.tags.items() if name.startswith("final_")}
    assert finals == {"final_loss": "0.125", "final_best": "0.5", "final_pair.0": "1.0", "final_pair.1": "nan"}
    assert {"lr", "epochs", "takes"} <= run.data.params.keys()
    assert not {"scale", "seed", "dtype"} & run.data.params.keys()
    assert artifacts(run) == {"output.txt": b"at 0.5\n", "files/below/lr.txt": b"0.5"}


def test_of_a_long_curve_as_many_epochs_are_shown_as_of_others(command: Command) -> None:
    command(*by("tells", "lr=1e-3", "epochs=300", "tracking.curve_points=20"))
    (run,) = runs()
    assert run.data.tags["curve_points"] == "20 of 300 epochs"
    for name, last in (("loss", 299), ("accuracy", 299), ("val/even", 298)):
        found = history(run, name)
        assert (len(found), min(found), max(found)) == (20, 0, last)
    assert run.data.metrics["loss"] == run.data.metrics["final_loss"]


def test_one_loss_is_a_run_and_what_prints_nothing_leaves_no_file(command: Command) -> None:
    assert command(*by("falls", "lr=0.5,0.1", "epochs=1")).code == 0
    assert [history(run, "loss") for run in runs()] == [{0: 1.0}] * 2
    assert all(not Path("outputs/artifacts", run.info.run_id).exists() for run in runs())
    assert "2 done already, 0 to train" in command(*by("falls", "lr=0.5,0.1", "epochs=1")).out


def test_a_failed_run_keeps_what_it_printed(command: Command) -> None:
    said = command(*by("fails", "lr=0.5"))
    assert (said.code, "ArithmeticError: no number" in said.err) == (3, True)
    (run,) = runs()
    assert run.info.status == "FAILED"
    found = artifacts(run)
    assert (found.pop("output.txt"), *found) == (b"before 0.5\n", "traceback.txt")


def test_what_is_printed_of_a_secret_is_hidden(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "sesame-sesame")
    command(*by("whispers"))
    (run,) = runs()
    assert artifacts(run) == {"output.txt": b"the word is ***\n"}


def test_tables_have_what_a_function_named_beside_what_every_run_has(command: Command) -> None:
    command(*by("tells", "lr=0.5,0.25", "epochs=4"))
    table, curves = sweep.frame()
    assert table["best"].tolist() == [0.5, 0.25]
    assert table["accuracy"].tolist() == [0.75] * 2
    assert table["initial_loss"].tolist() == [1.0] * 2
    assert table["pair.1"].isna().all()
    first = curves[curves["key"] == table["key"][0]]
    assert first["epoch"].tolist() == [0, 1, 2, 3]
    assert first["loss"].tolist() == [1.0, 0.5, 0.25, 0.125]
    assert first["val/even"].fillna(-1.0).tolist() == [0.0, -1.0, 2.0, -1.0]
    (path,) = Path("outputs").glob("sweep-*/runs.csv")
    header, row, _ = path.read_text().splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=False))
    assert (cells["best"], cells["lr"]) == ("0.5", "0.5")


def test_no_name_of_a_function_s_own_is_that_of_a_column_or_metric_of_ours(command: Command) -> None:
    """Of lines and of functions: what stands beside what a function names has none of its names."""
    command("lr=1e-2", "scale=0.1", "epochs=5")
    command(*by("falls", "lr=0.5", "epochs=3"))
    names = {name for run in runs() for name in run.data.metrics} - {"loss", "w", "b"}
    for which in {run.data.tags["sweep_id"] for run in runs("summary")}:
        names |= {str(name) for table in sweep.frame(which) for name in table} - {"loss", "w", "b"}
    free = {name for name in names if name.lower() not in yielded.TAKEN and not name.startswith(yielded.OWN)}
    assert free == set()


def test_replay_compares_curves_and_what_was_returned(command: Command) -> None:
    command(*by("changes", "lr=0.5"))
    (before,) = (artifacts(run) for run in runs())
    for state, words in (
        ("", "identical, bit for bit"),
        ("longer", "has other epochs: 1 losses stored, 2 now"),
        ("other", "the same curve and end, but another end: 1.0 stored, 2.0 now"),
        ("more", "the same curve and end, but more was returned now alone"),
    ):
        Path("state.txt").write_text(state)
        said = replayed(command, "changes")
        assert (said.code, words in said.out) == (5 if state else 0, True), said.out
        assert [artifacts(run) for run in runs()] == [before]


def test_replay_calls_no_function_that_the_command_does_not_allow(command: Command) -> None:
    command(*by("tells", "lr=0.5", "epochs=4"))
    said = replayed(command, "falls")
    assert (said.code, f"the store names code to be run: {LOOPS}.tells" in said.err) == (1, True)
    said = replayed(command, "tells", runs()[0].info.run_id)
    assert (said.code, "Replayed 1 run" in said.out, ", 4 epochs: identical" in said.out) == (0, True, True)


def test_a_function_has_no_model_to_be_loaded(command: Command) -> None:
    command(*by("falls", "lr=0.5", "epochs=2"))
    with pytest.raises(BadInput, match="whose model is its function's own"):
        sweep.model(runs()[0].info.run_id)


def test_a_dry_run_says_what_is_known_of_how_the_store_grows(command: Command) -> None:
    def grows(*words: str) -> str:
        return command(*words, "dry_run=true").out.splitlines()[-2]

    assert grows(*by("falls", "lr=0.5", "epochs=100")) == (
        "The store grows by 36 kB, at a loss an epoch, and by what functions print and leave."
    )
    assert grows(*by("fails", "lr=0.5")) == "The store grows by 10 kB and by what functions yield, print and leave."
    assert grows("lr=1e-2").endswith("at most.")


def test_a_report_is_made_again_and_a_moved_store_still_has_all(command: Command, tmp_path: Path) -> None:
    command(*by("tells", "lr=0.5,0.25", "epochs=4"))
    (page,) = Path("outputs").glob("sweep-*/report.html")
    content = page.read_bytes()
    shutil.move("outputs", "moved")
    Path("outputs").mkdir()
    assert command("tracking.uri=sqlite:///moved/mlflow.db", module="sweep.report").code == 0
    assert page.read_bytes() == content


def test_functions_and_lines_are_one_sweep(command: Command) -> None:
    words = (f"problem.function._target_={LOOPS}.tells", "lr=1e-2", "scale=0.1", "epochs=5")
    assert command("problem=line,function", *words).code == 0
    table, curves = sweep.frame()
    assert sorted(table["problem"]) == ["function", "line"]
    line, function = (table["problem"] == each for each in ("line", "function"))
    assert table["accuracy"][line].isna().all()
    assert np.isfinite(table["w"][line]).all()
    assert table["accuracy"][function].tolist() == [0.8]
    assert table["w"][function].isna().all()
    assert curves.groupby("key", observed=True).size().tolist() == [6, 5]


FUNCTION_LIES: dict[str, tuple[str, str]] = {
    "no JSON": ("problem.function", "{_target_: os.system}"),
    "a list": ("problem.function", "[1]"),
    "no name": ("problem.function", '{"command":"touch sprung"}'),
    "a name that is none": ("problem.function", '{"_target_":1}'),
    "what no function takes": ("takes", "epochs lr word"),
    "another order": ("takes", "lr epochs"),
    "twice": ("takes", "lr lr"),
}


def test_a_plan_that_lies_of_its_function_is_refused_in_words(command: Command) -> None:
    command(*by("falls", "lr=0.5", "epochs=3"))
    shutil.copytree("outputs/artifacts", "whole")
    for name, (key, text) in FUNCTION_LIES.items():
        lie(of_points(key, text))
        for module in ("sweep.report", "sweep.replay"):
            said = command(module=module)
            assert (said.code, f".{key} is" in said.err) == (1, True), f"{name}: {said.err}"
        shutil.rmtree("outputs/artifacts")
        shutil.copytree("whole", "outputs/artifacts")


def test_code_that_a_plan_names_as_its_function_is_not_run(command: Command) -> None:
    command(*by("falls", "lr=0.5", "epochs=3"))
    lie(of_points("problem.function", '{"_target_":"os.mkdir","path":"sprung"}'))
    assert command(module="sweep.report").code == 0
    sweep.frame()
    said = command(module="sweep.replay")
    assert (said.code, "code to be run: os.mkdir" in said.err) == (1, True)
    assert not Path("sprung").exists()


def test_a_plan_of_functions_with_long_arguments_is_read_back(command: Command) -> None:
    words = [f"+problem.function.n{place}={'x' * 400}" for place in range(30)]
    said = command(*by("takes_all", "lr=0.5,0.25", *words))
    assert said.code == 0, said.err
    assert command(module="sweep.report").code == 0
