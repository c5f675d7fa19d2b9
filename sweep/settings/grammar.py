"""Values in the grammar of Hydra's overrides, written so that Hydra reads them back as they are."""

import re

from hydra.core.override_parser.types import Quote, QuotedString

from sweep.settings.hydra_internals import value_text


def literal(value: object, quote: Quote = Quote.single) -> str:
    """Any value; a text in quotes, so that nothing in it is grammar."""
    return value_text(QuotedString(value, quote) if isinstance(value, str) else value)


def word(text: str) -> str:
    """A text for people to read and copy: without quotes where it stands for itself, else in double quotes."""
    # What begins like a name or a URI and is none of the grammar's own words needs no quotes.
    if re.fullmatch(r"(?!(true|false|null|nan|inf)$)[a-z]\w*(://[\w./:@%+-]+)?", text, re.ASCII | re.IGNORECASE):
        return text
    return literal(text.replace("${", r"\${"), Quote.double)
