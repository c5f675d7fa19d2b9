"""``data.separator``, ``data.decimal`` and ``data.missing``: how a file of readings is read, as a user types it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}
DECIMALS = {"point": ".", "comma": ","}
MISSING = ("refuse", "drop")
ALIASES = {r"\t": "tab", "pipe": "bar", "blank": "space", "dot": "point"}


def name_of(signs: Mapping[str, str], text: str) -> str | None:
    """The name of the one of ``signs`` that ``text`` is, or names; a shell and Hydra take a name as it stands."""
    word = ALIASES.get(text, text)
    return word if word in signs else next((name for name, sign in signs.items() if sign == text), None)


@dataclass(frozen=True)
class FileForm:
    """How a file is read. What is of a text file alone is not used for others.

    Parameters
    ----------
    separator : the name of what stands between the cells of a text file; ``space``: one blank or several.
    decimal : the name of the sign before the decimals in a text file.
    missing : ``refuse`` or ``drop``: what is done about rows with a missing cell in a column that is used.
    """

    separator: str = "comma"
    decimal: str = "point"
    missing: str = "refuse"

    @classmethod
    def read(cls, separator: str | None, decimal: str | None, missing: str | None) -> Self:
        """The form that a user typed, None standing for what is usual.

        Raises
        ------
        ValueError : a word that none of them may be; the checks of the keys refuse it.
        """
        cut, point = name_of(SEPARATORS, separator or cls.separator), name_of(DECIMALS, decimal or cls.decimal)
        if cut is None or point is None or (missing or cls.missing) not in MISSING:
            raise ValueError(f"{separator}, {decimal}, {missing}")
        return cls(cut, point, missing or cls.missing)

    @property
    def cuts_at(self) -> str:
        """The character between two cells."""
        return SEPARATORS[self.separator]

    @property
    def point(self) -> str:
        """The character before the decimals."""
        return DECIMALS[self.decimal]

    def overrides(self, before: "FileForm | None" = None) -> dict[str, str]:
        """The settings in which it differs from ``before``, or from what is usual."""
        usual = asdict(before or FileForm())
        return {f"data.{name}": value for name, value in asdict(self).items() if value != usual[name]}


FORM = tuple(each.name for each in fields(FileForm))
"""Fields of ``data`` that say how a file is read."""
