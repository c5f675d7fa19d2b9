"""Kill sweeps and their servers at random moments, run them again until all are done, and look at what they left.

``python -m tests.chaos --store http --kills 100`` is the long form; ``test_chaos.py`` the short one. Equal and
overlapping sweeps work at once. ``--first 7`` begins with round 7, and the dice that it had.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.processes import prepare
from tests.chaos.rounds import Count, Most, calm, disturbed
from tests.chaos.stores import STORES


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--store", choices=[*STORES], default="sqlite")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--sweeps", type=int, default=4, help="at most, at once")
    parser.add_argument("--deaths", type=int, default=8, help="at most, of one sweep")
    parser.add_argument("--hurts", type=int, default=8, help="at most, of one server in a round")
    options = parser.parse_args()
    prepare()
    total, most = Count(), Most(options.sweeps, options.deaths, options.hurts)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        storm = STORES[options.store](Path(folder), stack)
        expected, number = calm(storm), options.first
        while total.drivers + total.servers < options.kills:
            seen = disturbed(storm, f"round-{number}", f"{options.seed}/{number}", expected, most)
            total.add(seen)
            print(f"round {number}: {seen}", file=sys.stderr, flush=True)
            for line in [*(f"{times} × {said}" for said, times in seen.said.items()), *seen.wrong]:
                print(f"  {line}", file=sys.stderr, flush=True)
            number += 1
    print(f"{options.store}, {number - options.first} rounds: {total}")
    sys.exit(bool(total.wrong))


if __name__ == "__main__":
    main()
