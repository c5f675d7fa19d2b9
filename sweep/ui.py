"""``python -m sweep.ui``: MLflow's pages of a store, on this machine alone, and the link to the view of a sweep."""

import signal
import sys
from contextlib import suppress

from sweep.console.command import SWEEP, Command, Which, codes, opened
from sweep.errors import BadInput, Exit


def ui(which: Which, overrides: list[str]) -> None:
    """Print the link to the sweep that ``which`` names, and serve it, unless the store is a server itself."""
    from sweep.tracking import pages, record
    from sweep.tracking.location import absolute, is_server
    from sweep.tracking.page_server import serving

    _, store = opened(overrides)
    sweep_id = record.tags_of(store, record.find(store, which))["sweep_id"]
    if is_server(store.uri):
        print(pages.link(store, store.uri, sweep_id))
        return
    for ends in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ends) is not signal.SIG_IGN:  # As under nohup.
            signal.signal(ends, lambda number, frame: sys.exit(128 + number))
    with suppress(KeyboardInterrupt):
        if store.copy:
            print("The store cannot be written: the pages are of a copy, and what is changed there is not kept.")
        print("MLflow is starting …", flush=True)
        with serving(store.copy or absolute(store.uri)) as (address, server):
            print(f"Compare: {pages.link(store, address, sweep_id)}\nCtrl-C ends it.", flush=True)
            server.wait()
            raise BadInput(f"MLflow's server ended with code {server.returncode}", "one that goes on", "start it again")


main = Command(
    name="ui",
    description="Show the runs of a sweep in MLflow's own pages, on this machine alone, until Ctrl-C.",
    epilog=(
        "Exit codes: 0 ended by Ctrl-C, or where a server shows them already; "
        f"{codes(Exit.BAD_INPUT, Exit.MALFORMED_FLAG, Exit.STORE_AWAY)}."
    ),
    which="SWEEP",
    help=SWEEP,
    action=ui,
)

if __name__ == "__main__":
    main()
