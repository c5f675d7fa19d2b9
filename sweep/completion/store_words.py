"""What may stand in a line of a verb that reads a store: its flags, the keys of the store, and names of sweeps."""

from importlib import import_module

from sweep.completion import run_words, sweeps
from sweep.completion.line import Line
from sweep.settings.keys import KEYS
from sweep.settings.verbs import VERBS

TAKE_SWEEPS = ("report", "replay", "ui")


def offered(line: Line) -> dict[str, str]:
    """What may stand at the cursor of ``line``; what ends with = goes on."""
    assert line.verb, "whoever has no verb runs"
    if line.begun.startswith("-"):
        parser = import_module(VERBS[line.verb].module).main.parser()
        return {flag: action.help or "" for action in parser._actions for flag in action.option_strings}
    if "=" in line.begun:
        return run_words.offered(line)
    keys = {f"{name}=": key.meaning for name, key in KEYS.items() if name.startswith("tracking.")}
    is_named = any("=" not in word for word in line.words)
    return keys if is_named or line.verb not in TAKE_SWEEPS else sweeps.named(line) | keys
