"""``python -m sweep.report``: write a sweep's report again, from the store alone."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and exit with a code of :class:`sweep.errors.Exit`."""
    from sweep.guard import guard

    parser = argparse.ArgumentParser(
        prog="python -m sweep.report",
        description="Write a sweep's report again, from the store alone.",
        epilog="Exit codes: 0 written, 1 bad input, or output that cannot be written, 2 malformed flag.",
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="SWEEP | tracking.KEY=VALUE",
        help="a sweep's id, the start of it, or its name (default: the latest); where the runs are",
    )
    words = parser.parse_intermixed_args().words
    sweeps = [word for word in words if "=" not in word]
    if len(sweeps) > 1:
        parser.error(f"one sweep at a time, not {len(sweeps)}")
    overrides = [word for word in words if "=" in word]
    sys.exit(guard(lambda: report(sweeps[0] if sweeps else None, overrides)))


def report(which: str | None, overrides: list[str]) -> None:
    """Write the report of the sweep that ``which`` names into its folder under ``outputs/``."""
    from sweep import composed, terminal
    from sweep.app import OUTPUTS, check_writable
    from sweep.errors import BadInput
    from sweep.report import publish
    from sweep.tracking import record
    from sweep.tracking.artifacts import write_whole
    from sweep.tracking.store import open_store

    check_writable(OUTPUTS)
    tracking = composed.tracking(overrides)
    store = open_store(tracking, create=False)
    if store is None:
        raise BadInput(
            f"tracking.uri={tracking.uri}, tracking.experiment={tracking.experiment}: nothing there yet",
            "a store that holds a sweep",
            "run a sweep first, or name another store with tracking.uri=…",
        )
    made = publish.make(record.load(store, record.find(store, which)))
    folder: Path = OUTPUTS / made.plan.folder
    for name, content in made.files.items():
        write_whole(folder / name, content)
    terminal.conclude(made, folder, store.ui_command)


if __name__ == "__main__":
    main()
