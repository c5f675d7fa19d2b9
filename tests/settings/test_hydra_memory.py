"""What is composed of what was read before is what Hydra composes itself, whatever has become of it in between."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra.core.config_store import ConfigStore
from hydra.types import RunMode
from omegaconf import DictConfig, ListConfig, OmegaConf

from sweep.settings import hydra_memory
from sweep.settings.hydra_internals import files_of
from tests.hydra_plugins.expanded import loader

Composed = Callable[..., DictConfig]


@pytest.fixture
def composed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Composed:
    """``composed(WORD, …)`` is what Hydra makes of the words, and is held against what it makes of them afresh."""
    for known in ("_files", "_configurations"):
        monkeypatch.setattr(hydra_memory, known, {})

    def compose(*words: str) -> DictConfig:
        afresh = loader(tmp_path).load_configuration("config", list(words), RunMode.MULTIRUN)
        with hydra_memory.remembered():
            config = loader(tmp_path).load_configuration("config", list(words), RunMode.MULTIRUN)
        assert list(_nodes(config)) == list(_nodes(afresh))
        return config

    return compose


def _nodes(node: Any, key: str = "") -> Iterator[tuple[Any, ...]]:
    """Everything in a configuration: its key, what it is, and how it may be changed."""
    metadata = node._metadata
    yield key, type(node), metadata.ref_type, metadata.object_type, metadata.optional, metadata.flags
    if isinstance(node, DictConfig | ListConfig) and not (node._is_none() or node._is_missing()):
        content: Any = node._content
        for name, child in content.items() if isinstance(node, DictConfig) else enumerate(content):
            assert child._get_parent() is node
            yield from _nodes(child, f"{key}.{name!r}")
    else:
        yield key, node._value()


@pytest.mark.parametrize(
    "words",
    [
        ["lr=1,2", "+tracking.tags.of=me"],
        ["problem=mlp", "++problem.model.hidden=[3]", "data=moons", "optimizer=adam"],
        ["hydra/launcher=processes", "hydra.launcher.workers=2", "grid=seed"],
        ["~grid", "hydra/sweeper=basic"],
    ],
)
def test_a_configuration_composed_again_is_hydras_own(composed: Composed, words: list[str]) -> None:
    first = composed(*words)
    OmegaConf.set_struct(first, False)
    first.outcome.tolerance, first.added, first.hydra.job.name = 0.5, {"a": 1}, "another"
    del first.init
    composed("epochs=7", *words)


def test_a_file_that_has_changed_is_read_again(composed: Composed, tmp_path: Path) -> None:
    for held in ("1", "2"):
        (tmp_path / "grid").mkdir(exist_ok=True)
        (tmp_path / "grid" / "mine.yaml").write_text(f"lr: [{held}]\n", encoding="utf-8")
        assert composed("grid=mine").grid == {"lr": [int(held)]}
    before = composed().tracking.experiment
    (tmp_path / "tracking").mkdir()
    (tmp_path / "tracking" / "local.yaml").write_text("experiment: mine\n", encoding="utf-8")
    assert composed().tracking.experiment == "mine" != before
    (tmp_path / "tracking" / "local.yaml").unlink()
    assert composed().tracking.experiment == before


def test_a_list_of_defaults_may_name_a_choice_made_elsewhere(composed: Composed, tmp_path: Path) -> None:
    for folder in ("tracking", "extra"):
        (tmp_path / folder).mkdir()
    for name in ("seed", "paired"):
        (tmp_path / "extra" / f"{name}.yaml").write_text(f"experiment: {name}\n", encoding="utf-8")
    listed = "defaults: [local, {/extra@_here_: '${grid}'}]\n"
    (tmp_path / "tracking" / "mine.yaml").write_text(listed, encoding="utf-8")
    for name in ("seed", "paired"):
        assert composed("tracking=mine", f"grid={name}").tracking.experiment == name


@pytest.mark.filterwarnings("ignore")  # Hydra warns of a file that is named as what is registered.
@pytest.mark.parametrize("beside", ["a file", ""])
def test_what_is_registered_anew_is_taken(
    composed: Composed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: str
) -> None:
    if beside:
        (tmp_path / "grid").mkdir()
        (tmp_path / "grid" / "coded.yaml").write_text("epochs: [1]\n", encoding="utf-8")
    for name in ("one", "other"):
        monkeypatch.setitem(ConfigStore.instance().repo, "grid", {})
        ConfigStore.instance().store("coded", {"lr": [name]}, group="grid")
        assert composed("grid=coded").grid == {"lr": [name]} | ({"epochs": [1]} if beside else {})


def test_a_file_may_be_put_in_several_places(composed: Composed, tmp_path: Path) -> None:
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "mine.yaml").write_text("lr: some\n", encoding="utf-8")
    for place in ("grid", "tracking.tags"):
        assert OmegaConf.select(composed(f"+extra@{place}=mine"), place) == {"lr": "some"}


def test_files_are_parsed_once_and_merged_once(composed: Composed, monkeypatch: pytest.MonkeyPatch) -> None:
    composed("lr=1")
    kept = [len(known) for known in (hydra_memory._files, hydra_memory._configurations)]
    composed("lr=2", "+tracking.tags.of=me")
    assert [len(known) for known in (hydra_memory._files, hydra_memory._configurations)] == kept
    monkeypatch.setattr(hydra_memory, "MOST", 1)
    composed("optimizer=adam")
    assert len(hydra_memory._configurations) == 1


def test_the_files_of_a_configuration_are_known_without_finding_them_anew() -> None:
    with hydra_memory.remembered(), pytest.MonkeyPatch.context() as patched:
        load = loader()
        config = load.load_configuration("config", ["optimizer=adam"], RunMode.MULTIRUN)
        patched.setattr(load, "compute_defaults_list", None)
        told = list(files_of(load, config))
    assert told == list(files_of(loader(), config))
    assert any(path.name == "adam.yaml" and package == "optimizer" for path, package in told)
