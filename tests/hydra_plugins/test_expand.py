"""The grid against Hydra's own composition of every point, and the forms a grid file may have."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.errors import HydraException
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from omegaconf import DictConfig

from sweep.errors import BadInput
from sweep.settings.schema import DATA_KINDS
from tests.hydra_plugins.expanded import by_hydra, expanded

AXES = {
    "lr": ["1e-2", "0.5", "3", "1e-7"],
    "scale": ["1", "0.1", "2e-2"],
    "epochs": ["1", "100"],
    "init.w": ["-1", "0.25", "1e3"],
    "gradient": ["analytic", "autograd"],
    "dtype": ["float32", "float64"],
    "data": ["thermometer"],
    "init": ["{w:1,b:2}", "{b:3}"],
}


@settings(max_examples=7, phases=[Phase.explicit, Phase.generate])  # Composing is slow, and shrinking far slower.
@given(
    chosen=st.lists(st.sampled_from(sorted(AXES)), min_size=1, max_size=3, unique=True).flatmap(
        lambda keys: st.tuples(
            *(
                st.tuples(st.just(k), st.lists(st.sampled_from(AXES[k]), min_size=1, max_size=2, unique=True))
                for k in keys
            )
        )
    )
)
def test_every_point_equals_what_hydra_composes_for_it(chosen: tuple[tuple[str, list[str]], ...]) -> None:
    ours = expanded(*(f"{key}={','.join(values)}" for key, values in chosen))
    points = itertools.product(*([f"{key}={value}" for value in values] for key, values in chosen))
    assert ours == by_hydra([list(each) for each in points])


@pytest.mark.parametrize("bad", ["lr=1,abc", "epochs=1,1.5", "gradient=analytic,exact", "lr=1,null", "nope=1,2"])
def test_a_value_that_hydra_refuses_is_refused_with_its_words(bad: str) -> None:
    key, _, values = bad.partition("=")
    with pytest.raises(HydraException) as ours:
        expanded(bad)
    with pytest.raises(HydraException) as theirs:
        by_hydra([[f"{key}={value}"] for value in values.split(",")])
    assert (str(ours.value), str(ours.value.__cause__)) == (str(theirs.value), str(theirs.value.__cause__))


def test_ranges_and_choices_are_axes_the_last_one_fastest() -> None:
    points = expanded("epochs=range(1,4)", "lr=choice(0.1,0.2)")
    assert [(p.epochs, p.lr) for p in points] == [(1, 0.1), (1, 0.2), (2, 0.1), (2, 0.2), (3, 0.1), (3, 0.2)]


def test_a_key_inside_a_mapping_that_is_an_axis_follows_the_order_of_the_command_line() -> None:
    assert [(p.init.w, p.init.b) for p in expanded("init={w:1,b:2},{b:3}", "init.w=-1")] == [(-1, 2), (-1, 3)]
    assert [(p.init.w, p.init.b) for p in expanded("init.w=5,6", "init={b:3}")] == [(5, 3), (6, 3)]


def test_a_value_computed_from_an_axis_follows_it() -> None:
    points = expanded("lr=0.1,0.2", "scale=${lr}")
    assert [(p.lr, p.scale) for p in points] == [(0.1, 0.1), (0.2, 0.2)]
    points = expanded("lr=0.1,0.2", "scale='${lr}',3")
    assert [(p.lr, p.scale) for p in points] == [(0.1, 0.1), (0.1, 3), (0.2, 0.2), (0.2, 3)]


def test_groups_may_be_an_axis_among_plain_ones(tmp_path: Path) -> None:
    fields = [f"data.{key}" for key in ("path", "input", "target")]
    points = expanded("lr=1,2", "data=thermometer,csv", *(f"{field}=x" for field in fields))
    assert [(p.lr, p.data.kind) for p in points] == [(1, "thermometer"), (1, "csv"), (2, "thermometer"), (2, "csv")]
    assert {p.data.kind for p in expanded("data=glob(*)", *(f"{field}=x" for field in fields))} == {*DATA_KINDS}


def test_keys_that_no_data_of_the_sweep_reads_are_refused() -> None:
    with pytest.raises(BadInput, match=r"data\.path: not used by data=thermometer"):
        expanded("data.path=null,a.csv")
    with pytest.raises(BadInput, match=r"data\.noise: not used by data=csv,thermometer"):
        expanded("data=csv,thermometer", "data.path=a.csv", "data.input=x", "data.target=y", "data.noise=0.1")
    with pytest.raises(BadInput, match=r"data\.input: not used by data=moons"):
        expanded("data=moons", "data.input=x")
    points = expanded("data=thermometer,waves", "data.samples=1e2", "data.seed=1,2")
    assert [(p.data.kind, p.data.samples, p.data.noise, p.data.seed) for p in points] == [
        ("thermometer", 100, None, 1), ("thermometer", 100, None, 2), ("waves", 100, 0.1, 1), ("waves", 100, 0.1, 2)
    ]  # fmt: skip


def test_an_axis_may_be_what_sets_a_mandatory_key() -> None:
    points = expanded("data=csv", "data.path=a.csv,b.csv", "data.input=x", "data.target=y")
    assert [p.data.path for p in points] == ["a.csv", "b.csv"]


@pytest.fixture
def grid(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        (tmp_path / "grid").mkdir(exist_ok=True)
        (tmp_path / "grid" / "mine.yaml").write_text(text)
        return tmp_path

    return write


def test_the_seed_grid_is_the_references_settings_crossed() -> None:
    points = expanded("grid=seed")
    crossed = list(itertools.product([1e-2, 1e-4], [1.0, 0.1], [100, 5000]))
    assert [(p.lr, p.scale, p.epochs) for p in points] == crossed


def test_a_log_axis_has_both_ends_and_exact_decades() -> None:
    rates = [p.lr for p in expanded("grid=threshold", "scale=1", "epochs=100")]
    assert len(rates) == 41
    assert [rates[place] for place in range(0, 41, 10)] == [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    ratios = [b / a for a, b in itertools.pairwise(rates)]
    assert ratios == pytest.approx([10**0.1] * 40)


def test_a_linear_axis_is_evenly_spaced(grid: Any) -> None:
    points = expanded("grid=mine", extra=grid("init.w: {from: -1, to: 1, points: 5, spacing: linear}"))
    assert [p.init.w for p in points] == [-1, -0.5, 0, 0.5, 1]


@pytest.mark.parametrize(("spacing", "expected"), [("log", [1, 3, 10, 32, 100]), ("linear", [1, 26, 50, 75, 100])])
def test_a_spaced_axis_of_a_whole_number_is_rounded(grid: Any, spacing: str, expected: list[int]) -> None:
    text = f"epochs: {{from: 1, to: 100, points: 5, spacing: {spacing}}}"
    assert [p.epochs for p in expanded("grid=mine", extra=grid(text))] == expected


@pytest.mark.parametrize(
    "text", ["init: [{w: 1, b: 2}, {w: 3, b: 2}]", "any: [{init.w: 1, init.b: 2}, {init.w: 3, init.b: 2}]",
             "init: {w: [1, 3], b: 2}"]
)  # fmt: skip
def test_keys_below_another_may_be_written_below_it(grid: Any, text: str) -> None:
    assert [(p.init.w, p.init.b) for p in expanded("grid=mine", extra=grid(text))] == [(1, 2), (3, 2)]


def test_a_paired_axis_sets_its_keys_together_and_is_crossed_with_the_others() -> None:
    points = expanded("grid=paired", "epochs=1,2")
    assert [(p.lr, p.scale, p.epochs) for p in points] == [
        (3e-4, 1, 1), (3e-4, 1, 2), (3e-2, 0.1, 1), (3e-2, 0.1, 2), (0.5, 0.01, 1), (0.5, 0.01, 2)
    ]  # fmt: skip


def test_the_command_line_wins_over_the_file_axis_by_axis() -> None:
    points = expanded("grid=seed", "lr=1e-3", "epochs=7,8")
    assert {(p.lr, p.scale, p.epochs) for p in points} == set(itertools.product([1e-3], [1.0, 0.1], [7, 8]))


def test_overriding_a_whole_pair_replaces_it() -> None:
    points = expanded("grid=paired", "lr=1,2", "scale=3", "epochs=5")
    assert [(p.lr, p.scale) for p in points] == [(1, 3), (2, 3)]


def test_overriding_a_part_of_a_pair_is_refused_with_both_ways_out() -> None:
    with pytest.raises(BadInput) as refused:
        expanded("grid=paired", "lr=1")
    assert refused.value.next_step == "also give scale=…, or leave lr out"


def test_groups_and_mandatory_keys_may_stand_in_a_grid_file(grid: Any) -> None:
    text = "data: [csv]\nfiles:\n - {data.path: a.csv, data.input: x}\n - {data.path: b.csv, data.input: y}\n"
    points = expanded("grid=mine", "data.target=t", extra=grid(text))
    assert [(p.data.kind, p.data.path, p.data.input) for p in points] == [("csv", "a.csv", "x"), ("csv", "b.csv", "y")]


def test_a_pair_may_choose_groups_that_need_different_keys(grid: Any) -> None:
    csv = "{data: csv, data.path: a.csv, data.input: x, data.target: y}"
    points = expanded("grid=mine", "lr=1,2", extra=grid(f"readings: [{{data: thermometer}}, {csv}]"))
    thermometer, own = ("thermometer", None), ("csv", "a.csv")
    assert [(p.data.kind, p.data.path) for p in points] == [thermometer, thermometer, own, own]
    assert [p.lr for p in points] == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lr: {from: 1, to: .nan, points: 3, spacing: linear}", "is no axis"),
        ("lr: {from: true, to: 2, points: 3, spacing: linear}", "is no axis"),
        (f"lr: {{from: 1, to: 1{400 * '0'}, points: 3, spacing: linear}}", "is no axis"),
        ("lr: {from: 1, to: 2, points: 90000000, spacing: log}", "90,000,000 points"),
        ("lr: [1, {lr: 2}]", "the pairs of lr do not all set the same keys"),
        ("p:\n - {data: csv, data.path: a}\n - {data.path: b}", "the pairs of p do not all set the same keys"),
        ("lrr: [1]", "lrr: no such key"),
        ("+lr: [1]", "+lr: no such key"),
        ("'': [1]", ": no such key"),
        ("hydra.job.name: [a]", "hydra.job.name belongs to the sweep as a whole"),
        ("lr: []", "lr: [] is no axis"),
        ("lr: [[1, 2]]", "is no axis"),
        ("lr: {from: 0, to: 1, points: 3, spacing: log}", "is no axis"),
        ("lr: {from: 1, to: 2, points: 1, spacing: log}", "is no axis"),
        ("lr: {from: 1, to: 2, points: 3}", "is no axis"),
        ("lr: {from: 1, to: 2, points: 3, spacing: even}", "is no axis"),
        ("lr: {from: 1, to: .inf, points: 3, spacing: linear}", "is no axis"),
        ("pair:\n - {lr: 1, scale: 1}\n - {lr: 2}", "the pairs of pair do not all set the same keys"),
        ("lr: [1]\npair:\n - {lr: 1, scale: 1}", "lr stands in two axes"),
        ("name: [a, b]", "name belongs to the sweep as a whole"),
    ],
)
def test_a_malformed_grid_file_is_told_what_an_axis_is(grid: Any, text: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        expanded("grid=mine", extra=grid(text))
    assert message in str(refused.value)


def test_a_grid_too_large_to_store_is_refused_before_it_is_expanded() -> None:
    with pytest.raises(BadInput, match=r"90,000,000 points: up to 8\.1 TB in the store and 50\.0 hours"):
        expanded("lr=range(0.1,1,0.001)", "init.w=range(0,100,0.001)")
    with pytest.raises(BadInput, match="1,000,000,000,000,000,000 points"):
        expanded("lr=range(0,1,1e-9)", "init.w=range(0,1,1e-9)")


def test_an_axis_below_a_group_with_one_choice_and_beside_a_value_of_other_keys_is_taken_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twenty columns by twenty are composed once, or once for each value that another is computed from."""
    composed = []
    load = ConfigLoaderImpl.load_sweep_config

    def counted(*given: Any) -> DictConfig:
        composed.append(given)
        return load(*given)

    monkeypatch.setattr(ConfigLoaderImpl, "load_sweep_config", counted)
    csv = ("data=csv", "data.path=x.csv", "problem=linear")
    columns = [f"data.{name}={','.join(f'{name}{k}' for k in range(20))}" for name in ("input", "target")]
    points = expanded(*csv, *columns, "lr=1,2", "delta=${scale}")
    assert len(points) == 800
    assert len(composed) == 0
    points = expanded(*csv, *columns, "lr=1,2", "scale=${lr}")
    assert {(p.lr, p.scale) for p in points} == {(1, 1), (2, 2)}
    assert len(composed) == 2
    assert [(p.lr, p.scale, p.delta) for p in expanded("lr=1,2", "scale=${lr}", "delta=${scale}")] == [
        (1, 1, 1),
        (2, 2, 2),
    ]
    assert [(p.init.w, p.init.b) for p in expanded("init.w=1,2", "init.b=${.w}")] == [(1, 1), (2, 2)]


@pytest.mark.parametrize("words", [("data.center=true,false", "problem=line,linear"), ("problem=linear", "scale=1,2")])
def test_axes_of_problems_and_of_preparation_equal_what_hydra_composes(words: tuple[str, ...]) -> None:
    choices = [word.partition("=") for word in words]
    every = itertools.product(*([f"{key}={value}" for value in values.split(",")] for key, _, values in choices))
    assert expanded(*words) == by_hydra([list(each) for each in every])
