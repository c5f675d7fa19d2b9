"""Values in the grammar of Hydra's overrides, written so that Hydra reads them back as they are."""

import re
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException

from sweep.settings.hydra_internals import lone_numbers, value_text
from sweep.settings.schema import Settings, takes_text


def literal(value: object, quote: Quote = Quote.single) -> str:
    """Any value; a text in quotes, so that nothing in it is grammar."""
    return value_text(QuotedString(value, quote) if isinstance(value, str) else value)


def word(text: str) -> str:
    """A text for people to read and copy: without quotes where it stands for itself, else in double quotes."""
    # What begins like a name or a URI and is none of the grammar's own words needs no quotes.
    if re.fullmatch(r"(?!(true|false|null|nan|inf)$)[a-z]\w*(://[\w./:@%+-]+)?", text, re.ASCII | re.IGNORECASE):
        return text
    return literal(text.replace("${", r"\${"), Quote.double)


def reading(text: str) -> Any:
    """What Hydra and omegaconf make of ``text``: a number, true or false perhaps; itself if unreadable."""
    try:
        return OverridesParser.create().parse_override(f"key={text}").value()
    except HydraException:
        return text


def as_typed(override: str) -> str:
    """``override`` with quotes around what a key of text got and Hydra would read as a number: 1.10, 1e3, true."""
    key, _, value = override.partition("=")
    name = key.lstrip("+~").partition("@")[0]
    own_group = key.startswith("+") and "." not in name and name not in Settings.__annotations__
    if not (own_group or takes_text(name) or "{" in value):
        return override  # A long list of numbers need not be parsed once more.
    try:
        found = [(text, place) for full_key, text, place in lone_numbers(override) if own_group or takes_text(full_key)]
    except HydraException:
        return override  # Hydra says why it cannot be read.
    for text, place in reversed(found):
        override = f"{override[: place.start]}{literal(text)}{override[place.stop :]}"
    return override
