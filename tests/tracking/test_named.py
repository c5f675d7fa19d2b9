"""Parts with what training functions named: every bit is read back, whatever the names, and what is none is refused."""

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sweep.plan.plan import Plan
from sweep.tracking import curve_form, named_columns, parts
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, point
from tests.plan.fields import FUNCTION
from tests.tracking.bounded import bounded

NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,9}(/[a-z]{1,3})?", fullmatch=True)
LINE = Curve(np.ones(3, np.float32), (1.0, 2.0), 3.0, False, {"holdout_loss": np.zeros(4, np.float32)})


@st.composite
def named(draw: st.DrawFn) -> Curve:
    """A curve as a training function brings it."""
    count = draw(st.integers(1, 6))
    losses = draw(arrays.arrays(np.float64, count))
    metrics = draw(st.dictionaries(NAME, arrays.arrays(np.float64, count), max_size=3))
    return Curve(
        losses[:-1], (), float(losses[-1]), False, metrics, draw(st.dictionaries(NAME, st.floats(), max_size=3))
    )


def bits(curve: Curve) -> tuple[Any, ...]:
    """All of it."""
    watched = {name: values.astype(np.float64).tobytes() for name, values in curve.watched.items()}
    measured = {name: np.array(value).tobytes() for name, value in curve.measured.items()}
    return curve.losses.astype(np.float64).tobytes(), np.array(curve.final_loss).tobytes(), watched, measured


@given(curves=st.lists(named(), min_size=1))
def test_what_functions_named_is_read_back_with_every_bit_beside_other_curves(curves: list[Curve]) -> None:
    for each in (curves, [LINE, *curves, LINE]):
        path, content = parts.encode([str(place) for place in range(len(each))], each)
        read = [curve for _, curve in parts.decode(path, content, 30)]
        assert [*map(bits, read)] == [*map(bits, each)]
        assert [curve.is_named for curve in read] == [curve.is_named for curve in each]


def test_a_name_that_other_problems_have_is_kept_apart_from_theirs() -> None:
    own = Curve(np.zeros(0), (), 1.0, False, {"holdout_loss": np.array([np.nan])}, {"accuracy": np.nan, "left": 1.0})
    path, content = parts.encode(["a", "b"], [LINE, own])
    (_, line), (_, read) = parts.decode(path, content, 3)
    assert bits(read) == bits(own)
    assert (bits(line), line.measured) == (bits(LINE), {})


def test_a_part_without_functions_is_what_it_was() -> None:
    found = pq.read_schema(io.BytesIO(parts.encode(["a"], [LINE])[1])).names
    assert found == ["key", "losses", "holdout_loss", "parameters", "final_loss", "stalled"]


def test_each_point_may_name_others() -> None:
    curves = [
        Curve(np.zeros(0), (), 1.0, False, {f"m{place}": np.ones(1)}, {f"f{place}": 1.0}) for place in range(3000)
    ]
    path, content = parts.encode([str(place) for place in range(3000)], curves)
    assert [[*curve.watched] for _, curve in parts.decode(path, content, 3)] == [[f"m{place}"] for place in range(3000)]


def test_long_curves_of_functions_are_cut_into_parts_that_can_be_read() -> None:
    long = Curve(np.zeros(999_999), (), 1.0, False, {f"m{place}": np.zeros(1_000_000) for place in range(3)})
    pairs = [(point(lr=lr), curve) for lr, curve in ((1.0, long), (2.0, long), (3.0, LINE), (4.0, LINE))]
    found = [[each.lr for each, _ in part] for part in parts.cut(pairs)]
    assert found == [[1.0], [2.0, 3.0, 4.0]]
    assert [[each.lr for each, _ in part] for part in parts.cut(pairs[2:])] == [[3.0, 4.0]]
    assert list(parts.cut([])) == []


PLAN = Plan((FUNCTION, replace(FUNCTION, stop_diverged=True)), {FUNCTION.data: THERMOMETER}, 0.001)
OWN = Curve(np.array([1.0, np.inf, 2.0]), (), 1.0, False)


@pytest.mark.parametrize(
    ("curve", "fits"),
    [
        (OWN, (True, False)),
        (replace(OWN, losses=np.array([]), final_loss=np.nan), (True, True)),
        (replace(OWN, losses=np.array([1.0]), final_loss=np.nan), (True, True)),
        (replace(OWN, parameters=(1.0,)), (False, False)),
        (replace(OWN, trained={"tile": 16}), (False, False)),
        (replace(OWN, losses=np.zeros(1_000_000)), (False, False)),
    ],
)
def test_a_curve_has_the_form_of_its_function(curve: Curve, fits: tuple[bool, bool]) -> None:
    """Which may be of any length; one that is to stop has nothing after what is no number."""
    for one, fit in zip(PLAN.points, fits, strict=True):
        if fit:
            found = curve_form.curve_of(PLAN, one, replace(curve, losses=curve.losses.astype(np.float32)), "part")
            assert found.losses.dtype == np.float64
        else:
            with pytest.raises(parts.DamagedPart, match="not of the form of its point"):
                curve_form.curve_of(PLAN, one, curve, "part")


def changed(change: Callable[[dict[str, Any]], Mapping[str, Any]], rows: int = 2) -> tuple[str, bytes]:
    """A part whose columns of names and numbers were ``changed``."""
    own = Curve(np.zeros(1), (), 1.0, False, {"a": np.ones(2), "b": np.ones(2)}, {"c": 1.0})
    _, content = parts.encode([str(row) for row in range(rows)], [own] * rows)
    table = pq.read_table(io.BytesIO(content))
    names = (named_columns.METRIC_NAMES, named_columns.METRICS, named_columns.FINAL_NAMES, named_columns.FINALS)
    columns = {name: table.column(name).to_pylist() for name in names}
    for name, values in change(columns).items():
        place = table.column_names.index(name)
        array = values if isinstance(values, pa.Array) else pa.array(values, table.schema.field(name).type)
        table = table.set_column(place, name, array)
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return f"curves/{hashlib.sha256(sink.getvalue()).hexdigest()}.parquet", sink.getvalue()


def test_names_and_numbers_that_were_changed_to_what_may_be_are_read() -> None:
    ((_, curve), _) = parts.decode(*changed(lambda own: {"metric_names": ["x y", "z w"]}), 3)
    assert [*curve.watched] == ["x", "y"]


@pytest.mark.parametrize(
    "change",
    [
        lambda own: {"metric_names": ["a", "b"]},
        lambda own: {"metric_names": ["a a"] * 2},
        lambda own: {"metric_names": ["a b c"] * 2},
        lambda own: {"metric_names": ["../a b"] * 2},
        lambda own: {"metric_names": ["a" * 81 + " b"] * 2},
        lambda own: {"metrics": [[1.0] * 3, [1.0] * 5]},
        lambda own: {"final_names": ["", "c"]},
        lambda own: {"finals": [[], [1.0, 2.0]]},
        lambda own: {"metric_names": [" ".join(f"m{place}" for place in range(51))] * 2, "metrics": [[1.0] * 102] * 2},
        lambda own: {"final_names": [" ".join(f"m{place}" for place in range(101))] * 2, "finals": [[1.0] * 101] * 2},
    ],
)
def test_names_that_no_metric_has_and_other_numbers_than_names_are_damage(change: Callable[..., Any]) -> None:
    with pytest.raises(parts.DamagedPart):
        parts.decode(*changed(change), 3)


@pytest.mark.parametrize(
    ("rows", "names", "ends", "words"),
    [
        (300, "a" * 1_000_000, 1, "has more than 8100 characters"),
        (11_000, " ".join(f"m{place}" for place in range(100)), 100, "more than 1,000,000 names"),
    ],
)
def test_names_that_many_rows_name_take_little_memory(rows: int, names: str, ends: int, words: str) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([names]))
    finals = pa.LargeListArray.from_arrays(np.arange(rows + 1) * ends, pa.array(np.ones(rows * ends)))
    path, content = changed(lambda own: {"final_names": texts, "finals": finals}, rows)
    with bounded() as peak, pytest.raises(parts.DamagedPart, match=words):
        parts.decode(path, content, 3)
    assert peak.taken < 128 << 20
