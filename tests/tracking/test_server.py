"""A sweep into a real MLflow tracking server on loopback, artifacts and report included."""

from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from tests.conftest import Command
from tests.tracking.proxy import FAULTS, faulty
from tests.tracking.stored import runs

ENVIRONMENT = {
    **dict.fromkeys(("MLFLOW_ENABLE_ASYNC_LOGGING", "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"), "true"),
    **dict.fromkeys(("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"), "true"),
    **dict.fromkeys(("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT"), "1"),
    **dict.fromkeys(
        ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_TRACKING_DIR", "MLFLOW_RUN_CONTEXT"), "elsewhere"
    ),
    "MLFLOW_REGISTRY_URI": "nowhere://x",
}
"""What somebody may have set for MLflow's other users."""


def test_a_sweep_into_a_server_is_tracked_reported_and_reused(command: Command, tmp_path: Path, server: str) -> None:
    grid = ("lr=1e-2,1e-4", "scale=1,0.1", "epochs=60", f"tracking.uri={server}")
    first = command(*grid)
    assert (first.code, first.err) == (0, "")
    experiment = MlflowClient(server).get_experiment_by_name("sweep")
    assert experiment is not None
    trained = runs(uri=server)
    assert [run.info.status for run in trained] == ["FINISHED"] * 4
    assert sorted(run.data.tags["outcome"] for run in trained) == ["DIVERGED"] + ["UNFINISHED"] * 3
    (outputs,) = (tmp_path / "outputs").iterdir()
    written = {path.name: path.read_bytes() for path in outputs.iterdir()}
    made = ["curves.svg", "fit.svg", "map.svg", "report.html", "report.md", "runs.csv"]
    assert sorted(written) == sorted([*made, "provenance.json"])
    assert f"Compare: {server}/#/experiments/{experiment.experiment_id}/runs?viewStateShareKey=" in first.out
    assert "4 done already, 0 to train" in command(*grid, "dry_run=true").out
    assert command(f"tracking.uri={server}", module="sweep.report").code == 0
    assert {name: (outputs / name).read_bytes() for name in made} == {name: written[name] for name in made}
    other = command("init.w=1,2", *grid[2:])
    assert "1 done already, 1 to train" in other.out
    names = [run.info.run_name for run in runs(uri=server)]
    assert len(names) == 5
    assert sorted(name.split(" ")[0] for name in names if "init.w" in name) == ["init.w=1", "init.w=2"]


def test_runs_on_a_server_whose_tags_were_changed_are_trained_again_once(command: Command, server: str) -> None:
    lrs = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]
    grid = (f"lr={','.join(map(repr, lrs))}", "epochs=5", f"tracking.uri={server}")
    command(*grid)
    client = MlflowClient(server)
    trained = runs(uri=server)
    gone = client.create_run(trained[0].info.experiment_id).info.run_id
    client.delete_run(gone)
    changes = [("curve_part", "../../x"), ("curve_row", "one"), ("curve_run", gone), ("curve_run", "../..")]
    of = {float(run.data.params["lr"]): run.info.run_id for run in trained}
    for lr, (tag, value) in zip(lrs, changes, strict=False):
        client.set_tag(of[lr], tag, value)
    client.set_tag(of[1e-6], "attempt", "first")
    said = command(*grid, "tracking.patience=3")  # A file that is not there is looked for as long.
    assert (said.code, "1 done already, 4 to train" in said.out) == (0, True)
    assert said.err.count("1 point to be trained again") == 4
    assert "5 done already, 0 to train" in command(*grid, "dry_run=true").out
    newest = {float(run.data.params["lr"]): run.data.tags["attempt"] for run in reversed(runs(uri=server))}
    assert newest == {**dict.fromkeys(lrs, "2"), 1e-6: "first"}


@pytest.mark.usefixtures("quick")
def test_faults_on_the_way_to_a_server_cost_nothing_and_double_nothing(
    command: Command, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared with the same sweep without faults, in another experiment of the same server.

    MLflow's environment asks for writes that nobody checks, by ways of its own: ours are checked all the same.
    """
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    grid = ("lr=1e-2,1e-3,1e-4", "scale=1,0.1", "epochs=30")
    assert command(*grid, f"tracking.uri={server}", "tracking.experiment=calm").code == 0
    calm = files_of(tmp_path)
    with faulty(server, part=0.15, seed=1) as proxy:
        proxy.instead = [("POST .*/runs/create", lambda _: b"{}")] * 3  # Heard, for a summary and a point at least.
        address = f"http://127.0.0.1:{proxy.server_port}"
        said = command(*grid, f"tracking.uri={address}", "tracking.experiment=storm")
    assert not proxy.instead
    assert (said.code, said.err) == (0, "")
    assert min(proxy.hits[fault] for fault in FAULTS) > 0, proxy.hits
    assert files_of(tmp_path) == calm
    assert facts_of(server, "storm") == facts_of(server, "calm")
    assert len(facts_of(server, "storm")) == 6


def files_of(folder: Path) -> dict[str, bytes]:
    """The report as it lies under ``outputs/``, which is a function of the sweep."""
    (outputs,) = (folder / "outputs").glob("sweep-*")
    return {path.name: path.read_bytes() for path in outputs.iterdir() if path.name != "provenance.json"}


def facts_of(server: str, experiment: str) -> list[Any]:
    """What stands on the runs of points, but for ids, times and where curves stand."""
    client = MlflowClient(server)
    found = client.get_experiment_by_name(experiment)
    assert found is not None
    everything = client.search_runs([found.experiment_id])
    assert {run.info.status for run in everything} == {"FINISHED"}
    return sorted(
        (
            run.info.run_name,
            sorted(run.data.params.items()),
            sorted(run.data.metrics.items()),
            sorted(item for item in run.data.tags.items() if not item[0].startswith("curve_")),
            [(each.step, each.value) for each in client.get_metric_history(run.info.run_id, "loss")],
            [each.dataset.digest for each in (run.inputs.dataset_inputs if run.inputs else [])],
        )
        for run in everything
        if run.data.tags["kind"] == "point"
    )


def test_a_server_that_went_away_is_told_of_and_nothing_is_written(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port}")
    said = command("epochs=2")
    assert (said.code, "Connection refused" in said.err) == (1, True)
    assert not list(tmp_path.rglob("*"))


def test_a_passing_bad_answer_for_curves_is_asked_for_again_and_no_point_trained_twice(
    command: Command, server: str
) -> None:
    grid = ("lr=1e-2,1e-3", "epochs=5")
    assert command(*grid, f"tracking.uri={server}").code == 0
    with faulty(server, part=0, seed=1) as proxy:
        bad = (b"[]", b"null", b"PAR1", b'{"another": "document"}')
        proxy.instead = [(r"GET .*\.parquet", each) for each in bad]
        said = command(*grid, f"tracking.uri=http://127.0.0.1:{proxy.server_port}")
        assert not proxy.instead, "no curve was asked for"
    assert (said.code, said.err, "2 done already, 0 to train" in said.out) == (0, "", True)
    assert len(runs(uri=server)) == 2
