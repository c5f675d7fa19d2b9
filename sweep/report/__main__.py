"""``python -m sweep.report``: write a sweep's report again, from the store alone."""

import math
from argparse import ArgumentTypeError
from dataclasses import replace

from sweep.console.command import SWEEP, Command, Which, codes, opened
from sweep.console.telling import FLAGS
from sweep.errors import Exit

EVERY = 5.0
"""Seconds between two looks at a sweep that is followed."""

LEAST, MOST = 0.1, 86_400.0
"""What a user may ask for instead."""


def report(
    which: Which,
    overrides: list[str],
    *,
    follow: bool = False,
    every: float = EVERY,
    quiet: bool = False,
    json: bool = False,
) -> None:
    """Write the report of the sweep that ``which`` names into its folder under ``outputs/``.

    Parameters
    ----------
    follow : whether its page is written anew ``every`` so many seconds while it runs; the report then is of its end.
    quiet, json : who is told what is in it; see docs/terminal.md.
    """
    from sweep import following, publication
    from sweep.console import telling
    from sweep.outputs import OUTPUTS, check_here, check_writable
    from sweep.report import files
    from sweep.settings import composition
    from sweep.tracking import pages, record, summary
    from sweep.tracking.location import absolute

    check_here()
    tracking, store = opened(overrides)
    there = composition.tracking_overrides(replace(tracking, uri=absolute(tracking.uri)))
    check_writable(OUTPUTS, " ".join(["change to another folder, and there sweep report", *there]))
    found = (summary.working(store) if follow and which is None else None) or record.find(store, which)
    if follow and not following.follow(store, found, every):
        return
    run = summary.ask(store, found)
    made = publication.write(files.make(record.load(store, found), is_working=summary.is_working(run)))
    told = telling.chosen(quiet=quiet, json=json)
    if said := following.state(run):
        told.say(said)
    told.conclude(made, pages.how_to_open(store, tracking, made.plan.sweep_id))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not LEAST <= seconds <= MOST:
        raise ArgumentTypeError(f"{text!r} is no number of seconds from {LEAST:g} to {MOST:g}")
    return seconds


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
    options={
        "--follow": {
            "action": "store_true",
            "help": "while the sweep runs, write its page anew, which a browser loads again by itself, until it has "
            "ended or Ctrl-C is pressed; without SWEEP that of the sweep that runs",
        },
        "--every": {
            "type": _seconds,
            "default": EVERY,
            "metavar": "SECONDS",
            "help": f"how often at most, with --follow (default: {EVERY:g})",
        },
        **FLAGS,
    },
)

if __name__ == "__main__":
    main()
