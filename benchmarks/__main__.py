"""How long a sweep takes, beside its peers and beside the floor: ``python -m benchmarks``, Markdown on standard output.

Every figure is of a whole process in an empty folder with a fresh store, unless its section says otherwise. What each
one stored is checked; a peer that stores something else stops the benchmark. Peers come with ``pip install -e
'.[bench]'``. Nothing here is a test: figures depend on the machine and on what else it does.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    columnar,
    comparison,
    cost,
    crowded,
    engines,
    frames,
    grid,
    machine,
    many_sweeps,
    models,
    models_tracked,
    optimizers,
    page,
    scaling,
    startup,
    tables,
    tracking,
    training,
    wide,
)
from benchmarks.peers import PEERS
from benchmarks.progress import say
from benchmarks.tables import Section

PARTS = ("training", "wide", "models", "optimizers", "engines", "cost", "frames", "page", "tracking", "startup")


def main() -> None:
    """Measure what the command line asks for, and print the page."""
    options = _options()
    only = options.only.split(",") if options.only else [*PEERS, *PARTS]
    with tempfile.TemporaryDirectory(prefix="sweep-benchmarks-") as folder:
        parts = _parts(options, only, Path(folder))
        sections = []
        for name, measure in parts.items():
            say(f"— {name}")
            sections.append(measure())
    pages = [machine.describe(), *(section.text for section in sections)]
    print("\n\n".join([*pages, tables.bars([bar for section in sections for bar in section.bars])]))


def _parts(options: argparse.Namespace, only: list[str], folder: Path) -> dict[str, Callable[[], Section]]:
    """The sections asked for, not yet measured."""
    points, epochs, runs, quick = options.points, options.epochs, options.runs, options.quick
    peers = {name: peer for name, peer in PEERS.items() if name in only}
    slow = (2, 6) if quick else (12, 36)
    parts: dict[str, Callable[[], Section]] = {}
    if peers or "sweep" in only:
        parts["peers"] = lambda: comparison.section(
            peers, slow, (points, 10 * points), epochs, runs, folder / "peers", best_on_whole=not quick
        )
    if "training" in only:
        parts["training"] = lambda: training.section(
            grid.of(100 if quick else 1000, 500 if quick else 5000), runs, folder / "training"
        )
    if "wide" in only:
        parts["wide"] = lambda: wide.section(*((50, 20) if quick else (1000, 500)), runs, folder / "wide")
    if "models" in only:
        size = (20, 10) if quick else (1000, 200)
        parts["models"] = lambda: models.section(quick, runs, folder / "models")
        parts["models tracked"] = lambda: models_tracked.section(*size, runs, not quick, folder / "models-tracked")
    if "optimizers" in only:
        size = (64, 20) if quick else (1000, 2000)
        parts["optimizers"] = lambda: optimizers.section(*size, runs, folder / "optimizers")
    if "engines" in only:
        parts["engines"] = lambda: engines.section(
            *((50, 2, 20) if quick else (10_000, 16, 2000)), runs, folder / "engines"
        )
    if "cost" in only:
        parts["cost"] = lambda: cost.section(*((20, 40) if quick else (1000, 10_000)), folder / "cost")
    if "frames" in only:
        parts["frames"] = lambda: frames.section(grid.of(*((20, 40) if quick else (10_000, 1000))), folder / "frames")
    if "page" in only:
        parts["page"] = lambda: page.section((4,) if quick else (4, 1000, 10_000), folder / "page")
    if "tracking" in only:
        parts["tracking"] = lambda: tracking.section(50 if quick else 5000, runs, folder / "tracking")
    if "startup" in only:
        parts["startup"] = lambda: startup.section(10_000, runs, folder / "startup")
    if options.scaling:
        parts["scaling"] = lambda: scaling.section(
            (10, 100) if quick else (10, 100, 1000, 10_000),
            (100, 1000) if quick else (100, 1000, 5000),
            folder / "scaling",
        )
        parts["crowded"] = lambda: crowded.section((10, 100) if quick else (1000, 11_000, 110_000), folder / "crowded")
        parts["many sweeps"] = lambda: many_sweeps.section(
            (5, 50) if quick else (50, 500, 10_000), runs, folder / "many-sweeps"
        )
        parts["columnar"] = lambda: columnar.section(grid.of(1000 if quick else 100_000, 1000), folder / "columnar")
    return parts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description=(__doc__ or "").partition("\n")[0])
    names = [*PEERS, "sweep", *PARTS]
    parser.add_argument("--quick", action="store_true", help="small sizes, once: shows that everything works")
    parser.add_argument("--points", type=int, help="points of the grid, also run with ten times as many (1000)")
    parser.add_argument("--epochs", type=int, default=100, help="epochs a point (100)")
    parser.add_argument("--runs", type=int, help="repetitions, interleaved (3)")
    parser.add_argument("--only", metavar="A,B", help=f"some of {', '.join(names)}; sweep is ours and the floor alone")
    parser.add_argument(
        "--scaling",
        action="store_true",
        help="also ours over 10 to 10,000 points, 100 to 5,000 epochs, and beside up to 200,000 runs",
    )
    options = parser.parse_args()
    unknown = set(options.only.split(",") if options.only else ()) - set(names)
    if unknown:
        parser.error(f"--only: {', '.join(sorted(unknown))} is none of {', '.join(names)}")
    options.points = options.points or (10 if options.quick else 1000)
    options.runs = options.runs or (1 if options.quick else 3)
    return options


if __name__ == "__main__":
    main()
