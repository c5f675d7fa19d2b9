"""Which columns of a table are asked for, by their names."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from sweep.data.csv_looks import same
from sweep.data.table import MOST_NAMES, Table
from sweep.errors import BadInput, nearest
from sweep.settings import grammar
from sweep.settings.ranges import TEXT

INDEX = re.compile(r"|Unnamed: 0(\.\d+)?|__index_level_\d+__")
"""Names of a column that numbers or names the rows: none, and what pandas calls one that it finds, or has, without."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a table.

    Parameters
    ----------
    inputs : a column or several; ``all``, where no column has that name, is every one but the target and an index.
    target : a column.
    labelled : whether the target's cells are labels of classes; None: where they are text.
    """

    inputs: str | Sequence[str]
    target: str
    labelled: bool | None = False


def takes_all(table: Table, asked: Asked) -> bool:
    """Whether ``all`` stands for the columns of ``table``."""
    return asked.inputs == "all" and "all" not in map(same, table.names)


def places(table: Table, asked: Asked) -> tuple[list[int], int]:
    """Where in ``table`` the inputs stand, and the target.

    Raises
    ------
    BadInput : there is no such column, or one has two of its names, or is taken twice.
    """
    names = [("data.input", name) for name in input_names(table, asked)]
    indexes = [_place(table, key, name) for key, name in [*names, ("data.target", asked.target)]]
    if twice := [index for index in indexes if indexes.count(index) > 1]:
        what = f"data.path={table.path}: column {table.names[twice[0]]} is taken twice, as inputs and target are"
        raise BadInput(what, "each column once", "leave it out of data.input")
    if not names:
        what = f"data.input=all: {table.path} has no column with a name but {asked.target}"
        raise BadInput(what, "a column for the inputs", "name the columns in the file")
    return indexes[:-1], indexes[-1]


def input_names(table: Table, asked: Asked) -> list[str]:
    """The names of the columns that are asked for as inputs."""
    if takes_all(table, asked):
        target = same(asked.target)
        for place, name in enumerate(table.names):
            if place and not name and table.column(place).says_something():
                what = f"data.input=all: column {place + 1} of {table.path} has no name, and is no index at the start"
                raise BadInput(what, "a name for each column", "name it in the first line, or give a list of columns")
        if odd := [name for name in table.names if not TEXT.fullmatch(name)]:
            what = f"data.input=all: {table.path} has a column with the name {odd[0][:80]!r}"
            raise BadInput(what, "names on one line, without control characters", "rename it")
        return [name for name in table.names if not INDEX.fullmatch(name) and same(name) != target]
    given = [asked.inputs] if isinstance(asked.inputs, str) else asked.inputs
    return [name for each in given for name in table.groups.get(each, [each])]


def choice(names: Sequence[str]) -> str:
    """The setting that takes the columns called ``names``, for a shell and for Hydra; in words where that is long."""
    listed = ",".join(map(grammar.word, names))
    if not names or len(listed) > 2000 or not all(map(TEXT.fullmatch, names)):
        return "choose other columns"
    return f"take {shlex.quote(f'data.input=[{listed}]' if len(names) > 1 else f'data.input={listed}')}"


def _place(table: Table, key: str, column: str) -> int:
    """Where the one column stands that looks like ``column``."""
    wanted, path = same(column), table.path
    found = [index for index, name in enumerate(table.names) if same(name) == wanted]
    if len(found) == 1:
        return found[0]
    if len({table.names[index] for index in found}) > 1:
        forms = " and ".join(ascii(table.names[index]) for index in found)
        what = f"{key}={column}: {path} has columns that differ only in their Unicode form, {forms}"
        raise BadInput(what, "distinct names", "rename one of them")
    if found:
        raise BadInput(f"{key}={column}: {path} has that column twice", "distinct names", "rename one of them")
    looks, step = table.why_not(column)
    if key == "data.input" and wanted == "all":
        looks, step = "; all of them is a word without brackets", "write data.input=all"
    groups = table.groups if key == "data.input" else {}
    if near := nearest(column, groups):
        step = f"did you mean {near}?"
    within = {name for group in groups.values() for name in group}
    names = [name[:80] for name in (*groups, *table.names) if name and name not in within]
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    odd = f"; {unnamed:,} without a name" if (unnamed := table.names.count("")) else ""
    raise BadInput(
        f"{key}={column[:80]}: no such column in {path}{looks}",
        f"one of {', '.join(names[:MOST_NAMES])}{more}{odd}",
        step if looks else f"set {key}; {step}",
    )
