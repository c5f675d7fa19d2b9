"""Values in the grammar of Hydra's overrides, written so that Hydra reads them back as they are."""

import re
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException

from sweep.settings.hydra_internals import lone_numbers, value_text
from sweep.settings.schema import WHOLE_NUMBERS, Settings, is_argument, takes_text, whole


def literal(value: object, quote: Quote = Quote.single) -> str:
    """Any value; a text in quotes, so that nothing in it is grammar."""
    return value_text(QuotedString(value, quote) if isinstance(value, str) else value)


def word(text: str) -> str:
    """A text for people to read and copy: without quotes where it stands for itself, else in double quotes."""
    # What begins like a name or a URI and is none of the grammar's own words needs no quotes.
    if re.fullmatch(r"(?!(true|false|null|nan|inf)$)[a-z]\w*(://[\w./:@%+-]+)?", text, re.ASCII | re.IGNORECASE):
        return text
    return literal(re.sub(r"(\\*)\$\{", r"\1\1\\${", text), Quote.double)


def exact(value: Any) -> str:
    """Any value that Hydra composes, for people to read and copy: 8, 8.0, "8", true and null are five."""
    if isinstance(value, str):
        return word(value)
    if isinstance(value, list):
        return f"[{','.join(map(exact, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{name}:{exact(each)}' for name, each in value.items())}}}"
    return str(value).lower() if isinstance(value, bool) else value_text(value)


def reading(text: str) -> Any:
    """What Hydra and omegaconf make of ``text``: a number, true or false perhaps; itself if unreadable."""
    try:
        return OverridesParser.create().parse_override(f"key={text}").value()
    except HydraException:
        return text


def as_typed(override: str) -> str:
    """``override`` as its keys take it: what Hydra would read as a number in quotes where text goes; 1e3 in digits."""
    key, _, value = override.partition("=")
    if is_argument(key) or (key == "problem.model" and value.lstrip().startswith("{")):
        return f"++{override}"  # Hydra adds no key that it does not know, unless it is told to.
    name = key.lstrip("+~").partition("@")[0]
    own_group = key.startswith("+") and "." not in name and name not in Settings.__annotations__
    if not name or not (own_group or takes_text(name) or name in WHOLE_NUMBERS or "{" in value):
        return override  # A long list of numbers need not be parsed once more.
    try:
        found = list(lone_numbers(override))
    except HydraException:
        return override  # Hydra says why it cannot be read.
    for full_key, text, place in reversed(found):
        is_text = own_group or takes_text(full_key)
        if is_text or full_key in WHOLE_NUMBERS:
            taken = literal(text) if is_text else _in_digits(full_key, text)
            override = f"{override[: place.start]}{taken}{override[place.stop :]}"
    return override


def _in_digits(key: str, text: str) -> str:
    if re.fullmatch(r"[-+]?[\d_]+|true|false", text, re.IGNORECASE):
        return text
    number = whole(key, float(text))
    return str(number) if isinstance(number, int) else text
