"""Code that a store names is run only where the command allows it by name."""

import pytest

from sweep.errors import BadInput
from sweep.models.permitted import SHIPPED, refuse_unless_allowed


def test_what_is_shipped_or_allowed_passes_and_all_else_is_named_with_the_words_that_allow_it() -> None:
    refuse_unless_allowed([], [])
    refuse_unless_allowed([*SHIPPED, "my_models.Net"], ["my_models.Net"])
    with pytest.raises(BadInput) as error:
        refuse_unless_allowed([*SHIPPED, "my_models.Net", "a.b", "my_models.loss", "a.b"], ["my_models.Net"])
    assert error.value.what == "the store names code to be run: a.b, my_models.loss"
    assert error.value.next_step == "where you know that code, add --allow a.b --allow my_models.loss"


@pytest.mark.parametrize("target", ["sweep.models.importing.imported", "sweep.outputs.os.system", "my_models.Net.make"])
def test_neither_what_ours_imports_nor_what_stands_below_an_allowed_name_is_allowed(target: str) -> None:
    with pytest.raises(BadInput, match=target):
        refuse_unless_allowed([target], ["my_models.Net", "my_models"])


def test_names_of_a_store_cannot_leave_the_words_of_a_shell_and_are_not_listed_without_end() -> None:
    with pytest.raises(BadInput) as error:
        refuse_unless_allowed(["x; rm -rf ~\x1b[2J", *(f"m.n{number}" for number in range(1000))], [])
    assert "--allow 'x; rm -rf ~\\x1b[2J'" in str(error.value)
    assert "and 981 more" in error.value.what
