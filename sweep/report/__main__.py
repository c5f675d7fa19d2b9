"""``python -m sweep.report``: write a sweep's report again, from the store alone."""

import sys
from pathlib import Path
from typing import NoReturn

from sweep import command_line


def main() -> NoReturn:
    """Run the command line and exit with a code of :class:`sweep.errors.Exit`."""
    from sweep.guard import guard

    which, overrides = command_line.parse(
        "SWEEP",
        command_line.SWEEP,
        prog="python -m sweep.report",
        description="Write a sweep's report again, from the store alone.",
        epilog="Exit codes: 0 written, 1 bad input, or output that cannot be written, 2 malformed flag.",
    )
    sys.exit(guard(lambda: report(which, overrides)))


def report(which: str | None, overrides: list[str]) -> None:
    """Write the report of the sweep that ``which`` names into its folder under ``outputs/``."""
    from sweep import terminal
    from sweep.app import OUTPUTS, check_writable
    from sweep.report import publish
    from sweep.tracking import comparison, record
    from sweep.tracking.artifacts import write_whole

    check_writable(OUTPUTS)
    tracking, store = command_line.opened(overrides)
    made = publish.make(record.load(store, record.find(store, which)))
    folder: Path = OUTPUTS / made.plan.folder
    for name, content in made.files.items():
        write_whole(folder / name, content)
    terminal.conclude(made, folder, comparison.way(store, tracking, made.plan.sweep_id))


if __name__ == "__main__":
    main()
