"""The ends of ranges: the last value that a key may have, and the first that it may not."""

import re

import pytest

from sweep.errors import BadInput
from sweep.settings.keys import validate
from tests.hydra_plugins.expanded import expanded
from tests.tracking.stored import settings


@pytest.mark.parametrize(
    ("key", "last", "beyond"),
    [
        ("lr", "1e-45", "1e-46"),  # A float32 is 1.4e-45 to 3.4e38.
        ("scale", "3.4e38", "3.5e38"),
        ("delta", "3.4e38", "3.5e38"),
        ("init.w", "-3.4e38", "-3.5e38"),
        ("init.b", "3.4e38", "3.5e38"),
        ("epochs", "1", "0"),
        ("epochs", "100000000", "100000001"),
        ("device", "cuda:99", "cuda:100"),
        ("outcome.tolerance", "5e-324", "0"),
        ("outcome.tolerance", "1.7e308", "inf"),
        ("name", 64 * "a", 65 * "a"),
        ("tracking.experiment", 256 * "a", 257 * "a"),
        ("tracking.curve_points", "10", "9"),
        ("tracking.curve_points", "1000000", "1000001"),
        ("tracking.patience", "0", "-1e-9"),
        ("tracking.patience", "86400", "86400.1"),
    ],
)
def test_the_end_of_a_range_is_allowed_and_what_lies_beyond_is_refused(key: str, last: str, beyond: str) -> None:
    assert len(expanded(f"{key}={last}")) == 1
    with pytest.raises(BadInput, match=rf"^{re.escape(key)}=\S+ is not allowed"):
        expanded(f"{key}={beyond}")


@pytest.mark.parametrize(
    ("last", "beyond"),
    [({250 * "a": "b"}, {251 * "a": "b"}), ({"a": 5000 * "b"}, {"a": 5001 * "b"}), ({"keys": "b"}, {"key": "b"})],
    ids=["name", "text", "ours"],
)
def test_a_tag_may_be_as_long_as_is_told_and_have_any_name_but_ours(
    last: dict[str, str], beyond: dict[str, str]
) -> None:
    asked = settings()
    asked.tracking.tags = last
    assert validate(asked) is asked
    asked.tracking.tags = beyond
    with pytest.raises(BadInput, match=r"^tracking\.tags has the tag"):
        validate(asked)
