"""What a field of a point says of itself; from these sayings follows whatever is made of points."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from sweep.models.spec import flat, parsed
from sweep.plan import usage


class Sharing(Enum):
    """How much of their training two runs may share although a setting of theirs differs."""

    NOTHING = "each value trains in a tensor of its own"
    TENSOR = "each row of a tensor may have another value"
    TRAJECTORY = "a run with a smaller value is the exact prefix of one with a larger: epochs alone"


@dataclass(frozen=True)
class Declared:
    """What a field of :class:`sweep.plan.point.Point` says of itself.

    Parameters
    ----------
    keys : the settings that it holds, as a user types them; several where its value is a tuple of as many.
    sharing : how much of their training runs may share that differ in it.
    used_if : whether a point uses it; None: always. Where not, it parts no keys and no batches, and no table shows it.
    told_by : from the value to what of it tells points apart, and is shown and stored; None: all of it.
    given_as : from the value to what a configuration has for it; None: the same.
    before : of a field that came later, the value that every point had until then. A point with that value keeps the
        key it had, and a document without the field is read with it. None: the field was there from the start.
    apart_at : of what rows of a tensor may differ in, a value that trains in tensors of its own: another formula.
    optional : null is a value of it, which a point that does not use it has.
    is_spec : its value is the text of a :data:`sweep.models.spec.Spec`, each of whose arguments has a key of its own,
        where a user types it and in tables.
    null_in_key : it is in the key as null where it is not used; a later field is left out there.
    holds, name : its type, and what the field is called; filled in from the annotation.
    """

    keys: tuple[str, ...]
    sharing: Sharing = Sharing.NOTHING
    used_if: Callable[[Any], bool] | None = None
    told_by: Callable[[Any], Any] | None = None
    before: Any = None
    apart_at: Any = None
    optional: bool = False
    is_spec: bool = False
    null_in_key: bool = False
    given_as: Callable[[Any], Any] | None = None
    holds: Any = None
    name: str = ""

    @cached_property
    def is_several(self) -> bool:
        """Whether its value is a tuple, of a value for each of its keys."""
        return get_origin(self.holds) is tuple

    @cached_property
    def is_enum(self) -> bool:
        """Whether it is one of a few words."""
        return isinstance(self.holds, type) and issubclass(self.holds, Enum)

    @cached_property
    def is_plain(self) -> bool:
        """Whether its value is shown and stored as it is, under its one key."""
        return self.told_by is None and not self.is_spec and not self.is_several

    def used(self, point: Any) -> bool:
        """Whether ``point`` uses it."""
        if usage.is_function(point):
            return usage.used_by_function(point, self.name, self.used_if)
        return self.used_if is None or self.used_if(point)

    def identity(self, value: Any) -> Any:
        """What of ``value`` tells points apart."""
        return value if self.told_by is None else self.told_by(value)

    def by_key(self, value: Any) -> dict[str, Any]:
        """``value`` under the keys that a user types; of a spec, lists and mappings within them as they are."""
        if self.is_spec:
            return dict(_arguments(self.keys[0], value))
        return dict(zip(self.keys, value if isinstance(value, tuple) else (value,), strict=True))

    def read(self, given: tuple[Any, ...]) -> Any:
        """The value of the field, from one for each of its keys."""
        if self.is_several:
            return given
        return self.holds(given[0]) if self.is_enum else given[0]


@lru_cache(4096)
def _arguments(key: str, text: str) -> Mapping[str, Any]:
    """The arguments in the text of a spec; a sweep has few, and each of its points asks for them."""
    return {name: each for name, each in flat(key, parsed(text)) if (name, each) != (key, {})}


def read_declarations(of: Any) -> Mapping[str, Declared]:
    """By the name of a field of a dataclass, what its annotation declares: ``lr: Annotated[float, Declared(…)]``."""
    hints = get_type_hints(of, include_extras=True)
    found = {each.name: get_args(hints[each.name]) for each in fields(of)}
    return {name: replace(declared, holds=holds, name=name) for name, (holds, declared) in found.items()}
