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
from sweep.settings.keys import KEYS, TEXT
from sweep.settings.schema import takes_text


def explained(told: BadInput, words: Sequence[str]) -> BadInput:
    """``told``; where it is about a key whose text one of ``words`` did not give as it stands, that too."""
    for word in words:
        key, _, text = word.partition("=")
        plain = key.lstrip("+~").partition("@")[0]
        named = re.match(rf"[+~]*{re.escape(plain)}(?![\w.])", told.what) or any(
            name in told.what for names in re.findall(r"\$\{([^${}]+)", text) for name in names.split(":")
        )
        reading = read_as(word) if named and could_be(plain, text) else None
        if reading is None:
            continue
        if plain == "tracking.uri":  # It may hold a password, whose parts nothing would know as such.
            return BadInput(told.what, told.allowed, f"{told.next_step}; or, as one text: {quoted(key, '…')}")
        what = told.what if told.what.startswith(word) else f"{told.what}; {word} is read as {reading}"
        shown = without_secrets(quoted(key, text))
        return BadInput(what, told.allowed, f"{told.next_step}; or, as one text: {shown}")
    return told


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
        return f"several values: {'; '.join(map(value_text, value.list))}"
    if override.is_sweep_override():
        return "several values"
    if "${" in text:
        return "another value's"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    # Whoever wrote the quotes of the grammar meant them.
    return None if isinstance(value, QuotedString) or value == text else value_text(value)
