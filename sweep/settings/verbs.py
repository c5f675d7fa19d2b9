"""The verbs of the command ``sweep``: which there are, and with which one a line begins. Nothing heavy is imported."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweep.errors import BadInput, nearest


@dataclass(frozen=True)
class Verb:
    """A verb: the module whose ``main`` does it, what may follow, and what it does in a line."""

    module: str
    takes: str
    does: str


STORE = "[tracking.KEY=VALUE …]"

VERBS: Mapping[str, Verb] = {
    "run": Verb("sweep.__main__", "[KEY=VALUE …]", "train a point, or a grid where a value is a list; may be left out"),
    "list": Verb("sweep.list", STORE, "list the sweeps of the store, newest first"),
    "report": Verb("sweep.report.__main__", f"[SWEEP] {STORE}", "write the report again, from the store"),
    "ui": Verb("sweep.ui", f"[SWEEP] {STORE}", "compare its runs in MLflow's pages, on this machine"),
    "replay": Verb("sweep.replay", f"[RUN | SWEEP] {STORE}", "train again from the store, compare bit for bit"),
    "sync": Verb("sweep.sync", STORE, "deliver results that wait in outputs/spool"),
    "completion": Verb("sweep.completion.__main__", "bash | zsh | fish", "print what completes this command by tab"),
}
"""All verbs, in the order in which ``--help`` has them."""

RUN = "run"

LIKE_A_VERB = re.compile(r"[A-Za-z][\w-]*")


def first(words: Sequence[str]) -> str | None:
    """The verb that ``words`` begin with; None where they are those of a run without it."""
    return words[0] if words and words[0] in VERBS else None


def refuse_mistyped(words: Sequence[str], known: Mapping[str, object]) -> None:
    """Refuse a word that was meant for a verb: it has no ``=``, and is none of the ``known`` keys.

    Raises
    ------
    BadInput
    """
    for word in words:
        if LIKE_A_VERB.fullmatch(word) and word not in known:
            near = nearest(word, VERBS)
            place = "put it first:" if word in VERBS else "did you mean"
            raise BadInput(
                f"{word}: no verb at its place, and no KEY=VALUE",
                f"one of {', '.join(VERBS)} as the first word, then KEY=VALUE",
                f"{place} sweep {near}{'' if word in VERBS else '?'}" if near else "see sweep --help",
            )


def program(started: str) -> str:
    """How the command calls itself, that was ``started`` as ``sys.argv[0]`` says: as it was typed."""
    return "python -m sweep" if Path(started).name == "__main__.py" else "sweep"


def verbs_help() -> str:
    """The verbs with what they take and do, as ``--help`` shows them."""
    rows = [(f"{name} {verb.takes}", verb.does) for name, verb in VERBS.items()]
    width = max(len(call) for call, _ in rows)
    return "\n".join(f"  sweep {call:<{width}}  {does}" for call, does in rows)
