"""Arguments of models and losses: keys of a user's own, as axes, in files, and equal to what Hydra composes."""

from pathlib import Path
from typing import Any

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from omegaconf import DictConfig

from sweep.errors import BadInput
from sweep.models.spec import canonical
from sweep.settings.schema import PERCEPTRON
from tests.hydra_plugins.expanded import by_hydra, expanded

OWN = ("problem=torch", "problem.model._target_=my.Net")

VALUES = ["8", "8.0", "'8'", "true", "null", "tanh", "[8,8]", "[16]", "[]", "-1e-3", "'a, b'", '"it\'s"', "1.10", "NO"]


def models(*words: str, extra: Path | None = None) -> list[Any]:
    return [point.problem.model for point in expanded(*words, extra=extra)]


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One number for each time that Hydra composes a step of an axis."""
    times: list[int] = []
    compose = ConfigLoaderImpl.load_sweep_config

    def counted(self: ConfigLoaderImpl, master: DictConfig, words: list[str]) -> DictConfig:
        times.append(1)
        return compose(self, master, words)

    monkeypatch.setattr(ConfigLoaderImpl, "load_sweep_config", counted)
    return times


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])  # Composing is slow, and shrinking far slower.
@given(
    one=st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True),
    other=st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True),
    second=st.sampled_from(["problem.model.b", "problem.model.of.b", "problem.loss.b"]),
)
def test_arguments_are_what_hydra_composes_of_keys_that_are_added(
    one: list[str], other: list[str], second: str
) -> None:
    loss = "problem.loss._target_=my.loss"
    ours = expanded(*OWN, loss, f"problem.model.a={','.join(one)}", f"{second}={','.join(other)}")
    added = ["problem=torch", "++problem.model._target_=my.Net", f"++{loss}"]
    theirs = by_hydra([[*added, f"++problem.model.a={a}", f"++{second}={b}"] for a in one for b in other])
    assert [canonical([each.problem.model, each.problem.loss]) for each in ours] == [
        canonical([each.problem.model, each.problem.loss]) for each in theirs
    ]


def test_axes_of_arguments_are_composed_at_once(composed: list[int]) -> None:
    assert [each["width"] for each in models("problem=mlp", "problem.model.width=8,32", "lr=1,2")] == [8, 8, 32, 32]
    assert [each["layers"] for each in models(*OWN, "problem.model.layers=[8,8],[16]")] == [[8, 8], [16]]
    assert [each["n"] for each in models(*OWN, "problem.model.n=range(1,4)")] == [1, 2, 3]
    points = expanded(*OWN, "problem.loss._target_=my.loss,my.other", "problem.loss.part=0.1,0.2")
    assert [point.problem.loss["part"] for point in points] == [0.1, 0.2, 0.1, 0.2]
    assert composed == []


def test_lists_of_columns_are_an_axis_too() -> None:
    words = ("data=csv", "data.path=a.csv", "data.target=y", "data.input=[a,b],[c,d]")
    assert [point.data.input for point in expanded(*words)] == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("problem.model={_target_:my.Net,width:8}",), [{"_target_": "my.Net", "width": 8}]),
        (
            ("problem.model={_target_:my.A,width:8},{_target_:my.B,depth:2}",),
            [{"_target_": "my.A", "width": 8}, {"_target_": "my.B", "depth": 2}],
        ),
        (("+problem.model._target_=my.A", "+problem.model.x=1,2"), [{"_target_": "my.A", "x": x} for x in (1, 2)]),
        (
            ("problem.model._target_=my.A", "problem.model.of={_target_:my.B,x:1},{_target_:my.C}"),
            [
                {"_target_": "my.A", "of": {"_target_": "my.B", "x": 1}},
                {"_target_": "my.A", "of": {"_target_": "my.C"}},
            ],
        ),
        (
            ("problem.model._target_=my.A", "problem.model.rate=${lr}", "lr=1,2"),
            [{"_target_": "my.A", "rate": rate} for rate in (1.0, 2.0)],
        ),
    ],
)
def test_a_model_may_be_written_in_the_forms_of_hydra(words: tuple[str, ...], expected: list[object]) -> None:
    assert models("problem=torch", *words) == expected


def test_an_argument_of_a_file_may_be_left_out() -> None:
    assert models("problem=mlp", "~problem.model.width") == [{"depth": 2, "activation": "tanh"}]


def grid(folder: Path, text: str) -> Path:
    (folder / "grid").mkdir()
    (folder / "grid" / "mine.yaml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("problem: {model: {n: [8, 16]}}", [{"n": 8}, {"n": 16}]),
        ("problem.model.n: [8, 8.0, '8', 1.10, NO, null]", [{"n": n} for n in (8, 8.0, "8", 1.1, False, None)]),
        ("problem.model.name: [1, x]", [{"name": 1}, {"name": "x"}]),
        ("problem.model.n: [[8, 8], [16]]", [{"n": [8, 8]}, {"n": [16]}]),
        ("problem.model.of: {n: [1, 2], m: 3}", [{"of": {"n": n, "m": 3}} for n in (1, 2)]),
        ("problem.model: [{n: 1, m: 2}, {n: 3}]", [{"n": 1, "m": 2}, {"n": 3}]),
        ("problem.model.n: {from: 8, to: 64, points: 4, spacing: log}", [{"n": n} for n in (8, 16, 32, 64)]),
        ("problem.model.n: {from: 1.0, to: 2, points: 2, spacing: linear}", [{"n": 1.0}, {"n": 2.0}]),
    ],
)
def test_arguments_stand_in_a_grid_file_as_other_keys_do(tmp_path: Path, text: str, expected: list[Any]) -> None:
    found = models(*OWN, "grid=mine", extra=grid(tmp_path, text))
    assert list(map(canonical, found)) == [canonical({"_target_": "my.Net", **each}) for each in expected]


def test_a_pair_may_choose_models_that_take_different_arguments(tmp_path: Path) -> None:
    text = "any:\n- {problem: mlp, problem.model.width: 4}\n- {problem: torch, problem.model._target_: my.A}"
    found = models("grid=mine", extra=grid(tmp_path, text))
    assert found == [{"width": 4, "depth": 2, "activation": "tanh"}, {"_target_": "my.A"}]


@pytest.mark.parametrize(
    ("text", "scale", "loss"),
    [
        ("# @package _global_\nproblem: {kind: torch, model: {_target_: my.Bump, n: 3}}\nscale: 0.5", 0.5, "mse"),
        ("kind: torch\nmodel: {_target_: my.Bump, n: 3}\nloss: {_target_: my.loss}", 1, {"_target_": "my.loss"}),
        ("defaults: [torch]\nmodel: {_target_: my.Bump, n: 3}\nloss: huber", 1, "huber"),
        (
            "# @package _global_\ndefaults: [torch, _self_]\nproblem: {model: {_target_: my.Bump, n: 3}}\nscale: 2",
            *(2, "mse"),
        ),
    ],
)
def test_a_problem_may_stand_in_a_file_of_ones_own(tmp_path: Path, text: str, scale: float, loss: object) -> None:
    (tmp_path / "problem").mkdir()
    (tmp_path / "problem" / "bump.yaml").write_text(text)
    one, other = expanded("problem=bump", "problem.model.n=3,4", extra=tmp_path)
    assert (one.problem.kind, one.scale, one.start, one.problem.loss) == ("torch", scale, "random", loss)
    assert [each.problem.model for each in (one, other)] == [{"_target_": "my.Bump", "n": n} for n in (3, 4)]
    beside = expanded("problem=bump,mlp", extra=tmp_path)[1]
    assert beside.problem.model.keys() == {*PERCEPTRON}
    assert (beside.scale, beside.problem.loss) == (1, "mse")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("problem.model.width=8",), r"problem\.model\.width: not used by problem=line"),
        (("problem.spread=1",), r"problem\.spread: not used by problem=line"),
        (("outcome.curvature=false",), r"outcome\.curvature: not used by problem=line"),
        (("problem=mlp", "gradient=autograd"), "gradient: not used by problem=mlp"),
        (("problem=mlp", "delta=0.2"), "delta: not used by problem=mlp"),
        (("problem=mlp", "start=given"), "start=given: problem=mlp has no keys"),
        (("problem=mlp", "init.w=1"), r"init\.w: not used by problem=mlp"),
        (("problem=mlp", "problem.loss_delta=2"), r"problem\.loss_delta: not used by problem\.loss=mse"),
        (("problem=mlp", "problem.loss=[mse]"), r"problem\.loss=\['mse'\] is not allowed"),
        (("problem=mlp", "problem.spread=-1"), r"problem\.spread=-1\.0 is not allowed"),
        (("problem=mlp", "outcome.curvature=true,false"), r"outcome\.curvature belongs to the sweep"),
        (("problem=torch",), r"problem\.model\._target_ must be given"),
        (("problem=torch", "problem.model._target_=null"), r"problem\.model\._target_ must be given"),
    ],
)
def test_what_a_problem_does_not_use_or_lacks_is_refused(words: tuple[str, ...], what: str) -> None:
    with pytest.raises(BadInput, match=what):
        expanded(*words)
