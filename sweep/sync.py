"""``python -m sweep.sync``: deliver what waits under ``outputs/spool``."""

from sweep.console.command import Command, Which, codes
from sweep.errors import Exit, printable


def sync(which: Which, overrides: list[str]) -> None:
    """Deliver every spool and say so in a line each."""
    from sweep import delivery
    from sweep.settings import composition

    nothing = True
    for line in delivery.deliver_all(composition.tracking(overrides)):
        print(printable(line), flush=True)
        nothing = False
    if nothing:
        print("Nothing waits in outputs/spool.")


main = Command(
    name="sync",
    description="Put results that wait under outputs/spool into the store that did not take them.",
    epilog=f"Exit codes: 0 nothing waits any more, {codes(Exit.BAD_INPUT, Exit.MALFORMED_FLAG, Exit.STORE_AWAY)}.",
    which=None,
    help="a URI with its password",
    action=sync,
)

if __name__ == "__main__":
    main()
