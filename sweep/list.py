"""``python -m sweep.list``: the sweeps of a store, the last that was at work first."""

from sweep.console.command import Command, Which, codes, opened
from sweep.console.listed import as_json, show
from sweep.errors import BadInput, Exit

MOST = 20


def sweeps(which: Which, overrides: list[str], *, n: int = MOST, all: bool = False, json: bool = False) -> None:
    """Print a line a sweep, of ``n`` or of ``all``, or one ``json`` document; ``which`` is not used."""
    from sweep.tracking import listing

    if n < 1:
        raise BadInput(f"-n {n}", "a whole number from 1 on", "give how many sweeps to show, or --all")
    _, store = opened(overrides)
    # One more, to know whether there are.
    found = [*listing.newest(store, None if all else n + 1)]
    cut = not all and len(found) > n
    shown = found[:n] if cut else found
    if json:
        print(as_json(shown))
        return
    if not found:
        raise BadInput("no sweep yet in this experiment", "a store that holds a sweep", "run a sweep first")
    show(shown)
    if cut:
        print("Older ones are not shown: --all, or -n N.")


main = Command(
    name="list",
    description="List the sweeps of a store, the last that was at work first.",
    epilog=f"Exit codes: 0 listed; {codes(Exit.BAD_INPUT, Exit.MALFORMED_FLAG, Exit.STORE_AWAY)}.",
    which=None,
    help="where the runs are",
    action=sweeps,
    options={
        "-n": {"type": int, "default": MOST, "metavar": "N", "help": f"how many ({MOST})"},
        "--all": {"action": "store_true", "help": "all of them"},
        "--json": {"action": "store_true", "help": "one JSON document: a list of sweeps, with every member in full"},
    },
)

if __name__ == "__main__":
    main()
