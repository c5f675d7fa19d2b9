"""What comes from a store, a file or a name is data: it is not called, not unpickled, and leads nowhere."""

import hashlib
import json
import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.api.frame import frame
from sweep.errors import BadInput
from sweep.tracking import manifest
from sweep.tracking.artifacts import FolderArtifacts
from sweep.tracking.location import absolute
from tests.conftest import Command
from tests.tracking.stored import URI

pytestmark = pytest.mark.usefixtures("ready_store")


class Trap:
    """Unpickled, it makes the folder ``sprung``."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, ("sprung",)


def point_runs() -> list[str]:
    return [run.info.run_id for run in MlflowClient(absolute(URI)).search_runs(["1"], "tags.kind = 'point'")]


CHANGES = (
    ("curve_part", "../../../../secret.parquet"),
    ("curve_part", "/etc/passwd"),
    ("curve_part", "curves/\x1b[2J\n.parquet"),
    ("curve_run", "../.."),
    ("curve_row", "7"),
    ("curve_row", "-1"),
    ("curve_row", "one"),
    ("attempt", "first"),  # Its curve is read all the same.
)


def test_runs_whose_tags_were_changed_are_trained_again(command: Command) -> None:
    grid = ("epochs=5", "lr=range(1,11)", "scale=1e-3")
    command(*grid)
    before = {path: path.read_bytes() for path in Path("outputs").rglob("report.*")}
    changed = point_runs()[: len(CHANGES)]
    for run_id, change in zip(changed, CHANGES, strict=True):
        MlflowClient(absolute(URI)).set_tag(run_id, *change)
    said = command(*grid)
    assert (said.code, "3 done already, 7 to train" in said.out) == (0, True)
    *parts, tags = said.err.splitlines()
    again = [line.partition(" is missing or damaged: ")[2] for line in parts]
    assert again == ["1 point to be trained again"] * 4 + ["2 points to be trained again"], said.err
    assert tags.endswith(" are not as sweep writes them: 1 point to be trained again")
    assert {path: path.read_bytes() for path in before} == before
    assert "10 done already, 0 to train" in command(*grid).out
    for run_id in changed:
        assert command(run_id, module="sweep.replay").code in (0, 1)


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/passwd"])
def test_a_path_from_the_store_cannot_leave_it(tmp_path: Path, path: str) -> None:
    artifacts = FolderArtifacts(tmp_path, 0.0)
    for run_id, place in (("a" * 32, path), (path, "x")):
        with pytest.raises(ValueError, match="outside of the store"):
            artifacts.get(run_id, place)
        with pytest.raises(ValueError, match="outside of the store"):
            artifacts.put(run_id, place, b"")


def test_nothing_in_a_store_is_unpickled(command: Command) -> None:
    command("epochs=5")
    content = pickle.dumps(Trap())
    (part,) = Path("outputs").rglob("*.parquet")
    planted = f"curves/{hashlib.sha256(content).hexdigest()}.parquet"
    part.with_name(Path(planted).name).write_bytes(content)
    MlflowClient(absolute(URI)).set_tag(point_runs()[0], "curve_part", planted)
    said = command("epochs=5")
    assert (said.code, said.err) == (
        0,
        f"{planted} of run {part.parts[-4]} is missing or damaged: 1 point to be trained again\n",
    )
    for path in ("config.yaml", "provenance.json", "data/*.csv", "plan.json"):
        (file,) = Path("outputs", "artifacts").rglob(path)
        file.write_bytes(content)
        for module in ("sweep.report", "sweep.replay"):
            said = command(module=module)
            assert (said.code, said.err[:7]) in ((0, ""), (1, "sweep: "))
    assert command("epochs=5").code == 0
    assert not Path("sprung").exists()
    pickle.loads(content)
    assert Path("sprung").is_dir()


ONES = b'{"version": 1, "data": {}, "name": null, "tolerance": 1, "points": '
PLANS = (
    b"[" * 100_000,
    ONES + b"[]}",
    ONES + b"3}",
    b"[]",
    b"3",
    b"{}",
    b'{"version": 1}',
    b'{"version": 1, "data": [], "points": 3}',
)


def test_a_plan_of_another_form_is_told_of_and_written_anew(command: Command) -> None:
    command("epochs=5")
    (file,) = Path("outputs", "artifacts").rglob("plan.json")
    before = file.read_bytes()
    for document in PLANS:
        file.write_bytes(document)
        said = command(module="sweep.report")
        assert (said.code, "cannot be read" in said.err) == (1, True), document[:50]
        assert command("epochs=5").code == 0
        assert file.read_bytes() == before


def test_a_provenance_of_another_form_begins_anew(command: Command) -> None:
    command("epochs=5")
    (file,) = Path("outputs", "artifacts").rglob("provenance.json")
    for document in (b"[]", b"3", b'{"executions": 3}', b'{"executions": ["x"]}'):
        file.write_bytes(document)
        assert command("epochs=5").code == 0
        assert len(json.loads(file.read_bytes())["executions"]) == 1


def test_a_name_in_the_store_cannot_lead_a_report_out_of_its_folder(command: Command, tmp_path: Path) -> None:
    def around() -> list[Path]:
        found = sorted([*tmp_path.parent.iterdir(), *tmp_path.rglob("*")])
        return [path for path in found if not path.name.endswith(("-wal", "-shm"))]  # Whoever comes last deletes them.

    command("epochs=5", "name=mine")
    (file,) = Path("outputs", "artifacts").rglob("plan.json")
    whole = file.read_text()
    for name in ("../../x", f"{tmp_path.parent}/x", "a/b", "..", ""):
        file.write_text(whole.replace('"mine"', json.dumps(name)))
        before = around()
        said = command(module="sweep.report")
        assert around() == before
        assert (said.code, "not the name" in said.err) == (1, True), name


def test_a_summary_run_that_somebody_made_is_passed_over(command: Command) -> None:
    client = MlflowClient(absolute(URI))
    command("epochs=5")
    client.create_run("1", tags={"kind": "summary"})
    client.create_run("1", tags={"kind": "summary", "heartbeat": "soon"})
    assert command("epochs=6").code == 0
    assert command(module="sweep.report").code == 0


def test_a_part_of_another_form_with_its_checksum_is_trained_again(command: Command) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    command("epochs=5")
    pq.write_table(pa.table({"key": ["x"]}), "planted")
    content = Path("planted").read_bytes()
    planted = f"curves/{hashlib.sha256(content).hexdigest()}.parquet"
    (part,) = Path("outputs").rglob("curves/*.parquet")
    part.with_name(Path(planted).name).write_bytes(content)
    MlflowClient(absolute(URI)).set_tag(point_runs()[0], "curve_part", planted)
    said = command("epochs=5")
    assert (said.code, "0 done already, 1 to train" in said.out) == (0, True)


def test_what_a_store_says_moves_no_cursor(command: Command) -> None:
    assert command("lr=1e-2,1e-3", "epochs=2").code == 0
    client = MlflowClient(absolute(URI))
    failed, trained = point_runs()
    client.set_tag(trained, "versions", "torch \x1b[2J1.0")
    client.set_tag(trained, "curve_part", "curves/\x1b[31m.parquet")
    for name, value in (("error_kind", "ValueError"), ("error_message", "\x1b]0;title\x07gone")):
        client.set_tag(failed, name, value)
    client.set_terminated(failed, "FAILED")
    said = [
        command(module="sweep.report"),
        command(module="sweep.replay"),
        command("lr=1e-2,1e-3", "epochs=2", "dry_run=true"),
        command("lr=1e-2,1e-3", "epochs=2"),
    ]
    printed = "".join(each.out + each.err for each in said)
    assert "\x1b" not in printed
    assert "\\x1b[31m.parquet" in printed


def test_a_plan_of_another_sweep_or_tolerance_is_refused_even_if_it_fits_itself(command: Command) -> None:
    assert command("lr=1e-2,1e-3", "epochs=5").code == 0
    (path,) = Path("outputs/artifacts").glob("*/artifacts/plan.json")
    whole = path.read_bytes()
    wanted, attempts = manifest.read(lambda name, value_of: value_of((path.parent / name).read_bytes()))
    for other in (replace(wanted, tolerance=0.5), replace(wanted, points=wanted.points[:1])):
        path.write_bytes(manifest.encode(other, attempts))
        for module in ("sweep.report", "sweep.replay"):
            said = command(module=module)
            assert (said.code, f"plan.json: sweep_id is '{other.sweep_id}'" in said.err) == (1, True), said.err
        with pytest.raises(BadInput, match=r"plan\.json: sweep_id"):
            frame()
    path.write_bytes(whole)
    assert command(module="sweep.report").code == 0
