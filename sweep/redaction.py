"""Text without its secrets: whatever is printed, logged or stored and may hold a URI goes through here.

Libraries do not agree on where a password ends: SQLAlchemy takes ``/`` and ``?`` in one, requests ``@``. So whatever
could be part of one is hidden.
"""

import json
import os
import re
import string
import sys
from collections.abc import Iterator
from itertools import combinations, pairwise
from urllib.parse import quote, quote_plus, unquote, unquote_plus

HIDDEN = "***"

URIS = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_BACKEND_STORE_URI")
PASSWORDS = (
    *("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "PGPASSWORD", "MYSQL_PWD"),
    *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_CONNECTION_STRING"),
    *("AZURE_CLIENT_SECRET", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET"),
)
"""Environment variables that hold secrets, in a URI or alone."""

LEAST = 4
"""Characters from which on a secret is looked for outside of its URI: fewer are part of ordinary words."""

SECRET = re.compile(r"pass|pwd|secret|token|key|auth|cred|sig|odbc_connect", re.IGNORECASE)
"""In the name of a query's value that is a secret."""

SCHEME = f"{string.ascii_letters}{string.digits}+._"
AROUND = ")]}>'\",.;:"
"""Characters of a URI's scheme, and those after a URI that are none of its own."""

PORT = r"(?:\d{0,4}|[0-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])(?:[/?#]|$)"

MOST_CUTS = 30
"""Places at which a secret is cut in every way; one with more is cut at each of them."""

_remembered: set[str] = set()


def remember(uri: str) -> None:
    """Hide the secrets of ``uri`` from now on, also where a library quotes a piece of it."""
    if _may_hide(uri):
        _remembered.add(uri)


def masked(uri: str) -> str:
    """A whole URI with ``***`` in place of its secrets: user and password, and any value of its query.

    A user of a database without a password stays, as does the URI of a SQLite file: they can be copied.
    """
    return _split(uri)[0]


def without_secrets(text: str) -> str:
    """``text`` with every URI in it :func:`masked`, and no secret of a URI that this process has been given."""
    known = _known()
    for uri in sorted(known, key=len, reverse=True):
        text = text.replace(uri, masked(uri))
    alone = {form for uri in known for secret in _split(uri)[1] for form in _forms(secret)}
    alone |= {form for name in PASSWORDS for form in _forms(os.environ.get(name, ""))}
    for form in sorted(alone, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return re.sub(r"\S+", lambda word: _masked_within(word[0]) if "://" in word[0] else word[0], text)


def _masked_within(word: str) -> str:
    """A word with the URI in it masked, whatever stands around that: each step of a long one is taken once."""
    before = word[: word.index("://")].rstrip(SCHEME)
    uri = word[len(before) :].rstrip(AROUND)
    return f"{before}{masked(uri)}{word[len(before) + len(uri) :]}"


def _known() -> set[str]:
    given = [os.environ.get(name, "") for name in URIS]
    uri = re.compile(r"[A-Za-z][\w+]*://.*?(?=[\"'\])}]*$)", re.DOTALL)
    given += [found[0] for word in sys.argv[1:] if (found := uri.search(word))]
    return _remembered | {uri for uri in given if _may_hide(uri)}


def _may_hide(uri: str) -> bool:
    """Whether a secret may stand in ``uri``, which somebody may have mistyped, as ``postgresql:/bob:secret@host``."""
    return "://" in uri or "@" in uri


def _split(uri: str) -> tuple[str, list[str]]:
    """The URI as it may be seen, and the secrets that are hidden, as they stand in it."""
    if re.fullmatch(r"sqlite(\+\w+)?:(///|/(?!/))(?!.*://).*", uri, re.DOTALL):
        return uri, []
    scheme, mark, rest = uri.partition("://") if "://" in uri else ("", "", uri)
    secrets, shown = [], f"{scheme}{mark}"
    before, at, after = rest.rpartition("@")
    if at and (uri.lower().startswith("http") or {":", "?"} & set(unquote(before))):
        user, _, password = before.partition(":")
        secrets += [before, *_pieces(password or user)]
        shown += HIDDEN
        if "?" in before:  # Of a password, or the beginning of a query that has an @.
            return shown, [*secrets, rest, *_values(rest.partition("?")[2])]
        rest, shown = after, f"{shown}@"
    odd = mark and re.fullmatch(rf"((?:[^:/@]*@)?(?:\[[^\]]*\]|[^:/?#\[]*)):(?!{PORT})(.*)", rest, re.DOTALL)
    if odd:  # No port: a password whose @ is missing.
        return f"{shown}{odd[1]}:{HIDDEN}", secrets + _pieces(odd[2])
    rest, hash_mark, fragment = rest.partition("#")
    if fragment.startswith("/"):  # A page of MLflow's.
        rest, hash_mark, fragment = f"{rest}#{fragment}", "", ""
    address, asks, query = rest.partition("?")
    hidden = re.sub("(^|&)([^&=]*=)?[^&]*", rf"\1\2{HIDDEN}", query) if query else ""
    tail = f"{hash_mark}{HIDDEN}" if fragment else hash_mark
    return f"{shown}{address}{asks}{hidden}{tail}", secrets + _values(query) + _pieces(fragment)


def _pieces(secret: str) -> list[str]:
    """A secret, and whatever of it stands between two characters at which a library may cut it.

    Those of an interpolation are among them, which omegaconf quotes; the name of an environment variable is no secret.
    """
    alone = re.sub(r"\$\{oc\.env:[A-Za-z_]\w*\}", ":", secret)
    cuts = [-1, *(found.start() for found in re.finditer(r"[:@/?&=${}.,]", alone)), len(alone)]
    pairs = combinations(cuts, 2) if len(cuts) <= MOST_CUTS else pairwise(cuts)
    return [secret, *{alone[first + 1 : last] for first, last in pairs}]


def _values(query: str) -> list[str]:
    """The values of a query whose names are those of secrets, or that have none."""
    pieces = [piece.partition("=") for piece in query.split("&")]
    return [value or name for name, _, value in pieces if not value or SECRET.search(name)]


def _forms(secret: str) -> Iterator[str]:
    """The ways in which a library may quote a secret; none of a short one."""
    for plain in (secret, unquote(secret), unquote_plus(secret)):
        for form in (plain, quote(plain, ""), quote_plus(plain), repr(plain)[1:-1], json.dumps(plain)[1:-1]):
            if len(plain) >= LEAST:
                yield form
