"""What a key says of itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sweep.settings.schema import Settings


@dataclass(frozen=True)
class Key:
    """One key: what it means, what it may be, and the check that says so."""

    meaning: str
    allowed: str
    check: Callable[[Any, Settings], bool] = lambda value, settings: True

    @property
    def alias(self) -> str:
        """The meaning's first words as a key, as ``learning_rate``, which somebody may try."""
        return self.meaning.partition(":")[0].replace(" ", "_")

    @property
    def options(self) -> list[str]:
        """All that it may be, where that is a few words."""
        words = self.allowed.partition(";")[0].split(", ")
        return words if all(map(str.isidentifier, words)) else []
