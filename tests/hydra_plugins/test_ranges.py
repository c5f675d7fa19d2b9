"""Ranges as axes: Hydra's own list of values, each to 12 significant digits, and never a list without an end."""

import random
from decimal import Decimal

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from hydra_plugins.sweep_grid import _axes
from hydra_plugins.sweep_grid._listed import listed
from sweep.errors import BadInput
from tests.conftest import Command
from tests.hydra_plugins.expanded import expanded

PARSER = OverridesParser.create()
WRAPPED = ("{}", "tag(a,b,{})", "sort({})", "sort({},reverse=true)", "float({})")


def values(word: str) -> list[object]:
    """The values of the axis that ``word`` is."""
    size, found = listed(PARSER.parse_override(word))
    assert size == len(found)
    return found


def by_hydra(word: str) -> list[object]:
    """Hydra's values of the axis that ``word`` is, as :func:`rounded`."""
    return rounded(PARSER.parse_override(word))


def rounded(sweep: Override) -> list[object]:
    """Hydra's values of ``sweep``, with 12 significant digits where they are no whole numbers."""
    return [float(f"{value:.12g}") if isinstance(value, float) else value for value in sweep.sweep_iterator()]


def decimal(draw: random.Random) -> Decimal:
    return Decimal(draw.randint(-999, 999)).scaleb(-draw.randint(0, 4))


def test_decimal_ranges_are_hydras_lists_to_12_digits() -> None:
    draw = random.Random(1)
    lengths = set()
    for _ in range(2_000):
        start, step = decimal(draw), decimal(draw) or Decimal("0.1")
        # Mostly an end that the steps meet: rounding decides there whether it is a value.
        stop = start + step * draw.randint(-2, 40) + draw.choice([Decimal(0), Decimal(0), step / 3])
        word = f"lr={draw.choice(WRAPPED).format(f'range({start},{stop},{step})')}"
        size, found = listed(sweep := PARSER.parse_override(word))
        assert found == rounded(sweep), word
        assert size == len(found)
        lengths.add(size)
    assert lengths >= set(range(41))


@pytest.mark.parametrize(
    "word",
    ["range(5)", "range(2,9,3)", "range(9,2,-3)", "range(0.5)", "range(3,1,-0.5)", "range(1,1.5)",
     "sort(range(3,1,-1))"],
)  # fmt: skip
def test_short_forms_and_steps_that_overshoot_are_hydras_lists(word: str) -> None:
    assert values(f"lr={word}") == by_hydra(f"lr={word}") != []


def test_a_range_has_one_word_for_a_value() -> None:
    axis = [
        step[0].input_line
        for step in _axes.from_command_line([PARSER.parse_override("lr=range(0.1,0.5,0.1)")])[0].steps
    ]
    assert axis == ["lr=0.1", "lr=0.2", "lr=0.3", "lr=0.4"]
    assert [p.lr for p in expanded("++lr=range(0.01,0.08,0.01)")] == [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07]


@pytest.mark.parametrize("form", ["", "+", "++"])
def test_a_shuffled_range_has_all_its_values_once(form: str) -> None:
    found = values(f"{form}lr=shuffle(range(0.1,2,0.1))")
    assert sorted(found, key=float) == by_hydra(f"{form}lr=range(0.1,2,0.1)")  # type: ignore[arg-type]
    assert found != by_hydra(f"{form}lr=range(0.1,2,0.1)")  # By chance once in 19! times.


@pytest.mark.parametrize(
    "word",
    ["range(0,1,0)", "range(0.5,1,0.0)", "range(0,inf)", "range(nan,1)", "range(0,1,nan)", "range(-inf,1)",
     f"range(1{40 * '0'},1{39 * '0'}1,0.5)", f"shuffle(range(1{40 * '0'},1{39 * '0'}1,0.5))"],
)  # fmt: skip
def test_a_range_that_never_reaches_its_end_is_refused(word: str) -> None:
    with pytest.raises(BadInput, match="never reaches its end"):
        expanded(f"init.w={word}")


@pytest.mark.parametrize(
    ("word", "count"),
    [("range(0,1,1e-9)", "1,000,000,000"), ("range(1,0,-1e-9)", "1,000,000,000"),
     ("shuffle(range(1000000001))", "1,000,000,001"), ("sort(range(0,1e9))", "1,000,000,000"),
     (f"range(0,1{400 * '0'})", "1,000,000,000,000,000,000 or more"),
     ("range(0,1e-300,5e-324)", "1,000,000,000,000,000,000 or more")],
)  # fmt: skip
def test_a_range_too_long_is_counted_and_not_listed(word: str, count: str) -> None:
    with pytest.raises(BadInput, match=f"the grid has {count}"):
        expanded(f"init.w={word}")


@pytest.mark.parametrize(
    "word",
    ["1,range(2,4)", "interval(0,1),2", "choice(1,2),3", "1,[range(2,4)]", "1,{a:choice(1,2)}", "tag(choice(1,2)),3"],
)
def test_an_axis_within_a_list_is_refused(word: str) -> None:
    with pytest.raises(BadInput, match="an axis within a list"):
        expanded(f"lr={word}")


@pytest.mark.parametrize(
    "word",
    ["init={w:range(1,3),b:1}", "init={w:choice(1,2)}", "++init={w:1},{w:range(1,3)}",
     "+tracking.tags={a:interval(0,1)}"],
)  # fmt: skip
def test_an_axis_within_a_mapping_is_refused(command: Command, word: str) -> None:
    said = command(word)
    assert said.code == 1
    assert said.err.startswith(f"sweep: {word}: an axis within a ")


@pytest.mark.parametrize("word", ["interval(0,1)", "tag(a,interval(0,1))", "float(interval(0,1))"])
def test_an_interval_is_told_what_has_values(word: str) -> None:
    with pytest.raises(BadInput, match="an interval has no list of values"):
        expanded(f"lr={word}")
