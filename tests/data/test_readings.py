"""Readings: what their fingerprint is of, and which a number format cannot hold."""

from dataclasses import replace

import pytest

from sweep.errors import BadInput
from sweep.settings.schema import DType
from tests.conftest import THERMOMETER


def test_the_fingerprint_is_of_the_values_and_their_order_alone() -> None:
    same = replace(THERMOMETER, name="other", source="elsewhere", input_unit="K")
    turned = replace(THERMOMETER, inputs=THERMOMETER.inputs[::-1], targets=THERMOMETER.targets[::-1])
    swapped = replace(THERMOMETER, inputs=THERMOMETER.targets[:, None], targets=THERMOMETER.inputs[:, 0])
    assert same.fingerprint == THERMOMETER.fingerprint == "a4435c96698078843084cb64c1352f62"
    assert len({THERMOMETER.fingerprint, turned.fingerprint, swapped.fingerprint}) == 3


def test_readings_that_a_dtype_cannot_tell_apart_are_refused() -> None:
    near = replace(THERMOMETER, inputs=1e9 + THERMOMETER.inputs / 100)
    near.check_dtype(DType.float64)
    with pytest.raises(BadInput, match="use dtype=float64"):
        near.check_dtype(DType.float32)
