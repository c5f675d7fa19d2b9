"""Optimizers, schedules and batches as a user meets them: their defaults, and what is refused, in which words."""

import inspect
from pathlib import Path

import pytest
import torch
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.settings.optimizer_keys import milestones, milestones_as_typed
from sweep.settings.optimizers import ARGUMENTS, SCHEDULED, OptimizerKind
from sweep.settings.refusals import explain
from tests.conftest import run
from tests.hydra_plugins.expanded import expanded

TORCHS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "adagrad": "Adagrad"}


@pytest.mark.parametrize("kind", OptimizerKind)
def test_arguments_have_the_names_and_defaults_that_torch_has(kind: OptimizerKind) -> None:
    theirs = {
        name: each.default for name, each in inspect.signature(getattr(torch.optim, TORCHS[kind])).parameters.items()
    }
    theirs["beta1"], theirs["beta2"] = theirs.get("betas", (None, None))
    (point,) = expanded(f"optimizer={kind}")
    own = {name: value for name, value in vars(point.optimizer).items() if value is not None and name != "kind"}
    assert {*own} == {*ARGUMENTS[kind]}
    assert own == {name: theirs[name] for name in own}


@pytest.mark.parametrize(
    ("words", "what", "allowed", "step"),
    [
        ("optimizer=adamm", "optimizer=adamm: no such optimizer", "adam, adamw", "did you mean adam?"),
        ("optimizer=adam optimizer.momentum=0.9", "optimizer.momentum: no such key of optimizer=adam",
         "optimizer.beta1, optimizer.beta2, optimizer.eps, optimizer.weight_decay", "choose optimizer=sgd or rmsprop"),
        ("optimizer.beta1=0.9", "optimizer.beta1: no such key of optimizer=sgd", "optimizer.momentum", "=adam or"),
        ("optimizer=adam optimizer.momentum=null", "optimizer.momentum: no such key of optimizer=adam", "beta1",
         "choose optimizer=sgd"),
        ("optimizer=sgd,adam optimizer.momentum=0,0.9", "optimizer.momentum: no such key of optimizer=adam", "beta1",
         "as pairs"),
        ("optimizer=sgd,adam optimizer.alpha=0.9", "optimizer.alpha: no such key of optimizer=sgd", "momentum",
         "choose optimizer=rmsprop"),
        ("optimizer.momentum=null", "optimizer=sgd: optimizer.momentum must be given", "from 0 to below 1", "add"),
        ("optimizer.dampening=0.1", "optimizer.dampening: no such key", "allowed: optimizer.momentum", "see python -m"),
        ("optimizer.momentun=0.1", "optimizer.momentun: no such key", "allowed: optimizer", "mean optimizer.momentum?"),
        ("optimizer.name=adam", "optimizer.name: no such key", "allowed: optimizer.m", "did you mean optimizer=NAME?"),
        ("optimizer.lr=0.1", "optimizer.lr: no such key", "allowed: optimizer.m", "did you mean lr?"),
        ("schedule.factor=0.1", "schedule.factor: no such key", "allowed: schedule.warmup", "see python -m sweep"),
        ("momentum=0.9", "momentum: no such key", "lr, scale", "did you mean optimizer.momentum?"),
        ("weight_decay=0.9", "weight_decay: no such key", "lr, scale", "did you mean optimizer.weight_decay?"),
        ("optimizer.momentum=1", "optimizer.momentum=1.0 is not allowed", "from 0 to below 1", "give another"),
        ("optimizer.momentum=0.99999999999", "optimizer.momentum=0.99999999999 is not allowed", "rounded to dtype", ""),
        ("optimizer.momentum=-0.1", "optimizer.momentum=-0.1 is not allowed", "from 0 to below 1", "give another"),
        ("optimizer.weight_decay=-1", "optimizer.weight_decay=-1.0 is not allowed", ">= 0", "give another"),
        ("optimizer=adam optimizer.beta2=1.0", "optimizer.beta2=1.0 is not allowed", "from 0 to below 1", "another"),
        ("optimizer=adam optimizer.eps=inf", "optimizer.eps=inf is not allowed", "finite number >= 0", "give another"),
        ("optimizer=rmsprop optimizer.alpha=nan", "optimizer.alpha=nan is not allowed", "below 1", "give another"),
        ("optimizer=adagrad optimizer.lr_decay=-1", "optimizer.lr_decay=-1.0 is not allowed", ">= 0", "give another"),
        ("optimizer.nesterov=maybe", "optimizer.nesterov=maybe is not allowed", "true, false", "give another"),
        ("schedule=cosin", "schedule=cosin: no such schedule", "constant, cosine", "did you mean cosine?"),
        ("schedule=step", "schedule=step: schedule.milestones must be given", "[30,60]", "add schedule.milestones"),
        ("schedule=exponential", "schedule=exponential: schedule.gamma must be given", "finite number > 0", "add s"),
        ("schedule=cosine schedule.gamma=0.5", "schedule.gamma: no such key of schedule=cosine", "schedule.warmup",
         "choose schedule=step or exponential"),
        ("schedule=step schedule.milestones=[60,30]", "schedule.milestones=[60, 30] is not allowed", "ascending", ""),
        ("schedule=step schedule.milestones=[30,30]", "schedule.milestones=[30, 30] is not allowed", "ascending", ""),
        ("schedule=step schedule.milestones=[0,30]", "schedule.milestones=[0, 30] is not allowed", "> 0", ""),
        ("schedule=step schedule.milestones=[1.5]", "schedule.milestones=[1.5] is not allowed", "whole numbers", ""),
        ("schedule=step schedule.milestones=30", "schedule.milestones=30 is not allowed", "[30,60]", ""),
        ("schedule=step schedule.milestones=[]", "schedule.milestones=[] is not allowed", "[30,60]", ""),
        ("schedule=step schedule.milestones=[5,30] schedule.warmup=5", "schedule.milestones=[5,30]: the first is with",
         "after the warm-up", "give later ones"),
        ("schedule=exponential schedule.gamma=0", "schedule.gamma=0.0 is not allowed", "> 0", "give another"),
        ("schedule.warmup=-1", "schedule.warmup=-1 is not allowed", "from 0 to epochs", "give another"),
        ("schedule.warmup=6 epochs=5,10", "schedule.warmup=6: longer than the run, epochs=5", "from 0", "shorten it"),
        ("batch_size=0", "batch_size=0 is not allowed", "null: all of them", "give another"),
        ("batch_size=2.5", "batch_size=2.5 is not allowed", "null: all of them", "give another"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_key_with_what_is_allowed_and_a_next_step(
    words: str, what: str, allowed: str, step: str
) -> None:
    first, second, third = str(refused(*words.split())).splitlines()[:3]
    assert first.startswith(what)
    assert allowed in second
    assert step in third


def refused(*words: str) -> BadInput:
    """What somebody who types ``words`` is told."""
    with pytest.raises((BadInput, HydraException, OmegaConfBaseException)) as raised:
        expanded(*words)
    found = raised.value if isinstance(raised.value, BadInput) else explain(raised.value)
    assert found is not None, raised.value
    return found


def test_what_does_no_harm_is_not_refused() -> None:
    assert len(expanded("optimizer.nesterov=true", "optimizer.momentum=0,0.9")) == 2
    assert expanded("schedule.warmup=5", "epochs=5")[0].schedule.warmup == 5
    assert expanded("schedule=step", "schedule.milestones=[30]", "epochs=5")[0].schedule.milestones == [30]


def test_optimizers_with_arguments_of_their_own_are_a_paired_axis_of_a_grid_file(tmp_path: Path) -> None:
    (tmp_path / "grid").mkdir()
    pairs = ("optimizer: sgd, optimizer.momentum: 0.9", "optimizer: adam, optimizer.beta1: 0.8")
    text = "".join(f"  - {{{pair}}}\n" for pair in pairs)
    (tmp_path / "grid" / "mine.yaml").write_text(f"how:\n{text}lr: [0.1, 0.2]\n")
    found = expanded("grid=mine", extra=tmp_path)
    told = [(each.optimizer.kind, each.optimizer.momentum, each.optimizer.beta1, each.lr) for each in found]
    assert told == [
        ("sgd", 0.9, None, 0.1),
        ("sgd", 0.9, None, 0.2),
        ("adam", None, 0.8, 0.1),
        ("adam", None, 0.8, 0.2),
    ]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([30, 60], (30, 60)),
        ("[30,60]", (30, 60)),
        ("[30, 60]", (30, 60)),
        ("30", (30,)),
        ([True], None),
        ("[a]", None),
        (3, None),
    ],
)
def test_milestones_are_read_from_a_list_and_from_what_is_shown_of_one(value: object, found: object) -> None:
    assert milestones(value) == found
    if found:
        assert milestones(milestones_as_typed(value)) == found


def test_every_argument_of_a_schedule_is_a_key() -> None:
    keys = {key for each in Point.DECLARED.values() for key in each.keys}
    assert {f"schedule.{name}" for names in SCHEDULED.values() for name in names} <= keys


def test_a_batch_is_no_larger_than_the_samples_that_train() -> None:
    assert run("batch_size=11", "epochs=1", "dry_run=true").code == 0
    said = run("batch_size=11", "data.holdout=0.2", "dry_run=true")
    assert said.code == 1
    assert "batch_size=11: thermometer has 9 samples that train" in said.err
    with pytest.raises(BadInput):
        expanded("batch_size=-1")
