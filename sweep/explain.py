"""Hydra's and omegaconf's refusals in our words: the key, the value, what is allowed, the next step."""

import difflib
import re

from sweep.errors import BadInput
from sweep.settings import KEYS, refusal

USER_KEYS = [name for name in KEYS if name != "data.kind"]
HELP = "see python -m sweep --help"


def explain(error: Exception) -> BadInput:
    """What a composition error means for the person who typed the command."""
    text = "\n".join(dict.fromkeys(f"{error}\n{error.__cause__ or ''}".strip().splitlines()))
    for pattern, message in (
        (r"Could not find '(\w+)/([^']*)'", _unknown_option),
        (r"Multiple values for (\w+)\. To override a value use 'override \w+: (.*)'", _plus_before_group),
        (r"Could not override '([^']*)'", _unknown_key),
        (r"Key '([^']*)' (?:is )?not in", _unknown_key),
        (r"Could not delete from config\. .*?'([^']*)'", _unknown_key),
        (r"Error merging override ([^=\s]+)=(.*)", _refused_value),
    ):
        match = re.search(pattern, text)
        if match:
            return message(match, text)
    key = _full_key(text) or ""
    if key in KEYS:
        return BadInput(f"{key}: {_first_lines(text)}", KEYS[key].allowed, f"give another {key}=…")
    return _other(text)


def _unknown_option(match: re.Match[str], text: str) -> BadInput:
    group, option = match.groups()
    options = re.findall(r"^\t(\S+)$", text, re.MULTILINE)
    return BadInput(f"{group}={option}: no such {group}", ", ".join(options) or HELP, _nearest(option, options))


def _plus_before_group(match: re.Match[str], text: str) -> BadInput:
    group, option = match.groups()
    return BadInput(f"+{group}={option}: {group} is there already", f"{group}={option}", "leave the + out")


def _unknown_key(match: re.Match[str], text: str) -> BadInput:
    key = (_full_key(text) or match[1]).lstrip("+~")
    if key.startswith("hydra"):
        return BadInput(f"{key}: Hydra has no such key", "Hydra's own keys", "see python -m sweep --cfg hydra")
    if key.startswith("tracking.tags."):
        return BadInput(f"{key}: a new tag takes a +", KEYS["tracking.tags"].allowed, f"write +{key}=…")
    return BadInput(f"{key}: no such key", ", ".join(USER_KEYS), _nearest(key, USER_KEYS))


def _refused_value(match: re.Match[str], text: str) -> BadInput:
    key, value = (_full_key(text) or match[1]).lstrip("+~"), match[2]
    if key in KEYS:
        return refusal(key, value)
    below = [name for name in USER_KEYS if name.startswith(f"{key}.")]
    return (
        BadInput(f"{key}={value} is not allowed", ", ".join(below) or HELP, "set the keys below it")
        if below
        else _other(text)
    )


def _other(text: str) -> BadInput:
    return BadInput(_first_lines(text), "KEY=VALUE with the keys and values of python -m sweep --help", "correct it")


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, 1, 0.5)
    return f"did you mean {near[0]}?" if near else HELP


def _full_key(text: str) -> str | None:
    match = re.search(r"full_key: (\S+)", text)
    return match[1] if match else None


def _first_lines(text: str) -> str:
    """Hydra's own words, without the search path that it lists at the end."""
    lines = [line.strip() for line in text.split("Config search path")[0].splitlines() if line.strip()]
    return "; ".join(lines[:4])
