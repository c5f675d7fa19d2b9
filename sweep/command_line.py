"""What the commands that read a store have in common: which sweep or run is meant, and which store holds it."""

import argparse
from typing import TYPE_CHECKING, Any

from sweep.errors import BadInput
from sweep.secrets import without_secrets

if TYPE_CHECKING:
    from sweep.settings import Tracking
    from sweep.tracking.store import Store

SWEEP = "a sweep's id, the start of it, or its name (default: the latest)"


def parse(which: str, help: str, **texts: Any) -> tuple[str | None, list[str]]:
    """Read the command line ``[WHICH] [tracking.KEY=VALUE …]``; a malformed one exits with 2 and the usage.

    Parameters
    ----------
    which, help : what ``--help`` calls the first word, and what it says of it.
    texts : of the ``ArgumentParser``.

    Returns
    -------
    The first word, None where it is left out, and the overrides.
    """
    parser = argparse.ArgumentParser(**texts)
    words = f"{which} | tracking.KEY=VALUE"
    parser.add_argument("words", nargs="*", metavar=words, help=f"{help}; where the runs are")
    given = parser.parse_args().words
    named = [word for word in given if "=" not in word]
    if len(named) > 1:
        parser.error(f"one {which.lower()} at a time, not {len(named)}")
    return (named[0] if named else None), [word for word in given if "=" in word]


def opened(overrides: list[str]) -> "tuple[Tracking, Store]":
    """The store that ``overrides`` name, and how it was named.

    Raises
    ------
    BadInput : there is none, or the experiment is not in it.
    """
    from sweep import composed
    from sweep.tracking.store import open_store

    tracking = composed.tracking(overrides)
    store = open_store(tracking, create=False)
    if store is None:
        uri = without_secrets(tracking.uri)
        raise BadInput(
            f"tracking.uri={uri}, tracking.experiment={tracking.experiment}: nothing there yet",
            "a store that holds a sweep",
            "run a sweep first, or name another store with tracking.uri=…",
        )
    return tracking, store
