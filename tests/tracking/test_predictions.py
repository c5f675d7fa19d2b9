"""``predictions.json``: it reads back with every bit, is bounded, refused where it does not fit; and who renews it."""

import json
import random
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from sweep.errors import Exit
from sweep.plan.plan import Plan
from sweep.problem.fit import Fitted
from sweep.problem.predicted import MOST, PLACES, Predicted
from sweep.tracking import documents, predictions
from sweep.tracking.artifacts import FolderArtifacts
from sweep.tracking.record import SweepRecord
from sweep.tracking.typed import Malformed
from tests.conftest import THERMOMETER, Command, point
from tests.problem import classes, tables
from tests.report.nets import net, swept
from tests.tracking.spoiled import json_document
from tests.tracking.stored import page

PLANE, KINDS = tables.table(40, 2, 1), classes.table(60, 2, 3, 1)
LINE, FLAT, SORTS = (
    net(THERMOMETER, standardize=True, epochs=5),
    net(PLANE, epochs=5),
    net(KINDS, loss="cross_entropy", holdout="0.2", epochs=5),
)
WIDEST = -2.2250738585072014e-308

NET = """\
import torch

class Net(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner, self.outer = torch.nn.Linear(2, width), torch.nn.Linear(width, 2)

    def forward(self, x):
        return self.outer(torch.tanh(self.inner(x)))
"""


@pytest.fixture(scope="module")
def made() -> SweepRecord:
    return swept(LINE, FLAT, SORTS, point(epochs=5), data=(THERMOMETER, PLANE, KINDS))


@pytest.fixture
def artifacts(tmp_path: Path) -> FolderArtifacts:
    return FolderArtifacts(tmp_path, 1.0)


def test_what_is_kept_reads_back_as_it_was(made: SweepRecord, artifacts: FolderArtifacts) -> None:
    assert set(made.predictions) == {LINE.key, FLAT.key, SORTS.key}
    artifacts.put("run", predictions.PATH, predictions.encode(made.predictions))
    assert predictions.read(artifacts, "run", made.plan) == made.predictions


def test_a_store_without_it_has_nothing_kept(made: SweepRecord, artifacts: FolderArtifacts) -> None:
    assert predictions.read(artifacts, "run", made.plan) == {}


def test_it_has_no_more_bytes_than_are_read_of_it(made: SweepRecord, artifacts: FolderArtifacts) -> None:
    large = tables.table(3 * MOST, 2, 1)
    few = classes.table(10, 1, 10, 1)
    points = [net(large), net(THERMOMETER), net(few, loss="cross_entropy")]
    data = {each.fingerprint: each for each in (large, THERMOMETER, few)}
    plan = Plan(tuple(points), data, 0.001)
    pairs = [[one, one, 1] for one in range(10)]
    widest = [
        Predicted([], [WIDEST] * MOST, [], []),
        Predicted([WIDEST] * PLACES, [], [], []),
        Predicted([], [], pairs, []),
    ]
    kept = {one.key: each for one, each in zip(points, widest, strict=True)}
    artifacts.put("run", predictions.PATH, predictions.encode(kept))
    assert predictions.read(artifacts, "run", plan) == kept
    artifacts.put("run", predictions.PATH, predictions.encode(kept) + b" " * 200_000)
    with pytest.raises(OSError, match="bytes"):
        predictions.read(artifacts, "run", plan)


def sealed(document: dict[str, object]) -> bytes:
    rows = {"checksum": "", **document}
    runs = rows.pop("runs")
    return documents.seal(documents.encode(rows, "runs", runs))  # type: ignore[arg-type]


def plain(made: SweepRecord) -> dict[str, object]:
    return {"version": 1, "runs": {key: asdict(each) for key, each in made.predictions.items()}}


Change = Callable[[dict[str, object]], object]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(version=2), "version is 2"),
        (lambda d: d.update(more=1), "more is not known to this release"),
        (lambda d: d["runs"].update(x=d["runs"][LINE.key]), "the key of a point with a model is needed"),
        (lambda d: d["runs"].update({point(epochs=5).key: d["runs"][LINE.key]}), "the key of a point with a model"),
        (lambda d: d["runs"][LINE.key]["line"].pop(), "does not fit the readings"),
        (lambda d: d["runs"][LINE.key].update(outputs=[1.0]), "does not fit the readings"),
        (lambda d: d["runs"][LINE.key].update(trained=[[0, 0, 9]]), "does not fit the readings"),
        (lambda d: d["runs"][FLAT.key].update(d["runs"][LINE.key]), "does not fit the readings"),
        (lambda d: d["runs"][FLAT.key]["outputs"].append("1"), "a finite number is needed"),
        (lambda d: d["runs"][SORTS.key]["trained"][0].__setitem__(0, 3), "does not fit the readings"),
        (lambda d: d["runs"][SORTS.key]["trained"][0].append(3), "does not fit the readings"),
        (lambda d: d["runs"][SORTS.key]["trained"][0].__setitem__(2, -3), "does not fit the readings"),
        (lambda d: d["runs"][SORTS.key].update(held=[]), "does not fit the readings"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_place(
    made: SweepRecord, artifacts: FolderArtifacts, change: Change, message: str
) -> None:
    document = plain(made)
    change(document)
    artifacts.put("run", predictions.PATH, sealed(document))
    with pytest.raises(Malformed, match=message) as refused:
        predictions.read(artifacts, "run", made.plan)
    assert str(refused.value).startswith("predictions.json")
    assert predictions.read(artifacts, "run", made.plan, may_be_damaged=True) == {}


def test_a_byte_that_was_changed_is_found_by_the_checksum(made: SweepRecord, artifacts: FolderArtifacts) -> None:
    content = predictions.encode(made.predictions)
    place = content.index(b'"line": [') + 12
    other = content[:place] + (b"1" if content[place : place + 1] != b"1" else b"2") + content[place + 1 :]
    artifacts.put("run", predictions.PATH, other)
    with pytest.raises(Malformed, match="checksum"):
        predictions.read(artifacts, "run", made.plan)


def test_whatever_stands_there_with_a_checksum_that_fits_it_is_refused_or_can_be_drawn(
    made: SweepRecord, artifacts: FolderArtifacts
) -> None:
    dice = random.Random(1)
    content = predictions.encode(made.predictions)
    drawn = 0
    for _ in range(300):
        spoiled = json_document(dice, content.replace(json.loads(content)["checksum"].encode(), b""))
        artifacts.put("run", predictions.PATH, documents.seal(spoiled))
        try:
            found = predictions.read(artifacts, "run", made.plan)
        except (Malformed, OSError):
            continue
        for one in made.plan.points:
            problem, where = made.plan.problem(one), Fitted("", 1.0, (0.0, 0.0), found.get(one.key))
            if where.predicted:
                fit, tables_of = problem.fit(where), problem.confusion(where)
                assert fit is not None or tables_of
                drawn += 1
    assert drawn


def stored() -> list[Path]:
    return [*Path("outputs/artifacts").glob("*/artifacts/predictions.json")]


@pytest.mark.usefixtures("ready_store")
def test_the_sweeps_own_command_makes_it_once_and_again_where_it_is_lost_and_a_report_imports_no_model(
    command: Command,
) -> None:
    Path("nets_of_this_test.py").write_text(NET)
    model = ("problem=torch", "problem.model._target_=nets_of_this_test.Net", "problem.model.width=3,4")
    words = (*model, "problem.loss=cross_entropy", "data=moons", "data.samples=40", "epochs=20", "lr=1")
    assert command(*words).code == 0
    first = page()
    (path,) = stored()
    content, changed = path.read_bytes(), path.stat().st_mtime_ns
    assert b"taken for" in first
    assert len(json.loads(content)["runs"]) == 2
    assert command(*words).code == 0
    assert path.stat().st_mtime_ns == changed
    path.write_bytes(content[:-9])
    damaged = command(module="sweep.report")
    assert (damaged.code, "predictions.json" in damaged.err) == (Exit.BAD_INPUT, True)
    assert command(*words).code == 0
    assert (path.read_bytes(), page()) == (content, first)
    path.unlink()
    Path("nets_of_this_test.py").unlink()
    del sys.modules["nets_of_this_test"]
    assert command(module="sweep.report").code == 0
    assert b"taken for" not in page()
    path.write_bytes(content)
    assert command(module="sweep.report").code == 0
    assert page() == first
    assert "nets_of_this_test" not in sys.modules
