"""``python -m sweep.report``: write a sweep's report again, from the store alone."""

from dataclasses import replace

from sweep.console.command import SWEEP, Command, Which, codes, opened
from sweep.errors import Exit


def report(which: Which, overrides: list[str]) -> None:
    """Write the report of the sweep that ``which`` names into its folder under ``outputs/``."""
    from sweep import publication
    from sweep.console import terminal
    from sweep.outputs import OUTPUTS, check_here, check_writable
    from sweep.report import files
    from sweep.settings import composition
    from sweep.tracking import pages, record
    from sweep.tracking.location import absolute

    check_here()
    tracking, store = opened(overrides)
    there = composition.tracking_overrides(replace(tracking, uri=absolute(tracking.uri)))
    check_writable(OUTPUTS, " ".join(["change to another folder, and there python -m sweep.report", *there]))
    made = publication.write(files.make(record.load(store, record.find(store, which))))
    terminal.conclude(made, pages.how_to_open(store, tracking, made.plan.sweep_id))


main = Command(
    name="report",
    description="Write a sweep's report again, from the store alone.",
    epilog=(
        f"Exit codes: 0 written, {codes(Exit.BAD_INPUT)}, or output that cannot be written, "
        f"{codes(Exit.MALFORMED_FLAG, Exit.STORE_AWAY)}."
    ),
    which="SWEEP",
    help=SWEEP,
    action=report,
)

if __name__ == "__main__":
    main()
