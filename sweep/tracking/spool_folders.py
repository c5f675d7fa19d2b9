"""The folders of spools: where they are, and that one process at a time is at work in them."""

import math
import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sweep import scratch
from sweep.outputs import OWN_SPOOL, SPOOL
from sweep.tracking import deadline, manifest


def folders(sweep_id: str = "") -> list[Path]:
    """The spools that have a plan, of a sweep or all; one that was moved here has more at its name's end."""
    places = (place for place in (SPOOL, OWN_SPOOL) if os.access(place, os.R_OK))
    found = [path for place in places for path in place.glob(f"{sweep_id}*")]
    return sorted(filter(_may_have_plan, found))


def _may_have_plan(folder: Path) -> bool:
    try:
        os.lstat(folder / manifest.PATH)  # Of a link, that it is there.
    except PermissionError:  # Another user's: whoever reads it is told so.
        return True
    except OSError:
        return False
    return True


def alone(folder: Path) -> AbstractContextManager[None]:
    """While no other command keeps results in a spool, reads it or deletes it."""
    if folder.parent not in (SPOOL, OWN_SPOOL):
        return nullcontext()
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return scratch.alone_in(folder.parent, deadline.left(math.inf))
