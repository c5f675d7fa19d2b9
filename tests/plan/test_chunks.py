"""A list cut into chunks: in order, within every bound, and never shorter than a bound asks for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sweep.plan.chunks import chunks

SIZES = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 99)), max_size=40)


@given(items=SIZES, most=st.integers(1, 5000), rows=st.integers(1, 300))
def test_chunks_are_the_items_in_order_within_the_bounds(items: list[tuple[int, int]], most: int, rows: int) -> None:
    cut = list(chunks(items, (lambda item: item[0], most), (lambda item: item[1], rows)))
    assert [item for chunk in cut for item in chunk] == items
    for chunk in cut:
        assert len(chunk) >= 1
        assert len(chunk) == 1 or sum(size for size, _ in chunk) <= most
        assert len(chunk) == 1 or sum(size for _, size in chunk) <= rows
    for chunk, following in pairwise(cut):
        longer = [*chunk, following[0]]
        assert sum(size for size, _ in longer) > most or sum(size for _, size in longer) > rows


def test_an_item_beyond_a_bound_is_a_chunk_of_its_own() -> None:
    assert list(chunks([1, 9, 1, 1], (lambda item: item, 2))) == [[1], [9], [1, 1]]


def test_nothing_has_no_chunk_and_without_bounds_there_is_one() -> None:
    assert list(chunks([], (lambda item: 1, 1))) == []
    assert list(chunks([1, 2, 3])) == [[1, 2, 3]]
