"""Command lines that give a key more than once, in any of its forms: the points are those of Hydra's BasicSweeper."""

import random
from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf.errors import OmegaConfBaseException

from sweep.data import sources
from sweep.errors import BadInput
from sweep.settings import composition
from sweep.settings.keys import validate
from sweep.settings.schema import Settings
from tests.hydra_plugins.expanded import expanded, loader

REFUSALS = (BadInput, HydraException, OmegaConfBaseException, ValueError)
"""What a command line that cannot be composed may raise, from Hydra as it is or from us."""

WORDS = {
    "lr": ["lr=0.1", "lr=0.2,0.3", "++lr=0.5", "++lr=0.6,0.7", "lr=choice(1,2)", "lr=range(1,3)", "~lr"],
    "lr anew": ["~lr", "+lr=3", "+lr=4,5", "lr=0.1", "++lr=6"],
    "scale": ["scale=${lr}", "scale=3", "scale='${lr}',2", "scale=${epochs}", "++scale=${init.w}", "++scale=4"],
    "init": ["init={w:1}", "init={b:2},{w:3}", "init.w=4", "init.w=5,6", "init.b=7", "++init={w:8,b:9}", "++init.w=0"],
    "data": [
        "data=csv", "data=thermometer,csv", "data={path:a.csv}", "data={input:x},{input:y,target:z}", "data.path=b.csv",
        "data.path=c.csv,d.csv", "++data.input=i", "data.target=t", "data=thermometer", "data={kind:csv}",
        "data={path:a.csv,input:x,target:y}", "++data={path:null,input:null,target:null}", "data@data=csv",
    ],
    "tracking": [
        "tracking.experiment=a", "tracking={experiment:b}", "tracking=local", "+tracking.tags.t=1",
        "tracking.tags={t:2}", "++tracking.tags.t=3", "++tracking={experiment:c}", "~tracking.tags.t",
    ],
    "epochs": ["epochs=10", "epochs=20,30", "epochs=40", "++epochs=50"],
}  # fmt: skip


def by_basic_sweeper(*words: str) -> list[Settings]:
    """The settings of each job that Hydra's BasicSweeper makes of ``words``."""
    Plugins.instance()
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper

    load = loader()
    master = load.load_configuration("config", list(words), RunMode.MULTIRUN)
    parsed = OverridesParser.create(config_loader=load).parse_overrides(list(words))
    (jobs,) = BasicSweeper.split_arguments(parsed, None)
    points = [validate(composition.settings(load.load_sweep_config(master, job))) for job in jobs]
    sources.refuse_unused([point.data for point in points])
    return points


def outcome(points: object, *words: str) -> list[Settings] | str:
    """The points, or that there are none."""
    assert callable(points)
    try:
        found: list[Settings] = points(*words)
    except REFUSALS:
        return "refused"
    return found


def agrees(*words: str) -> bool:
    """Whether both compose ``words``; then they compose the same."""
    ours, theirs = outcome(expanded, *words), outcome(by_basic_sweeper, *words)
    assert ours == theirs, words
    return ours != "refused"


@pytest.mark.parametrize(
    "words",
    [
        ("lr=0.1", "lr=1e-2,1e-3", "scale=${lr}"),
        ("++lr=0.5", "++lr=1e-2,1e-3"),
        ("lr=1,2", "++lr=3"),
        ("++lr=3,4", "epochs=1,2", "lr=5"),
        ("lr=1,2", "++lr=3,4"),
        ("~lr", "+lr=1,2"),
        ("init={w:9}", "init={b:3},{w:4}"),
        ("init={b:3},{w:4}", "init={w:9}"),
        ("init.w=5", "init={w:1}", "init.w=6,7"),
        ("data={path:a}", "data=thermometer,thermometer"),
        ("data={path:a}", "data=thermometer"),
        ("data=csv,thermometer", "data={store:false}"),
        ("++scale=1", "scale=${lr}", "++scale=2", "lr=3,4"),
    ],
)
def test_of_a_key_given_twice_the_last_wins_as_in_hydra(words: tuple[str, ...]) -> None:
    assert agrees(*words)


def test_random_command_lines_have_the_points_of_hydras_sweeper() -> None:
    draw = random.Random(5)
    composed = 0
    for _ in range(7):
        often, once = draw.sample(sorted(WORDS), 2)
        words = [*draw.choices(WORDS[often], k=draw.randint(2, 3)), draw.choice(WORDS[once])]
        composed += agrees(*draw.sample(words, len(words)))
    assert composed > 3


def test_of_a_grid_given_twice_the_last_one_is_expanded() -> None:
    assert {(p.lr, p.scale) for p in expanded("++grid={lr:[5,6]}", "++grid={scale:[7]}")} == {(0.01, 7)}
    assert {p.lr for p in expanded("grid=seed", "grid=paired", "epochs=1")} == {3e-4, 3e-2, 0.5}


def test_a_key_that_is_left_out_after_all_is_asked_for() -> None:
    with pytest.raises(BadInput, match="lr must be given"):
        expanded("lr=1,2", "~lr")


def test_a_value_that_a_chosen_file_computes_from_an_axis_follows_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    text = "kind: csv\npath: ${oc.env:SWEEP_NOT_SET,own}/${lr}.csv\ninput: x\ntarget: y\n"
    (tmp_path / "data" / "mine.yaml").write_text(f"{text}input_unit: null\ntarget_unit: null\nstore: true\n")
    for words in (["data=mine"], ["data=mine,thermometer"], ["data=thermometer", "data=mine"]):
        points = expanded("lr=0.1,0.2", *words, extra=tmp_path)
        assert [Path(p.data.path).name for p in points if p.data.path] == ["0.1.csv", "0.2.csv"], words


@pytest.mark.parametrize("word", ["name=run${epochs}", "outcome.tolerance=${lr}", "+tracking.tags.a=${lr}"])
def test_what_belongs_to_the_sweep_cannot_be_computed_from_an_axis(word: str) -> None:
    with pytest.raises(BadInput, match=r"^(name|outcome|tracking) belongs to the sweep as a whole"):
        expanded(word, "lr=1,2", "epochs=1,2")
