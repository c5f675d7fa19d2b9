"""The long form: ``python -m tests.storm --tries 2000 --seed 1``; the short one is ``tests/test_storm.py``."""

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.storm.answers import answers
from tests.storm.databases import databases
from tests.storm.documents import MEMORY, documents
from tests.storm.places import places
from tests.storm.tries import Try

STORMS: Mapping[str, Callable[[Path, random.Random, int], Iterator[Try]]] = {
    "documents": documents,
    "answers": answers,
    "places": places,
    "databases": databases,
}

SHARES = {"documents": 1.0, "answers": 0.1, "places": 0.02, "databases": 0.1}
"""Tries of each storm for one of ``documents``."""


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.storm", description="Spoil what sweep reads and where it writes."
    )
    parser.add_argument("--tries", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[*STORMS])
    options = parser.parse_args()
    wrong = 0
    for name in [options.only] if options.only else STORMS:
        ends: Counter[int] = Counter()
        memory = 0
        with tempfile.TemporaryDirectory() as folder:
            for each in STORMS[name](Path(folder), random.Random(options.seed), round(options.tries * SHARES[name])):
                ends[each.code] += 1
                memory = max(memory, each.memory)
                if each.wrong:
                    wrong += 1
                    print(f"{each.what}: {each.wrong}", file=sys.stderr, flush=True)
            os.chdir("/")
        told = ", ".join(f"{count} with {code}" for code, count in sorted(ends.items()))
        took = f"; they took at most {memory >> 20} MiB of {MEMORY >> 20}" if memory else ""
        print(f"{name}: {ends.total()} tries ended {told}{took}", flush=True)
    print(f"wrong={wrong}")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
