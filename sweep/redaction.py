"""Text without its secrets: whatever is printed, logged or stored and may hold a URI goes through here."""

import re


def without_secrets(text: str) -> str:
    """``text`` with the user and password of any URL in it, and any query value, replaced by ``***``.

    The URI of a SQLite file has none: it stays as it is, so that it can be copied.
    """
    if re.fullmatch(r"sqlite(\+\w+)?:///(?!.*://).*", text):
        return text
    text = re.sub(r"(\w+://)[^/\s@]+@", r"\1***@", text)
    return re.sub(r"([?&][\w.-]+=)[^&\s]+", r"\1***", text)
