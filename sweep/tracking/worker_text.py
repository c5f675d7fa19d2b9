"""Where a curve was trained, as a text in its part: JSON, alike for all rows of a worker; of nothing, none."""

import json
from collections.abc import Mapping
from functools import lru_cache

from sweep.tracking import typed

MOST = 1000
"""Bytes of it: a few names and versions."""


def encoded(where: Mapping[str, str]) -> str:
    """The text of what :func:`sweep.provenance.here` has told."""
    return json.dumps(dict(where), ensure_ascii=False) if where else ""


@lru_cache(maxsize=256)
def decoded(text: str) -> Mapping[str, str]:
    """What :func:`encoded` was given.

    Raises
    ------
    Malformed : no such text.
    """
    found: dict[str, str] = {}
    return typed.typed(typed.parse(text.encode(), "where"), dict[str, str], "where") if text else found
