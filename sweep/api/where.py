"""Which runs are asked for: from what a caller says of their columns to conditions on tables of runs."""

import ast
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweep.errors import BadInput, nearest

Where = Mapping[str, Any] | str
Holds = Callable[[pd.DataFrame], "pd.Series[bool]"]

QUOTED = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|`([^`]*)`|([&|])""")
"""A text, a name in backticks, or one of pandas' other words for ``and`` and ``or``."""


@dataclass(frozen=True)
class Condition:
    """What runs must be: which ``columns`` it asks about, and of a table with these, which rows it ``holds`` of."""

    columns: frozenset[str]
    holds: Holds


def conditions(where: Where | None, known: Collection[str], is_open: bool = False) -> list[Condition]:
    """What ``where`` asks, each part by itself; all of them must hold.

    Parameters
    ----------
    where : by column a value, several values, or a function that is asked of each value that is there; or text for
        ``query`` of pandas, with names that have dots in backticks.
    known : the columns that there are; ``is_open`` where training functions may name others.

    Raises
    ------
    BadInput : a column that is not there, or text that cannot be read.
    """
    found = [*_asked(where)] if where is not None else []
    for name in () if is_open else sorted(set().union(*(each.columns for each in found))):
        check_column(name, known)
    return found


def check_column(name: str, known: Collection[str]) -> None:
    """Refuse a column that is not among those that are ``known``."""
    if name not in known:
        dotted = [each for each in known if each.startswith(f"{name}.")]
        near = f"`{dotted[0]}`" if dotted else nearest(name, known)
        step = f"did you mean {near}?" if near else "see the columns of sweep.frame(curves=False)"
        raise BadInput(f"where: there is no column {name[:80]!r}", ", ".join([*known][:12]) + ", …", step)


def chosen(table: pd.DataFrame, asked: Iterable[Condition]) -> pd.DataFrame:
    """The rows of ``table`` for which everything holds that is ``asked``."""
    for each in asked:
        missing = each.columns - {*table.columns}  # What training functions name, and none of these has.
        table = table[each.holds(table.assign(**dict.fromkeys(missing, float("nan"))))]
    return table


def _asked(where: Where) -> Iterable[Condition]:
    if isinstance(where, str):
        return _of_text(where)
    if isinstance(where, Mapping):
        return [Condition(frozenset([name]), _of_value(name, value)) for name, value in where.items()]
    raise BadInput(
        f"where: a value of type {type(where).__name__}",
        "a mapping from columns to values, or text",
        "where={'lr': 0.01} or where='lr < 0.1'",
    )


def _of_value(name: str, value: Any) -> Holds:
    if callable(value):
        return lambda table: _of_each(table[name], value)
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        value = [value]
    values = [*value]

    def holds(table: pd.DataFrame) -> "pd.Series[bool]":
        column = table[name]
        _check_values(name, column, values)
        is_named = column.isin([each for each in values if each is not None])
        return is_named | column.isna() if None in values else is_named

    return holds


def _of_each(column: "pd.Series[Any]", asked: Callable[[Any], Any]) -> "pd.Series[bool]":
    """What ``asked`` says of each value; nothing that is missing is asked about, but the nan of a loss is a value."""
    there = [True] * len(column) if column.dtype == "float64" else column.notna()
    return pd.Series(
        [known and bool(asked(each)) for each, known in zip(column, there, strict=True)], column.index, bool
    )


def _check_values(name: str, column: "pd.Series[Any]", values: Collection[Any]) -> None:
    """Refuse values that no row of ``column`` can have: a mistyped outcome would find nothing, and say nothing."""
    texts = [each for each in values if isinstance(each, str)]
    if isinstance(column.dtype, pd.CategoricalDtype):
        allowed = [str(each) for each in column.cat.categories]
        odd = next((each for each in texts if each not in allowed), None)
        if odd is not None:
            near = nearest(odd.upper(), allowed)
            step = f"did you mean {near}?" if near else "name one of these"
            raise BadInput(f"where: {name} is never {odd[:80]!r}", ", ".join(allowed), step)
    elif texts and pd.api.types.is_numeric_dtype(column.dtype):
        raise BadInput(
            f"where: {name} is a number, and never the text {texts[0][:80]!r}", "numbers", "take the quotes off"
        )


def _of_text(text: str) -> list[Condition]:
    """What ``text`` asks, cut where it says ``and``, so that each part is decided as early as it can be."""
    names: dict[str, str] = {}

    def readable(found: re.Match[str]) -> str:
        quoted, name, word = found.groups()
        if quoted or word:
            return str(quoted or {"&": " and ", "|": " or "}[word])
        return next((own for own, known in names.items() if known == name), None) or _own(names, name)

    try:
        tree = ast.parse(QUOTED.sub(readable, text).strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise _unreadable(text, error) from None
    both = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And)
    return [_of_expression(each, names, text) for each in (tree.values if both else [tree])]  # type: ignore[attr-defined]


def _own(names: dict[str, str], name: str) -> str:
    own = f"column_{len(names)}_"
    names[own] = name
    return own


def _of_expression(tree: ast.expr, names: Mapping[str, str], text: str) -> Condition:
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    columns, expression = {own: names.get(own, own) for own in used}, ast.unparse(tree)

    def holds(table: pd.DataFrame) -> "pd.Series[bool]":
        named = pd.DataFrame({own: table[name] for own, name in columns.items()}, index=table.index)
        try:
            found = named.eval(expression, engine="python")
            return pd.Series(found, table.index).astype("boolean").fillna(False).astype(bool)
        except Exception as error:  # Whatever pandas raises for what it cannot do.
            raise _unreadable(text, error) from None

    return Condition(frozenset(columns.values()), holds)


def _unreadable(text: str, error: Exception) -> BadInput:
    reason = " ".join(str(getattr(error, "msg", error)).split())[:200]
    return BadInput(
        f"where={text[:200]!r} cannot be read: {reason}",
        "a condition on the columns of runs, as DataFrame.query of pandas takes it",
        "as where='lr < 0.1 and outcome == \"CONVERGED\"', names that have dots in backticks",
    )
