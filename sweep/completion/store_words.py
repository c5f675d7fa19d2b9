"""What may stand in a line of a verb that reads a store: its flags, the keys of the store, and names of sweeps."""

from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING

from sweep.completion import run_words, sweeps
from sweep.completion.line import Line
from sweep.settings.keys import KEYS
from sweep.settings.verbs import VERBS

if TYPE_CHECKING:
    from argparse import ArgumentParser

TAKE_SWEEPS = ("report", "replay", "ui")


def offered(line: Line) -> dict[str, str]:
    """What may stand at the cursor of ``line``; what ends with = goes on."""
    assert line.verb, "whoever has no verb runs"
    if line.begun.startswith("-"):
        return {flag: action.help or "" for action in _parser(line.verb)._actions for flag in action.option_strings}
    if "=" in line.begun:
        return run_words.offered(line)
    keys = {f"{name}=": key.meaning for name, key in KEYS.items() if name.startswith("tracking.")}
    return sweeps.named(line) | keys if line.verb in TAKE_SWEEPS and not _is_named(line) else keys


def _is_named(line: Line) -> bool:
    """Whether a sweep is named already: by a word that is neither a key, a flag, nor the value of a flag."""
    valued = set()
    if line.verb and any(word.startswith("-") for word in line.words):  # Else argparse need not be imported.
        valued = {flag for each in _parser(line.verb)._actions if each.nargs != 0 for flag in each.option_strings}
    return any(
        not word.startswith("-") and "=" not in word and before not in valued
        for before, word in pairwise(("", *line.words))
    )


def _parser(verb: str) -> "ArgumentParser":
    parser: ArgumentParser = import_module(VERBS[verb].module).main.parser()
    return parser
