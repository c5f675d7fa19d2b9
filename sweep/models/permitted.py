"""Which code a store may name to be run: what sweep ships, and what the command allows by name."""

import shlex
from collections.abc import Collection, Sequence

from sweep.errors import BadInput

SHIPPED = frozenset({"sweep.models.mlp_module.MLP"})
"""Names, each in full: a name *below* a module of ours reaches, by what that imports, whatever Python has."""

MOST_LISTED = 20


def refuse_unless_allowed(targets: Sequence[str], allowed: Collection[str]) -> None:
    """Refuse ``targets``, every ``_target_`` that a store names, nested ones too, unless each may be called.

    Parameters
    ----------
    allowed : as ``--allow`` names them, exactly.

    Raises
    ------
    BadInput : naming all that are neither shipped nor allowed, with the words that allow them.
    """
    foreign = [each for each in dict.fromkeys(targets) if each not in SHIPPED and each not in allowed]
    if not foreign:
        return
    listed = ", ".join(foreign[:MOST_LISTED])
    more = f" and {len(foreign) - MOST_LISTED:,} more" if len(foreign) > MOST_LISTED else ""
    words = " ".join(f"--allow {shlex.quote(each)}" for each in foreign[:MOST_LISTED])
    raise BadInput(
        f"the store names code to be run: {listed}{more}",
        "what sweep ships, and what this command allows by --allow NAME",
        f"where you know that code, add {words}",
    )
