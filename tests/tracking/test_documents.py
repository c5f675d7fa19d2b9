"""Documents that parse but are not ours: each is read as it was written, or refused with its file and field."""

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweep import provenance
from sweep.data import sources
from sweep.errors import BadInput
from sweep.plan import plan
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.tracking import data_files, documents, manifest, spool
from sweep.tracking.attempt import Attempt, CurveAddress
from sweep.tracking.typed import Malformed
from sweep.training import in_process
from sweep.training.curve import Failure, Result
from tests.conftest import Command, Said
from tests.problem.made import data as data_of
from tests.tracking import spoiled
from tests.tracking.stored import settings

ATTEMPTS = (
    Attempt("a" * 32, 1, CurveAddress("b" * 32, f"curves/{'c' * 64}.parquet", 0)),
    Attempt("d" * 32, 2, failure=Failure("ValueError", "made to fail")),
)


@pytest.fixture
def planned(tmp_path: Path, ready_store: Path) -> Plan:
    """Three points on readings with labels and units."""
    (tmp_path / "own.csv").write_text("u,t\n1,2\n2.5,3\n4,-1e-3\n")
    each = [settings(lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    for one in each:
        one.data = data_of(
            "csv", path=str(tmp_path / "own.csv"), input="u", target="t", input_unit="m", target_unit="°C"
        )
        one.name = "mine"
    return plan.make(each, sources.read)


@pytest.fixture
def stored(planned: Plan) -> dict[str, bytes]:
    """``plan.json`` and the data file."""
    attempts = dict(zip((point.key for point in planned.points), ATTEMPTS, strict=False))
    return {manifest.PATH: manifest.encode(planned, attempts), **dict(data_files.files(planned))}


@pytest.fixture
def spooled(planned: Plan) -> Path:
    """A spool with a curve and a failure."""
    made = spool.Spool(planned, settings().tracking, {}, provenance.this_execution())
    curve = in_process.in_process(planned.points[:1], planned.problems)[0]
    failure = Failure("ValueError", "made to fail", "…")
    pairs: list[tuple[Point, Result]] = [(planned.points[0], curve), (planned.points[1], failure)]
    made.keep(pairs, lambda: None)
    return made.folder


def read(files: dict[str, bytes]) -> tuple[Plan, dict[str, Attempt]]:
    return manifest.read(lambda path, value_of: value_of(files[path]))


def without_checksum(content: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(content)
    del document["checksum"]
    return document


def put(document: Any, path: str, value: Any) -> bytes:
    """``document`` with ``value`` at ``path``, as ``points.0.lr``."""
    *steps, last = [int(step) if step.isdecimal() else step.replace("/", ".") for step in path.split(".")]
    holder = document
    for step in steps:
        holder = holder[step]
    holder[last] = value
    return json.dumps(document).encode()


CHANGES = [
    ("name", 3, "plan.json: name is 3, where text in Unicode is needed"),
    ("name", "\ud800", r"plan.json: name is '\\ud800', where text"),
    ("name", "a b", "plan.json: name is 'a b', not the name of a sweep: null, or 1 to 64 letters"),
    ("tolerance", True, "plan.json: tolerance is True, where a finite number is needed"),
    ("tolerance", 10**400, "plan.json: tolerance is 1000"),
    ("tolerance", -1.0, "plan.json: tolerance is -1.0, where a finite number > 0"),
    ("version", 2, "plan.json: version is 2, where 1"),
    ("sweep_id", "0" * 16, "plan.json: sweep_id is"),
    ("points", [], r"plan.json: points is \[\], where a point or more"),
    ("points", {}, "plan.json: points is {}, where a list is needed"),
    ("points.0", None, r"plan.json: points\[0\] is None, where an object"),
    ("points.1.device", "cpu:x", r"plan.json: points\[1\].device is 'cpu:x', where cpu, cuda"),
    ("points.1.delta", None, r"plan.json: points\[1\].delta is None, where a finite number"),
    ("points.1.gradient", "no", r"plan.json: points\[1\].gradient is 'no', where one of analytic"),
    ("points.1.gradient", [], r"plan.json: points\[1\].gradient is \[\], where one of analytic"),
    ("points.2.init/w", "1", r"plan.json: points\[2\].init.w is '1', where a finite number"),
    ("points.2.lr", 0.5, r"plan.json: points\[2\].key is"),
    ("points.0.attempt.place.row", -1, r"points\[0\].attempt.place.row is -1, where a row from 0"),
    ("points.0.attempt.number", True, r"points\[0\].attempt.number is True, where a whole number"),
    ("points.0.attempt.other", 1, r"points\[0\].attempt.other is not known"),
    ("points.1.attempt.failure.message", None, r"points\[1\].attempt.failure.message is None, where text"),
    ("data", {}, r"points\[0\].data is '[0-9a-f]{32}', where a fingerprint among data"),
]


@pytest.mark.parametrize(("path", "value", "said"), CHANGES)
def test_a_value_that_is_none_of_ours_is_named_with_file_and_field(
    stored: dict[str, bytes], path: str, value: Any, said: str
) -> None:
    changed = put(without_checksum(stored["plan.json"]), path, value)
    with pytest.raises(Malformed, match=said):
        read(stored | {"plan.json": changed})


@pytest.mark.parametrize("raw", [*spoiled.RAW, b'{"version": 1, "version": 1}', b"", b"\xef\xbb\xbf{}", b"[3]"])
def test_what_is_no_document_at_all_is_refused_with_its_file(stored: dict[str, bytes], raw: bytes) -> None:
    with pytest.raises(Malformed, match=r"plan\.json"):
        read(stored | {"plan.json": raw})


@pytest.mark.parametrize(
    "old", ['"input_unit": "m"', '"source": "own.csv"', '"number": 2', '"name": "mine"', "checksum"]
)
def test_no_letter_of_a_plan_changes_in_silence(stored: dict[str, bytes], old: str) -> None:
    content, before = stored["plan.json"], old.encode()
    assert content.count(before) == 1
    after = before[:-2] + bytes([before[-2] ^ 1]) + before[-1:]
    with pytest.raises(Malformed, match=r"plan\.json"):
        read(stored | {"plan.json": content.replace(before, after)})


@pytest.mark.parametrize("change", [lambda text: text.replace(b".", b"\r"), lambda text: b"", lambda text: text[:9]])
def test_readings_that_are_not_two_columns_of_numbers_are_refused_with_their_file(
    stored: dict[str, bytes], change: Callable[[bytes], bytes]
) -> None:
    (path,) = stored.keys() - {"plan.json"}
    with pytest.raises(Malformed, match=path):
        read(stored | {path: change(stored[path])})


def test_a_plan_of_an_earlier_release_without_a_checksum_is_read(stored: dict[str, bytes]) -> None:
    document = without_checksum(stored["plan.json"])
    assert read(stored | {"plan.json": json.dumps(document).encode()}) == read(stored)


def test_a_large_plan_is_read_a_point_at_a_time_and_is_the_same(
    stored: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, content, dice = read(stored), stored["plan.json"], random.Random(0)
    monkeypatch.setattr(manifest, "WHOLE", 1000)
    assert len(content) > manifest.WHOLE
    assert read(stored) == at_once
    longer, joined = content + b"{}", content.replace(b",\n", b",")
    for changed in (
        longer,
        joined,
        content[:-1],
        content[:-4],
        *(spoiled.any_bytes(dice, content) for _ in range(200)),
    ):
        if changed != content:
            with pytest.raises(Malformed, match=r"plan\.json"):
                read(stored | {"plan.json": changed})


def test_two_thousand_changed_documents_are_refused_or_read_as_they_were(stored: dict[str, bytes]) -> None:
    """Sealed or by their names, all that is read is what was written; without checksums, nothing else is raised."""
    dice, expected, counts = random.Random(0), read(stored), Counter[str]()
    for number in range(2000):
        path = dice.choice([*stored])
        content = stored[path]
        if path == "plan.json" and number % 2:
            content = json.dumps(without_checksum(content)).encode()
        change = spoiled.json_document if path == "plan.json" else spoiled.any_bytes
        changed = change(dice, content)
        said = said_of(lambda files=stored | {path: changed}: read(files))  # type: ignore[misc]
        counts["refused" if said else "read"] += 1
        assert not said or path in said or said.startswith("data.path"), (path, said)
        sealed = path != "plan.json" or b'"checksum": "' in changed
        assert said or not sealed or read(stored | {path: changed}) == expected, changed
    assert min(counts["read"], counts["refused"]) > 0, counts


def test_changed_files_of_a_spool_are_refused_or_told_of_by_name(spooled: Path) -> None:
    dice, counts = random.Random(0), Counter[str]()
    whole = {path: path.read_bytes() for path in sorted(spooled.rglob("*")) if path.is_file()}
    for _ in range(400):
        path = dice.choice([*whole])
        change = spoiled.json_document if path.suffix == ".json" else spoiled.any_bytes
        path.write_bytes(change(dice, whole[path]))
        said = said_of(lambda: spool.read(spooled))
        counts[f"{path.suffix} {'refused' if said else 'read'}"] += 1
        assert not said or path.name in said, (path, said)
        path.write_bytes(whole[path])
    assert spool.read(spooled).damaged == []
    assert len(counts) >= 4, counts


def said_of(action: Callable[[], object]) -> str:
    """What ``action`` refuses with; nothing where it does not."""
    try:
        action()
    except (Malformed, BadInput) as error:
        return str(error)
    return ""


def test_a_document_carries_the_checksum_of_all_else_in_it() -> None:
    content = documents.seal(b'{"checksum": "", "a": 1}')
    documents.check(content, json.loads(content)["checksum"], "x")
    with pytest.raises(Malformed, match="x: checksum"):
        documents.check(content.replace(b"1", b"2"), json.loads(content)["checksum"], "x")


@pytest.mark.usefixtures("spooled")
def test_changed_documents_end_sync_report_and_replay_with_one_message(command: Command) -> None:
    assert command("lr=1e-2,1e-3", "epochs=5").code == 0
    dice = random.Random(1)
    (kept,), (path,) = Path("outputs/spool").iterdir(), Path("outputs/artifacts").glob("*/artifacts/plan.json")
    whole = path.read_bytes()
    for _ in range(10):
        path.write_bytes(spoiled.json_document(dice, whole))
        for module in ("sweep.report", "sweep.replay"):
            check(command(module=module), "plan.json")
    for file in ("plan.json", "sweep.json") * 5:
        content = (kept / file).read_bytes()
        (kept / file).write_bytes(spoiled.json_document(dice, content))
        check(command(module="sweep.sync"), file)
        if not kept.exists():
            break
        (kept / file).write_bytes(content)


def check(said: Said, file: str) -> None:
    """Whether a command ended as it may."""
    assert said.code in (0, 1), said.err
    assert said.code == 0 or file in said.err
