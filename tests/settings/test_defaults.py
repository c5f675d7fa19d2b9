"""Defaults that are read from ``conf/`` without Hydra, held against what Hydra composes."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hydra import compose
from hydra.errors import HydraException
from omegaconf import OmegaConf

from sweep.errors import BadInput
from sweep.settings import composition, defaults
from sweep.settings.composition import composed
from sweep.settings.conf_files import conf_folder
from sweep.settings.defaults import default
from sweep.settings.grammar import as_typed
from sweep.settings.keys import KEYS, SET_BY_GROUP, validate
from sweep.settings.refusals import explain

CHOSEN = [
    {},
    {"problem": "linear", "data": "csv"},
    {"problem": "mlp", "data": "waves", "optimizer": "adam", "schedule": "step"},
    {"problem": "function", "optimizer": "rmsprop", "schedule": "cosine"},
    {"problem": "torch", "data": "moons", "optimizer": "adamw"},
    {"problem": "logistic", "optimizer": "adagrad"},
]


@pytest.mark.parametrize("chosen", CHOSEN)
def test_a_default_is_what_hydra_makes_of_a_command_that_does_not_give_it(chosen: dict[str, str]) -> None:
    with composed([f"{group}={name}" for group, name in chosen.items()], {}) as (_, config):
        keys = [key for key in KEYS if key not in SET_BY_GROUP and not key.startswith("tracking.")]
        keys += ["problem.model.width", "problem.model.activation"] * (chosen.get("problem") == "mlp")
        for key in keys:
            found: Any = OmegaConf.select(config, key, throw_on_missing=False)
            if not OmegaConf.is_config(found):
                assert default(key, chosen) == found, key


def test_the_default_of_a_group_is_the_choice_that_stands_in_the_list() -> None:
    assert [default(group, {"problem": "mlp"}) for group in ("problem", "optimizer", "schedule", "data")] == [
        "line",
        "sgd",
        "constant",
        "thermometer",
    ]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["tracking.uri=sqlite:///a.db"],
        ["tracking.experiment=1.10", "tracking.patience=3", "tracking.curve_points=10"],
        ["tracking.uri='${sweep.env:OTHER,\"http://a\"}'"],
    ],
)
@pytest.mark.parametrize("environment", [{}, {"MLFLOW_TRACKING_URI": "http://b:5", "MLFLOW_EXPERIMENT_NAME": "2026_1"}])
def test_the_store_of_a_command_that_reads_one_is_what_hydra_composes(
    words: list[str], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with monkeypatch.context() as without_hydra:
        without_hydra.setattr(composition, "compose", None)
        found = composition.tracking(words)
    with composed(list(map(as_typed, words)), {}) as (_, config):
        assert found == composition.settings(config).tracking


@pytest.mark.parametrize(
    "word", ["tracking.uri=a,b", "tracking.patience=soon", "tracking.patience=-1", "tracking=elsewhere", "tracking.x=1"]
)
def test_what_such_a_command_cannot_have_is_refused_as_hydra_and_a_sweep_do(word: str) -> None:
    with pytest.raises((BadInput, HydraException)) as refused:
        composition.tracking([word])
    with (
        pytest.raises((BadInput, HydraException)) as theirs,
        composed([], {}) as _,
    ):
        validate(composition.settings(compose("config", [word], return_hydra_config=True)))
    assert (refused.type, str(refused.value)) == (theirs.type, str(theirs.value))


def test_where_runs_go_is_read_anew_once_a_file_or_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = shutil.copytree(conf_folder(), tmp_path / "conf")
    for each in (composition, defaults):
        monkeypatch.setattr(each, "conf_folder", lambda: str(conf))
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
    first = composition.tracking([])
    assert (first.experiment, composition.tracking([])) == ("sweep", first)
    assert composition.tracking(["tracking.experiment=mine"]).experiment == "mine"
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "theirs")
    assert composition.tracking([]).experiment == "theirs"
    file = conf / "tracking" / "local.yaml"
    file.write_text(file.read_text().replace("curve_points: 320", "curve_points: 50"))
    assert (first.curve_points, composition.tracking([]).curve_points) == (320, 50)


@pytest.mark.parametrize("name", ["config", "tracking/local"])
@pytest.mark.parametrize("content", [b"uri: [", b"uri: \xff", b"- uri", b"&a [*a]", b"defaults: 5", b"uri: 1_0"])
def test_a_file_that_cannot_be_read_is_told_as_where_hydra_reads_it(
    name: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conf = shutil.copytree(conf_folder(), tmp_path / "conf")
    for each in (composition, defaults):
        monkeypatch.setattr(each, "conf_folder", lambda: str(conf))
    (conf / f"{name}.yaml").write_bytes(content)
    ours = why_not()
    monkeypatch.setattr(composition, "_read", None)
    assert ours == why_not()
    assert ours


def why_not() -> str:
    """Why there is no store, as a user is told."""
    try:
        composition.tracking([])
    except BadInput as error:
        return str(error)
    except Exception as error:
        return str(explain(error))
    return ""
