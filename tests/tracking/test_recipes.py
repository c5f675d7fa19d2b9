"""What readings were made from stands in the plan, and is believed where it makes those readings."""

import json
from typing import Any

import pytest

from sweep.data import sources
from sweep.plan import plan
from sweep.tracking import data_files, manifest
from sweep.tracking.typed import Malformed
from tests.problem.made import data as data_of
from tests.tracking.stored import settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("kind", "csv", "recipe.kind is 'csv', where one of waves, moons"),
        ("kind", "moons", "not the readings that their recipe makes"),
        ("noise", "0.1", "recipe.noise is '0.1', where a finite number"),
        ("noise", 0.2, "not the readings that their recipe makes"),
        ("samples", 10**12, "not the readings that their recipe makes"),
        ("seed", -1, "not the readings that their recipe makes"),
    ],
)
def test_a_recipe_in_a_plan_is_that_of_its_readings(name: str, value: Any, said: str) -> None:
    one = settings()
    one.data = data_of("waves", samples=20, noise=0.1, seed=3)
    planned = plan.make([one], sources.read)
    stored = {manifest.PATH: manifest.encode(planned, {}), **dict(data_files.files(planned))}
    assert manifest.read(lambda path, value_of: value_of(stored[path]))[0] == planned
    document = json.loads(stored[manifest.PATH])
    del document["checksum"]
    (labels,) = document["data"].values()
    labels["recipe"][name] = value
    stored[manifest.PATH] = json.dumps(document).encode()
    with pytest.raises(Malformed, match=said):
        manifest.read(lambda path, value_of: value_of(stored[path]))
