"""What a person sees while the benchmark runs; the page itself goes to standard output."""

import sys


def say(text: str) -> None:
    """Print a line on standard error."""
    print(text, file=sys.stderr, flush=True)
