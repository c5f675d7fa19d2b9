"""Arguments of a user's own as tables show them, such that two that differ look different."""

from typing import Any

from sweep.models.spec import canonical, parsed

Value = float | int | str | None


def shown(value: Any) -> Value:
    """An argument as a table shows it: null is a value there, and not the lack of one; a text like "8" is in quotes."""
    if value is None or isinstance(value, list | dict) or (isinstance(value, str) and _is_json(value)):
        return canonical(value)
    found: Value = value
    return found


def _is_json(text: str) -> bool:
    try:
        parsed(text)
    except ValueError:
        return False
    return True


def told_apart(shown: Value) -> str:
    """What a table shows of an argument, as text: 8, 8.0, true, null and [8] are five; a word is without quotes."""
    return shown if isinstance(shown, str) else canonical(shown)
