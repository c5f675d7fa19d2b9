"""Defaults that are read from ``conf/`` without Hydra, held against what Hydra composes."""

from typing import Any

import pytest
from omegaconf import OmegaConf

from sweep.settings.composition import composed
from sweep.settings.defaults import default
from sweep.settings.keys import KEYS, SET_BY_GROUP

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
