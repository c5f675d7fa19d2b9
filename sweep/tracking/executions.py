"""``provenance.json`` of a summary run: how a sweep came to be, one entry for each time it was executed."""

from typing import Any

from sweep.errors import MALFORMED
from sweep.tracking import typed
from sweep.tracking.store import Store

PROVENANCE = "provenance.json"

MOST_PROVENANCE = 64 << 20
"""Bytes of it: some 40,000 executions."""


def executions(store: Store, summary_id: str) -> list[dict[str, Any]]:
    """How the sweep came to be, so far."""
    try:
        document = store.artifacts.read(summary_id, PROVENANCE, _provenance, may_miss=True, most=MOST_PROVENANCE)
    except (OSError, *MALFORMED):
        return []
    executions: list[dict[str, Any]] = document["executions"]
    return executions


def _provenance(content: bytes) -> dict[str, Any]:
    members = typed.typed(typed.parse(content, PROVENANCE), dict[str, Any], PROVENANCE)
    known = {name: members[name] for name in ("executions",) if name in members}
    return typed.members(known, {"executions": list[dict[str, Any]]}, PROVENANCE)
