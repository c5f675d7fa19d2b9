"""Keys of models as a user meets them: what is refused in which words, the help page, completion, one's own files."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from sweep.models import mlp
from sweep.settings.conf_files import conf_folder
from sweep.settings.schema import PERCEPTRON
from tests.conftest import Command

OWN = "problem=torch problem.model._target_=my.Net"


@pytest.mark.parametrize(
    ("words", "named", "step"),
    [
        ("problem=mlp problem.width=8", "problem.width: no such key", "did you mean problem.model.width?"),
        ("problem=mlp width=8", "width: no such key", "did you mean problem.model.width?"),
        ("problem=mlp loss=mse", "loss: no such key", "did you mean problem.loss?"),
        ("problem=mpl", "problem=mpl: no such problem", "did you mean mlp?"),
        ("problem=mlp problem.model.widht=8", "problem.model.widht: no such key", "did you mean problem.model.width?"),
        ("problem=mlp problem.model.width=8.0", "problem.model.width=8.0 is not allowed", "give another"),
        ("problem=mlp ~problem.model.depth", "problem.model.depth is missing", "give problem.model.depth=…"),
        ("problem=mlp ~problem.model.x", "~problem.model.x: there is no such argument", "leave ~problem.model.x out"),
        ("problem=mlp problem.model=3", "problem.model=3 is not allowed", "write problem.model.NAME=VALUE for an"),
        ("problem=torch problem.model=my.Net", "problem.model=my.Net is not allowed", "write problem.model.NAME=VALUE"),
        ("problem=mlp problem.model.width=8", "", ""),
        ("problem.model.width=8", "problem.model.width: not used by problem=line", "add problem=mlp"),
        ("problem=mlp problem.loss=mes", "problem.loss=mes is not allowed", "did you mean problem.loss=mse?"),
        (
            "problem=mlp problem.loss={p:1}",
            "problem.loss={'p': 1} is not allowed",
            "add problem.loss._target_=MODULE",
        ),
        (
            "problem=mlp problem.loss=my.loss",
            "problem.loss=my.loss is not allowed",
            "write problem.loss._target_=my.loss",
        ),
        ("problem=mlp problem.loss_delta=2", "problem.loss_delta: not used by", "add problem.loss=huber"),
        ("problem=mlp problem.spread=-1", "problem.spread=-1.0 is not allowed", "give another problem.spread=…"),
        ("problem=torch", "problem=torch: problem.model._target_ must be given", "add problem.model._target_=…"),
        (
            "problem=torch problem.model.target=my_models.Net",
            "problem=torch: problem.model._target_ must be given",
            "did you mean problem.model._target_ where problem.model.target is written?",
        ),
        (
            "problem=torch problem.model.x=3",
            "problem=torch: problem.model._target_ must",
            "add problem.model._target_=…",
        ),
        ("problem=torch problem.model._target_=3", "problem.model._target_=3: no dotted name", "write MODULE.NAME"),
        (f"{OWN} problem.model.1a=2", "problem.model.1a=2 cannot be read", "correct it"),
        (f"{OWN} problem.model.a[0]=2", "problem.model.a[0]=2 cannot be read", "correct it"),
        (
            f"{OWN} problem.model.a=tänh",
            "problem.model.a=tänh cannot be read",
            "correct it; text with other signs",
        ),
        (f"{OWN} problem.model.a-b=2", "problem.model.a-b: no name of an argument", "rename it"),
        (f"{OWN} problem.model.a=nan", "problem.model.a=nan: no value", "give another"),
        (f"{OWN} problem.model.a={'x' * 10_000}", "problem.model.a: longer than a run can keep", "shorten it"),
        (f"{OWN} problem.model.{'a' * 10_000}=1", "problem.model.aaaa", "shorten it"),
        (f"{OWN} problem.model.a='\x1bx'", "problem.model.a: not text on one line", "give another"),
        (
            f"{OWN} {' '.join(f'problem.model.a{k}=1' for k in range(40))}",
            "problem.model has 41 arguments",
            "set some in code of your own",
        ),
        (f"{OWN} problem.model.{'.'.join(['a' * 60] * 3 + ['b' * 55])}=1", "problem.model.aaaa", "nest it less"),
        (
            "problem=mlp outcome.curvature=true,false",
            "outcome.curvature belongs to the sweep",
            "run one sweep for each",
        ),
    ],
)
def test_what_cannot_be_is_told_with_the_next_step(
    command: Command, tmp_path: Path, words: str, named: str, step: str
) -> None:
    said = command(*(words.split(" ")), "dry_run=true")
    if not named:
        assert (said.code, said.err) == (0, "")
        return
    assert said.code == 1
    assert said.err.startswith(f"sweep: {named}")
    assert f"next:    {step}" in said.err
    assert "Traceback" not in said.err
    assert "++" not in said.err
    assert not list(tmp_path.rglob("*"))


def test_an_axis_of_arguments_beside_a_question_is_named_as_it_was_typed(command: Command) -> None:
    said = command("--cfg", "job", "problem=mlp", "problem.model.width=1,2")
    assert said.err.startswith("sweep: problem.model.width=1,2 is an axis")


def test_the_help_page_and_the_settings_name_what_models_take(command: Command) -> None:
    assert [*mlp.ARGUMENTS] == [*PERCEPTRON]
    page = command("--help").out
    for told in ("width, depth, activation", "problem: function, line, linear, logistic, mlp, torch", "problem.loss "):
        assert told in page
    said = command("--cfg", "job", *OWN.split(" "), "problem.model.x=8", "problem.loss._target_=my.loss")
    assert said.code == 0
    assert "    _target_: my.Net\n    x: 8\n  loss:\n    _target_: my.loss\n" in said.out


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("problem.loss=", [f"problem.loss={each}" for each in ("mse", "cross_entropy", "huber", "l1")]),
        ("problem=m", ["problem=mlp"]),
        ("problem=mlp problem.model.w", ["problem.model.width="]),
        ("outcome.curv", ["outcome.curvature="]),
    ],
)
def test_completion_knows_keys_of_models(
    command: Command, monkeypatch: pytest.MonkeyPatch, begun: str, offered: list[str]
) -> None:
    monkeypatch.setenv("COMP_LINE", f"sweep {begun}")
    said = command("--shell-completion", "query=bash")
    assert (said.code, sorted(said.out.split())) == (0, sorted(offered))


def test_the_command_that_is_stored_trains_the_same_point_again(
    command: Command, ready_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a file of one's own, a module in the current folder, and values that a shell and Hydra would read anew."""
    (tmp_path / "my_nets.py").write_text(
        "from torch import nn\n\n\ndef net(layers, name=None, bias=True):\n"
        "    return nn.Sequential(nn.Linear(1, layers[0]), nn.Tanh(), nn.Linear(layers[0], 1, bias=bias))\n"
    )
    (tmp_path / "conf" / "problem").mkdir(parents=True)
    (tmp_path / "conf" / "problem" / "bump.yaml").write_text(
        "defaults: [torch]\nmodel: {_target_: my_nets.net, layers: [2], name: 1.10}\nloss: huber\n"
    )
    words = ["--config-dir", "conf", "problem=bump", "problem.model.layers=[2,2],[3]", "epochs=3"]
    words.append("problem.model.name='8',null")
    monkeypatch.setattr(sys, "orig_argv", ["/usr/bin/python", "-m", "sweep", *words])
    said = command(*words)
    assert said.code == 0, said.err
    (plan,) = (json.loads(path.read_text()) for path in Path("outputs/artifacts").rglob("plan.json"))
    (stored,) = (json.loads(path.read_text()) for path in Path("outputs").glob("sweep-*/provenance.json"))
    typed = shlex.split(stored["executions"][0]["command"])
    again = command(*typed[3:], "dry_run=true")
    assert "4 done already, 0 to train" in again.out, again.err
    models = [json.loads(point["problem.model"]) for point in plan["points"]]
    assert [(each["layers"], each["name"]) for each in models] == [
        ([2, 2], "8"), ([2, 2], None), ([3], "8"), ([3], None)
    ]  # fmt: skip


def test_conf_says_that_types_are_those_of_yaml() -> None:
    assert "8.0" in (Path(conf_folder()) / "problem/torch.yaml").read_text()
