"""What a report is built of, as values that Markdown and HTML show alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sweep.plan.plan import Plan
from sweep.report.judged_runs import Run
from sweep.report.pictures import Picture
from sweep.report.repeats import Setting

MOST_ROWS = 500
"""Rows of a table or list. Every run stands in ``runs.csv``, and in the table of all runs of ``report.html``."""


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list, each item some settings as a person would type them, or nothing, and what is said of them.

    ``numbered`` is whether its items are called by their numbers elsewhere.
    """

    rows: list[tuple[str, str]]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row names the row."""

    caption: str
    header: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class AllSettings:
    """The table of all settings, where some have repeats."""

    plan: Plan
    settings: Sequence[Setting]


@dataclass(frozen=True)
class AllRuns:
    """The table of all runs; ``folded`` where that of settings stands for it until somebody asks for more."""

    plan: Plan
    runs: Sequence[Run]
    folded: bool = False


Block = Text | Items | Table | Picture | AllSettings | AllRuns


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it; ``beside`` the section before it, where a page has room."""

    heading: str
    blocks: list[Block]
    beside: bool = False


def cut(caption: str, header: list[str], rows: list[list[str]]) -> list[Block]:
    """A table of the first :data:`MOST_ROWS` rows, and how many more there are."""
    left = len(rows) - MOST_ROWS
    return [Table(caption, header, rows[:MOST_ROWS]), *([Text(f"… and {left:,} more in runs.csv.")] * (left > 0))]


def pictures(made: Iterable[Section]) -> list[Picture]:
    """The pictures of a report."""
    return [block for section in made for block in section.blocks if isinstance(block, Picture)]
