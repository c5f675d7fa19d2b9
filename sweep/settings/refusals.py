"""Hydra's and omegaconf's refusals in our words: the key, the value, what is allowed, the next step."""

import re
import shlex
import traceback
from dataclasses import is_dataclass

from hydra.errors import HydraException, OverrideParseException
from omegaconf.errors import ConfigAttributeError, OmegaConfBaseException

from sweep.errors import BadInput, nearest
from sweep.settings import called, grammar
from sweep.settings.keys import KEYS, SET_BY_GROUP, refusal
from sweep.settings.schema import GROUPS, OWN_KEYS, PERCEPTRON, is_argument
from sweep.settings.unreadable_file import unreadable

USER_KEYS = [name for name in KEYS if name not in SET_BY_GROUP]
MODEL = OWN_KEYS[0]
OURS, HYDRAS = ("sweep", "hydra_plugins"), ("hydra", "omegaconf", "antlr4")
NOT_FOR_USERS = ("full_key:", "object_type=", "reference_type=", "See https://hydra.cc/docs/1.2")
HELP = "see python -m sweep --help"


def explain(error: Exception) -> BadInput | None:
    """What ``error`` means for the person who typed the command; None where it is not about what was typed."""
    if isinstance(error.__cause__, BadInput):
        return error.__cause__
    if not isinstance(error, HydraException | OmegaConfBaseException) and not _while_composing(error):
        return None
    if told := _of_a_launcher(error.__cause__):
        return told
    text = _as_typed("\n".join(dict.fromkeys(f"{error}\n{error.__cause__ or ''}".strip().splitlines())))
    if isinstance(error, OverrideParseException):
        return _unparsed(_as_typed(error.override), text)
    for pattern, message in (
        (r"object_type=(?:Range|Choice|Interval)Sweep", _axis_within),
        (r"Could not find '(hydra/\w+|\w+)/([^']*)'", _unknown_option),
        (r"Config group override must be a string", _group_without_name),
        (r"Multiple values for (\w+)\. To override a value use 'override \w+: (.*)'", _plus_before_group),
        (r"An item is already at '([^']*)'", _plus_before_key),
        (r"Could not override '([^']*)'", _unknown_key),
        (r"Key '([^']*)' (?:is )?not in", _unknown_key),
        (r"Could not delete from config\. .*?'([^']*)'", _left_out),
        (r"Error merging override ~([^=\s]+)[^\n]*\s+.* does not support deletion", _left_out),
        (r"Error merging override ([^=\s]+)=(.*)", _refused_value),
        (r"Additional config directory '([^']*)' not found", _no_folder),
        (r"Ambiguous value for argument '([^\n]*)'", _several_values),
        (r"In '([^']+)': \w+ raised while composing config:", _file_of_another_form),
        (r"File name too long: '(?:.*/)?([^/']*)'", _long_key),
        (r"value has (\d+) digits", _long_number),
    ):
        match = re.search(pattern, text)
        if match:
            return message(match, text)
    key = _full_key(text) or ""
    if key in KEYS:
        return BadInput(f"{key}: {_first_lines(text)}", KEYS[key].allowed, f"give another {key}=…")
    return unreadable(error) or _other(f"{key}: {text}" if key else text)


def _of_a_launcher(cause: BaseException | None) -> BadInput | None:
    """The message where ``cause`` is a key that a launcher has not."""
    if not isinstance(cause, ConfigAttributeError) or not str(cause.full_key).startswith("hydra.launcher."):
        return None
    kind = cause.object_type
    return called.unknown_argument(str(cause.key), kind) if isinstance(kind, type) and is_dataclass(kind) else None


def _as_typed(text: str) -> str:
    """Without the ++ that Hydra has been given with an argument."""
    return re.sub(rf"\+\+(?=({'|'.join(map(re.escape, OWN_KEYS))})\b)", "", text)


def unknown_key(key: str) -> BadInput:
    """The message for a ``key`` that there is not."""
    names = {alias: name for name in USER_KEYS for alias in (KEYS[name].alias, name.rpartition(".")[2], name)}
    names |= {
        f"{of}{leaf}": f"{MODEL}.{leaf}"
        for leaf in (*PERCEPTRON, "_target_")
        for of in ("", "model.", "problem.", f"{MODEL}.")
    }
    group, _, leaf = key.rpartition(".")
    beside = [name for name in USER_KEYS if group and name.startswith(f"{group}.")]
    if beside and key not in names:  # The group is right, so what is like its name is nothing like the key.
        leaves = {name.rpartition(".")[2]: name for name in beside} | ({leaf: leaf} if leaf in KEYS else {})
        if group in GROUPS and leaf in ("name", "kind", "type"):
            leaves[leaf] = f"{group}=NAME"
        names = leaves
        key_or_leaf = leaf
    else:
        beside, key_or_leaf = USER_KEYS, key
    near = nearest(key_or_leaf, names)
    return BadInput(f"{key}: no such key", ", ".join(beside), f"did you mean {names[near]}?" if near else HELP)


def _while_composing(error: Exception) -> bool:
    """Whether Hydra, and not sweep, was at work: what it and its libraries raise then may be any kind of error."""
    rooms = [frame.f_globals["__name__"].partition(".")[0] for frame, _ in traceback.walk_tb(error.__traceback__)]
    last = next((room for room in reversed(rooms) if room in OURS or room in HYDRAS), None)
    return last in HYDRAS


def _unparsed(override: str, text: str) -> BadInput:
    key, equals, _ = override.partition("=")
    reason = re.search(r"while evaluating '[^']*': ([^\n]*)", text)
    if reason:
        what, next_step = f"{override}: {reason[1]}", "correct it"
    elif equals:
        what, next_step = f"{override} cannot be read", "correct it"
        if is_argument(key):
            next_step += f"; text with other signs takes quotes that the shell leaves: '{key}=\"…\"'"
    else:
        what, next_step = f"{override} has no value", f"write {key}=VALUE"
    known = f", VALUE being {KEYS[key].allowed}" if key in KEYS else ""
    known = ", KEY of letters, digits and _, with a dot before each name" if is_argument(key) else known
    return BadInput(what, f"KEY=VALUE, or KEY=VALUE,VALUE,… for an axis, in Hydra's grammar{known}", next_step)


def _unknown_option(match: re.Match[str], text: str) -> BadInput:
    group, option = match.groups()
    options = re.findall(r"^\t(\S+)$", text, re.MULTILINE)
    step = _nearest(option, options)
    if group == "data" and ("/" in option or "." in option):
        step = f"to read a file: data=csv {shlex.quote(f'data.path={grammar.word(option)}')} data.input=… data.target=…"
    return BadInput(f"{group}={option}: no such {group}", ", ".join(options) or HELP, step)


def _plus_before_group(match: re.Match[str], text: str) -> BadInput:
    group, option = match.groups()
    return BadInput(f"+{group}={option}: {group} is there already", f"{group}={option}", "leave the + out")


def _plus_before_key(match: re.Match[str], text: str) -> BadInput:
    key = _full_key(text) or match[1]
    return BadInput(f"+{key}: {key} is there already", f"{key}=VALUE", "leave the + out")


def _group_without_name(match: re.Match[str], text: str) -> BadInput:
    return BadInput(
        "a group got a value that is no name",
        ", ".join(f"{group}=NAME" for group in (*GROUPS, "grid", "tracking")),
        HELP,
    )


def _axis_within(match: re.Match[str], text: str) -> BadInput:
    merged = re.search(r"Error merging override (.*)", text)
    what = f"{merged[1]}: an axis" if merged else "an axis"
    return BadInput(f"{what} within a value", "an axis as the whole value of a key", "give the key below it an axis")


def _left_out(match: re.Match[str], text: str) -> BadInput:
    key = match[1]
    if is_argument(key):
        return BadInput(f"~{key}: there is no such argument here", "one that problem=… sets", f"leave ~{key} out")
    if key not in KEYS:
        return _unknown_key(match, text)
    return BadInput(f"~{key}: every key must have a value", KEYS[key].allowed, f"leave ~{key} out")


def _file_of_another_form(match: re.Match[str], text: str) -> BadInput:
    said, key = _first_lines(text.replace(match[0], "")), _full_key(text)
    if key and key in KEYS:
        return BadInput(f"{match[1]}: {key}: {said}", KEYS[key].allowed, "correct the file")
    return BadInput(f"{match[1]}: {said}", "a file that maps keys to values", "correct the file")


def _long_key(match: re.Match[str], text: str) -> BadInput:
    key = match[1]
    most = "keys of up to 255 letters, tracking.tags. included"
    return BadInput(f"{key[:60]}…: a key of {len(key)} letters is too long", most, "shorten it")


def _long_number(match: re.Match[str], text: str) -> BadInput:
    return BadInput(f"a number of {match[1]} digits is too long", "numbers that a dtype can hold", "as 0.01 or 1e-3")


def _no_folder(match: re.Match[str], text: str) -> BadInput:
    return BadInput(f"--config-dir {match[1]}: no such folder", "a folder that has grid/ or data/", "check the path")


def _several_values(match: re.Match[str], text: str) -> BadInput:
    return BadInput(f"{match[1]} is an axis", "one value a key beside --cfg or --help", "dry_run=true lists the points")


def _unknown_key(match: re.Match[str], text: str) -> BadInput:
    key = (_full_key(text) or match[1]).lstrip("+~")
    if key.startswith("hydra"):
        return BadInput(f"{key}: Hydra has no such key", "Hydra's own keys", "see python -m sweep --cfg hydra")
    if key.startswith("tracking.tags."):
        return BadInput(f"{key}: a new tag takes a +", KEYS["tracking.tags"].allowed, f"write +{key}=…")
    return unknown_key(key)


def _refused_value(match: re.Match[str], text: str) -> BadInput:
    key, value = (_full_key(text) or match[1]).lstrip("+~"), match[2]
    if key in KEYS:
        return refusal(key, value)
    if key.startswith("tracking.tags."):
        return BadInput(f"{key}={value} is not allowed", KEYS["tracking.tags"].allowed, f"give another +{key}=…")
    below = [name for name in USER_KEYS if name.startswith(f"{key}.")]
    return (
        BadInput(f"{key}={value} is not allowed", ", ".join(below) or HELP, "set the keys below it")
        if below
        else _other(text)
    )


def _other(text: str) -> BadInput:
    return BadInput(_first_lines(text), "KEY=VALUE with the keys and values of python -m sweep --help", "correct it")


def _nearest(word: str, known: list[str]) -> str:
    near = nearest(word, known)
    return f"did you mean {near}?" if near else HELP


def _full_key(text: str) -> str | None:
    match = re.search(r"full_key: (\S+)", text)
    return match[1] if match else None


def _first_lines(text: str) -> str:
    """Hydra's own words, without the types and the search path that it lists at the end."""
    lines = [line.strip() for line in text.split("Config search path")[0].splitlines()]
    return "; ".join([line for line in lines if line and not line.startswith(NOT_FOR_USERS)][:4])
