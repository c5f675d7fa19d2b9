"""A plan and its data take no more bytes than their summary run lets expect, and no more than that is read of them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from sweep.data import sources
from sweep.data.readings import Readings
from sweep.errors import BadInput
from sweep.models.facts import Facts
from sweep.models.spec import canonical, parsed
from sweep.plan import own_code, plan
from sweep.problem.choice import problems
from sweep.settings.schema import Posed, ProblemKind, Start
from sweep.tracking import data_files, documents, expected, manifest
from sweep.tracking.attempt import Attempt
from sweep.tracking.location import absolute
from sweep.tracking.typed import Malformed
from sweep.training.curve import Failure
from tests.conftest import THERMOMETER, Command, point
from tests.problem.made import readings
from tests.tracking.bounded import bounded
from tests.tracking.poured import OK, Poured
from tests.tracking.proxy import Proxy, faulty
from tests.tracking.stored import URI, runs, settings

MIB = 1 << 20
WIDEST = -2.2250738585072014e-308


def of(*data: Readings) -> plan.Plan:
    """A plan with a point on each of ``data``."""
    points = tuple(point(data=each.fingerprint) for each in data)
    return plan.Plan(points, {each.fingerprint: each for each in data}, 1e-3)


@pytest.mark.parametrize("said", ["\x01" * 200_000, "é" * 200_000, "short"])
def test_a_point_of_a_plan_has_no_more_bytes_than_one_may_whatever_its_failure_says(said: str) -> None:
    planned = plan.make([settings(), settings(lr=WIDEST * -1, epochs=10**18)], sources.read)
    attempts = {each.key: Attempt("a" * 32, 1, failure=Failure("Kind" * 20, said)) for each in planned.points}
    head = manifest.encode(planned, attempts).index(manifest.ROWS)
    assert len(manifest.encode(planned, attempts)) - head < expected.ROW * len(planned.points)


def of_models(*models: Any, lrs: int = 1, shapes: int = 1) -> plan.Plan:
    """A plan with ``lrs`` points of each model, which nobody imports: each has so many parameters."""
    points = tuple(
        point(problem=ProblemKind.torch, start=Start.random, model=canonical(model), lr=1e-3 * (1 + lr))
        for model in models
        for lr in range(lrs)
    )
    facts = Facts({f"layers.{each}.weight": [8, 8] for each in range(shapes)}, 1.0, "variance", 1.0)
    readings = {THERMOMETER.fingerprint: THERMOMETER}
    tasks = dict.fromkeys(each.task for each in points)
    return plan.Plan(points, readings, 1e-3, problems=problems(readings, tasks, dict.fromkeys(tasks, facts)))


def test_a_plan_of_many_points_of_models_with_long_arguments_is_read_back() -> None:
    words = {f"n{each}": '"' * 240 for each in range(31)}
    planned = of_models({"_target_": "my.Net", **words}, lrs=300)
    own_code.check(Posed(ProblemKind.torch, parsed(planned.points[0].model), "mse", 1.0, None, {}))
    failed = Failure("MemoryError", "\x01" * expected.MESSAGE)
    content = manifest.encode(planned, {each.key: Attempt("a" * 32, 1, failure=failed) for each in planned.points})
    rows = len(content) - content.index(manifest.ROWS)
    assert len(content) > manifest.WHOLE
    # The texts of models do not fit into the room of other points.
    assert expected.ROW * len(planned.points) < rows <= int(expected.tags(planned)[expected.PLAN]) - expected.HEAD
    stored = {manifest.PATH: content, **dict(data_files.files(planned))}
    again, _ = manifest.read(lambda path, value_of: value_of(stored[path]))
    assert (again.points, again.facts) == (planned.points, planned.facts)


def test_more_models_than_a_plan_can_be_read_with_are_refused() -> None:
    expected.check(of_models(*({"n": each} for each in range(3)), shapes=1000))
    with pytest.raises(BadInput, match="300 models are more than a plan can keep"):
        expected.check(of_models(*({"n": each} for each in range(300)), shapes=1000))


def test_readings_have_no_more_bytes_than_they_may_however_long_their_numbers() -> None:
    small = readings([WIDEST, 1.0], [WIDEST, 2.0])
    wide = readings([WIDEST * (1 + each / 1000) for each in range(100)], [WIDEST * 2] * 99 + [0.0])
    for data in (small, wide):
        most = expected.most(data_files.path(data.fingerprint), expected.tags(of(data)))
        assert len(data_files.written(data)) <= most < 3 * len(data_files.written(data))
    assert expected.tags(of(small, wide)) == expected.tags(of(wide)) | {
        expected.PLAN: expected.tags(of(small, wide))[expected.PLAN]
    }


@pytest.mark.parametrize("told", ["", "-1", "1e9", "9" * 5000, "١٢"])
def test_what_is_no_number_of_bytes_counts_as_nothing_said(told: str) -> None:
    assert expected.most("plan.json", {expected.PLAN: told}) == expected.UNKNOWN[expected.PLAN]


def test_a_number_beyond_what_any_plan_has_is_not_believed() -> None:
    said = dict.fromkeys((expected.PLAN, expected.DATA), "999999999999999")
    assert expected.most("plan.json", said) == expected.LARGEST[expected.PLAN]
    assert expected.most("data/x.csv", said) == expected.LARGEST[expected.DATA]


def test_a_plan_in_a_store_that_is_larger_than_its_sweep_lets_expect_is_not_read(
    command: Command, ready_store: Path
) -> None:
    assert command("epochs=5").code == 0
    (path,) = Path("outputs/artifacts").glob("*/artifacts/plan.json")
    path.write_bytes(path.read_bytes().replace(manifest.ROWS, b" " * 17 * MIB + manifest.ROWS))
    said = command(module="sweep.report")
    assert (said.code, "the file has more than 16," in said.err) == (1, True)
    (run,) = runs("summary")
    for tag in (expected.PLAN, expected.DATA):  # As an earlier release leaves it.
        MlflowClient(absolute(URI)).delete_tag(run.info.run_id, tag)
    said = command(module="sweep.report")
    assert (said.code, "bytes before its points" in said.err) == (1, True)


@pytest.fixture
def proxy(command: Command, server: str) -> Iterator[Proxy]:
    """Before a server that holds a sweep."""
    assert command("epochs=5", f"tracking.uri={server}").code == 0
    with faulty(server, part=0, seed=1) as before:
        yield before


def endless(start: bytes, piece: bytes) -> Poured:
    def pieces() -> Iterator[bytes]:
        yield OK + b"Content-Length: 99999999999\r\n\r\n" + start
        while True:
            yield piece

    return Poured(pieces)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured as Linux tells it")
def test_a_server_whose_plan_or_data_never_end_is_read_no_further_than_they_may_go(
    command: Command, proxy: Proxy, server_folder: Path
) -> None:
    path = max(server_folder.glob("files/*/*/artifacts/plan.json"), key=lambda path: path.stat().st_mtime)
    head, mark, rows = path.read_bytes().partition(manifest.ROWS)
    row = rows.partition(b"\n")[0] + b",\n"
    for file, start, piece, most in (
        ("plan.json", b"", b" " * 65536, 4 * MIB),
        ("plan.json", head + mark, row * 100, 24 * MIB),
        ("data/", b"input,target\n", b"1.0,2.0\n" * 8192, 4 * MIB),
    ):
        proxy.poured, proxy.instead = 0, [(f"GET .*{file}", endless(start, piece))] * 50
        with bounded() as peak:
            said = command(
                f"tracking.uri=http://127.0.0.1:{proxy.server_port}", "tracking.patience=0.2", module="sweep.report"
            )
        times = 50 - len(proxy.instead)
        assert (said.code, "goes on" in said.err, times > 0) == (1, True, True)
        assert proxy.poured < times * most
        assert peak.taken < 100 * MIB


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured as Linux tells it")
def test_a_large_plan_is_checked_without_another_copy_of_it() -> None:
    content = documents.seal(b'{"checksum": ""' + b" " * 64 * MIB + b"}")
    checksum = content[14:78].decode()
    with bounded() as peak:
        documents.check(content, checksum, "plan.json")
    assert peak.taken < 16 * MIB
    for other in ("0" * 64, "", checksum[:-1]):
        with pytest.raises(Malformed, match="checksum is not"):
            documents.check(content, other, "plan.json")


def test_a_row_of_a_plan_that_comes_again_and_again_is_refused_at_once() -> None:
    planned = plan.make([settings()], sources.read)
    head, mark, rows = manifest.encode(planned, {}).partition(manifest.ROWS)
    row = rows.partition(b"\n")[0] + b",\n"
    content = head + mark + row * (20 * MIB // len(row))
    with pytest.raises(Malformed, match="a point twice"):  # Not that it is cut: nobody has come so far.
        manifest.read(lambda path, value_of: value_of(content))
