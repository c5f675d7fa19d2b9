"""A text that Hydra's grammar reads as something else: said beside what came of it, with the quotes that it takes."""

import re
import shlex
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, QuotedString
from hydra.errors import HydraException

from sweep.errors import BadInput
from sweep.redaction import without_secrets
from sweep.settings import grammar
from sweep.settings.hydra_internals import unparsed_value, value_text
from sweep.settings.keys import KEYS
from sweep.settings.ranges import TEXT
from sweep.settings.schema import LISTS, takes_text


def explained(told: BadInput, words: Sequence[str]) -> BadInput:
    """``told``; where it is about a key whose text one of ``words`` did not give as it stands, that too."""
    for word in words:
        key, _, text = word.partition("=")
        plain = key.lstrip("+~").partition("@")[0]
        named = re.match(rf"[+~]*{re.escape(plain)}(?![\w.])", told.what) or any(
            name in told.what for names in re.findall(r"\$\{([^${}]+)", text) for name in names.split(":")
        )
        meant = _number_meant(plain, text)
        reading = read_as(word) if named and (meant or could_be(plain, text)) else None
        if reading is None:
            continue
        if plain == "tracking.uri":  # It may hold a password, whose parts nothing would know as such.
            return BadInput(told.what, told.allowed, f"{told.next_step}; or, as one text: {quoted(key, '…')}")
        what = told.what if told.what.startswith(word) else f"{told.what}; {word} is read as {reading}"
        as_meant = meant or f"as one text: {without_secrets(quoted(key, text))}"
        return BadInput(what, told.allowed, f"{told.next_step}; or, {as_meant}")
    return told


def _number_meant(key: str, text: str) -> str | None:
    """What to write where a number for ``key`` has a comma of its own, an axis has brackets, or a list has none."""
    if key not in KEYS or takes_text(key):
        return None
    if key == "schedule.milestones":  # The one list of numbers.
        return f"as one list, {shlex.quote(f'{key}=[{text}]')}" if re.fullmatch(r"\d+(,\d+)*", text) else None
    if re.fullmatch(r"[-+]?\d+(,\d+)+", text):
        return "as a comma is between two values of an axis, 0.5 for 0,5 and 1000 for 1,000"
    if re.fullmatch(r"\[[^\[\]]+\]|\([^()]+\)", text):
        return f"for an axis, {shlex.quote(f'{key}={text[1:-1]}')}"
    return None


def could_be(key: str, text: str) -> bool:
    """Whether ``key`` takes such a ``text``, were it in quotes."""
    if not text or not TEXT.fullmatch(text) or not takes_text(key):
        return False
    return key.startswith(("data.", "tracking.")) and (key in KEYS or key.startswith("tracking.tags."))


def quoted(key: str, text: str) -> str:
    """``key=text`` for a POSIX shell and for Hydra, whatever signs are in ``text``."""
    return shlex.quote(f"{key}={grammar.word(text)}")


def read_as(word: str) -> str | None:
    """What Hydra makes of the value in the override ``word``, in words; None where that is the text as it stands."""
    text = word.partition("=")[2]
    try:
        override = OverridesParser.create().parse_override(grammar.as_typed(word))
    except HydraException:
        return "no value of Hydra's grammar"
    value = unparsed_value(override)
    if isinstance(value, ChoiceSweep):
        return f"several values: {'; '.join(map(_shown, value.list))}"
    if override.is_sweep_override():
        return "several values"
    if "${" in text:
        return "another value's"
    if isinstance(value, dict | list):
        is_meant = isinstance(value, list) and len(value) > 1 and override.key_or_group in LISTS
        return None if is_meant else "a mapping" if isinstance(value, dict) else "a list"
    # Whoever wrote the quotes of the grammar meant them.
    return None if isinstance(value, QuotedString) or value == text else _shown(value)


def _shown(value: object) -> str:
    """A ``value`` for people; :func:`value_text` would escape its blanks and colons."""
    return value if isinstance(value, str) else value_text(value)
