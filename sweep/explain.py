"""Hydra's and omegaconf's refusals in our words: the key, the value, what is allowed, the next step."""

import difflib
import re

from sweep.errors import BadInput
from sweep.settings import KEYS, refusal


def explain(error: Exception) -> BadInput:
    """What a composition error means for the person who typed the command."""
    cause = error.__cause__ or error
    text = "\n".join(dict.fromkeys(f"{error}\n{cause}".strip().splitlines()))
    unknown = re.search(r"Could not override '([^']*)'|Key '([^']*)' (?:is )?not in|Could not delete from config\. '([^']*)'", text)
    if unknown:
        return _unknown_key(_full_key(text) or next(filter(None, unknown.groups())), text)
    merged = re.search(r"Error merging override ([^=\s]+)=(.*)", text)
    key = (_full_key(text) or (merged and merged[1]) or "").lstrip("+~")
    if key in KEYS:
        return refusal(key, merged[2] if merged else "…")
    return BadInput(_first_lines(text), "KEY=VALUE with the keys and values of python -m sweep --help", "correct it")


def _unknown_key(key: str, text: str) -> BadInput:
    key = key.lstrip("+~")
    near = difflib.get_close_matches(key, KEYS, 1, 0.5)
    return BadInput(
        f"{key}: no such key", ", ".join(name for name in KEYS if name != "data.kind"),
        f"did you mean {near[0]}?" if near else "see python -m sweep --help",
    )


def _full_key(text: str) -> str | None:
    match = re.search(r"full_key: (\S+)", text)
    return match[1] if match else None


def _first_lines(text: str) -> str:
    """Hydra's own words, without the search path that it lists at the end."""
    lines = [line.rstrip() for line in text.split("Config search path")[0].splitlines() if line.strip()]
    return "\n  ".join(lines[:6])
