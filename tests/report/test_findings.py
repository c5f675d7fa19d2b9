"""What a sweep found: the best setting, and the few words on each run."""

import re
from pathlib import Path

import pytest

from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.report import findings
from sweep.report.blocks import Table
from sweep.report.contents import sections
from sweep.report.escape import as_code, in_code, in_csv, in_html, in_markdown
from sweep.report.findings import find, note, table
from sweep.report.fit import short
from sweep.report.judged_runs import Run, judged
from sweep.report.markdown import aligned
from sweep.settings.schema import DType
from sweep.verdict import sentences
from tests.conftest import THERMOMETER, Command, point
from tests.report.made import OTHER, sweep


def test_the_best_setting_is_the_least_final_loss_that_did_not_diverge() -> None:
    plan, runs = sweep(point(lr=1e-2, scale=1.0, epochs=100), point(epochs=2000), point(epochs=5000))
    found = find(plan, runs)
    assert found.best == {point().task: runs[2]}
    assert "Best: lr=0.01 scale=0.1 epochs=5000, final loss 2.928." in found.sentence


def test_of_runs_that_end_alike_the_shortest_is_best() -> None:
    plan, runs = sweep(*(point(epochs=epochs, scale=0.02, lr=0.3) for epochs in (9000, 8000)))
    assert len({run.curve.final_loss for run in runs if run.curve}) == 1
    assert find(plan, runs).best[point().task].point.epochs == 8000


def test_without_a_converged_run_the_best_so_far_is_named_as_such() -> None:
    assert "Best so far, not converged: lr=0.01" in find(*sweep(point(epochs=50))).sentence


def test_each_data_set_has_a_best_of_its_own() -> None:
    points = [point(epochs=5, data=each.fingerprint) for each in (OTHER, THERMOMETER)]
    plan, runs = sweep(*points, data=(OTHER, THERMOMETER))
    assert [run.number for run in find(plan, runs).best.values()] == [1, 2]
    (table,) = next(part for part in sections(plan, runs, find(plan, runs)) if part.heading == "Each data set").blocks
    assert isinstance(table, Table)
    assert [row[:4] for row in table.rows] == [["other", "0", "1", "0"], ["thermometer", "0", "1", "0"]]


def test_any_setting_that_varies_has_a_column() -> None:
    header, rows = table(*sweep(point(epochs=5), point(epochs=5, init=(1.0, 2.0))))
    assert header[:4] == ["lr", "scale", "epochs", "init.b"]
    assert [row[3] for row in rows] == ["0", "2"]


def test_settings_stand_exactly_and_results_to_six_digits() -> None:
    plan, runs = sweep(point(epochs=5, lr=0.0100000001), point(epochs=5, lr=0.0100000002))
    header, rows = table(plan, runs)
    assert [row[0] for row in rows] == ["0.0100000001", "0.0100000002"]
    assert runs[0].curve is not None
    assert rows[0][header.index("final loss")] == f"{runs[0].curve.final_loss:.6g}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "within tolerance from epoch 1722"),
        ({"scale": 1.0}, "left the finite numbers at epoch 10"),
        ({"lr": 0.034, "epochs": 50}, "rises from epoch 1"),
        ({"epochs": 100}, "about 1,622 epochs to go"),
        ({"lr": 1e-6, "scale": 1.0, "init": (0.5, -15.0), "epochs": 1300}, "stalled"),
        ({"lr": 1e-40, "init": (0.0, 0.0), "dtype": DType.float64, "epochs": 5}, "more than 4.6e+18 epochs to go"),
        ({"lr": 0.03298, "init": (5.4, 0.0), "epochs": 1}, "theory promises no end"),
    ],
)
def test_a_few_words_say_why_a_run_has_its_outcome(changes: dict[str, object], words: str) -> None:
    _, (run,) = sweep(point(**changes))
    assert note(run) == words


def test_cells_are_escaped_and_columns_line_up() -> None:
    lines = aligned(["a", "b"], [["x|y", "*bold*"], ["<script>", "two\nlines"]])
    assert lines[2] == r"| x\|y           | \*bold\*  |"
    assert lines[3] == "| &lt;script&gt; | two lines |"
    assert len({len(line) for line in lines}) == 1


def test_text_from_outside_is_escaped_for_the_file_it_stands_in() -> None:
    assert in_html('<a href="x">&\n\x00\u202e') == "&lt;a href=&quot;x&quot;&gt;&amp; ��"
    assert in_markdown("a_b _c_ [d](e) `f`") == r"a_b \_c\_ \[d\](e) \`f\`"
    assert in_code("a`b|c") == "a'b¦c"
    assert [as_code(text) for text in ("a|b", "a`b", "``", "x\ny")] == ["`a|b`", "`` a`b ``", "``` `` ```", "`x y`"]
    assert [in_csv(text) for text in ("=1", "+1", "-1", "@x", "\tx", "x=1")] == [
        "'=1", "'+1", "'-1", "'@x", "'\tx", "x=1",
    ]  # fmt: skip


def test_a_point_that_was_not_run_is_told_as_such() -> None:
    plan = Plan((point(),), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    (run,) = judged(plan, {})
    assert (run.state, note(run)) == ("NOT RUN", "not run")
    assert findings.end_cells(plan, [run], 5) == (["final loss", "w", "b"], [["", "", ""]])


def test_one_of_anything_is_said_in_the_singular(command: Command, ready_store: Path) -> None:
    said = command("epochs=1")
    assert "1 point, 1 epoch in all" in said.out
    (folder,) = Path("outputs").glob("sweep-*")
    replayed = command(module="sweep.replay").out
    assert "Replayed 1 run of sweep" in replayed
    texts = [said.out, replayed, *(file.read_text() for file in folder.iterdir())]
    for text in texts:
        assert (
            re.findall(r"(?<![\d.,=-])1 (?:more )?(?:of 1 )?(?:epoch|run|point|curve|loss curve|reading|result)s", text)
            == []
        )
    assert sentences.plural(1, "epoch") == "1 epoch"
    assert [sentences.plural(count, "more run") for count in (0, 2, 1000)] == [
        "0 more runs",
        "2 more runs",
        "1,000 more runs",
    ]


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ([point(lr=1e-2, scale=1.0, epochs=100)], "Every run that has a result diverged."),
        ([point(lr=1e-2, scale=1.0, epochs=100), None], "Every run that has a result diverged."),
        ([None], "No run has a result."),
    ],
)
def test_without_a_best_run_the_sentence_says_why(runs: list[Point | None], words: str) -> None:
    trained = [each for each in runs if each]
    _, judged_runs = sweep(*trained) if trained else (None, [])
    absent = [Run(9, point(), "lr=0.01")] * (None in runs)
    plan = Plan((point(),), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    assert find(plan, [*judged_runs, *absent]).sentence.endswith(words)


@pytest.mark.parametrize(
    ("setting", "title"),
    [
        ("problem.model.width=4", "width=4"),
        ("problem.model._target_=my.Net", "my.Net"),
        ("problem.loss=l1", "loss=l1"),
        ("optimizer.momentum=0.9", "momentum=0.9"),
        ("schedule.gamma=0.5", "gamma=0.5"),
        ("optimizer=adam", "optimizer=adam"),
        *((each, each) for each in ("problem.model.lr=1", "problem.model.scale=2", "problem.model.loss=l1", "scale=2")),
        *((each, each) for each in ("problem.model.momentum=1", "problem.model.gamma=2")),
    ],
)
def test_an_argument_that_is_called_as_another_setting_keeps_its_whole_key_in_titles(setting: str, title: str) -> None:
    assert short(setting) == title
