"""Ours, the floor and the peers on the same grids, interleaved; medians, ratios, and what a further run costs."""

import shutil
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import grid as grids
from benchmarks.peers import FLOOR, OURS, Peer
from benchmarks.process import Usage
from benchmarks.progress import say
from benchmarks.tables import Bar, Section, megabytes, seconds, table

LONG = 60.0
"""Seconds beyond which a run is not repeated."""


@dataclass
class Timing:
    """What a peer took, by the number of points."""

    peer: Peer
    usages: dict[int, list[Usage]] = field(default_factory=dict)

    def run(self, points: int, epochs: int, folder: Path) -> None:
        """Run the peer once, in an empty folder that is removed afterwards."""
        here = folder / self.peer.command[1]
        usage = self.peer.run(grids.of(points, epochs), here)
        shutil.rmtree(here)
        self.usages.setdefault(points, []).append(usage)
        say(f"{self.peer.name}, {grids.of(points, epochs)}: {usage.seconds:.1f} s")

    def is_long(self, points: int) -> bool:
        """Whether a run took so long that one must do."""
        return any(usage.seconds > LONG for usage in self.usages.get(points, ()))

    def median(self, points: int) -> float:
        """Median time of a whole process, in seconds."""
        return statistics.median(usage.seconds for usage in self.usages[points])

    def slope(self, small: int, large: int) -> float:
        """What a further run costs between two sizes, in seconds."""
        return (self.median(large) - self.median(small)) / (large - small)

    def row(self, small: int, large: int) -> list[str]:
        """The cells of a table for two sizes."""
        times = [seconds([usage.seconds for usage in self.usages[points]]) for points in (small, large)]
        peak = max(usage.peak for usage in self.usages[large])
        return [self.peer.name, *times, f"{1000 * self.slope(small, large):.3g} ms", megabytes(peak)]


def section(
    peers: Mapping[str, Peer],
    slow: tuple[int, int],
    fast: tuple[int, int],
    epochs: int,
    runs: int,
    folder: Path,
    best_on_whole: bool,
) -> Section:
    """Run everyone on the small grids of ``slow``, and ours and the floor on those of ``fast`` as well.

    Parameters
    ----------
    peers : those besides ours and the floor; one that is not installed is listed as such.
    best_on_whole : also run the quickest peer, once, on the first grid of ``fast``; otherwise its time there is
        extrapolated.
    """
    there = [peer for peer in peers.values() if not peer.missing]
    floor, ours, *others = timings = [Timing(peer) for peer in (FLOOR, OURS, *there)]
    Timing(FLOOR).run(slow[0], epochs, folder)  # Not counted: the first process also reads every library from disk.
    for _ in range(runs):
        for timing in timings:
            for points in sorted({*slow, *fast}) if timing in (floor, ours) else slow:
                if not timing.is_long(points):
                    timing.run(points, epochs, folder)
    header = ["", *(f"{points:,} points" for points in slow), "a further run", "peak memory, largest process"]
    absent = [[peer.name, "not installed", "", "", ""] for peer in peers.values() if peer.missing]
    text = [
        f"## Peers, {epochs} epochs a point; what takes over {LONG:.0f} s, once\n",
        table(header, [*(t.row(*slow) for t in timings), *absent]),
    ]
    header[1:3] = [f"{points:,} points" for points in fast]
    text += [
        f"\n## Ours and the floor, {epochs} epochs a point\n",
        table(header, [t.row(*fast) for t in (floor, ours)]),
    ]
    best, note = _best(others, slow, fast[0], epochs, folder, best_on_whole)
    return Section("\n".join(text) + note, _bars(ours, floor, best, others, slow, fast, epochs))


def _best(
    others: Sequence[Timing], slow: tuple[int, int], whole: int, epochs: int, folder: Path, measured: bool
) -> tuple[float | None, str]:
    """Time of the quickest peer on the whole grid, and a sentence that says how it is known."""
    if not others:
        return None, ""
    guesses = {id(each): each.median(slow[1]) + each.slope(*slow) * (whole - slow[1]) for each in others}
    best = min(others, key=lambda each: guesses[id(each)])
    if whole in best.usages:
        return best.median(whole), f"\n\nBest peer on {whole:,} points: {best.peer.name}."
    if not measured:
        return guesses[id(best)], f"\n\nBest peer on {whole:,} points: {best.peer.name}, extrapolated" + (
            f" {guesses[id(best)]:.3g} s."
        )
    best.run(whole, epochs, folder)
    return best.median(
        whole
    ), f"\n\nBest peer on {whole:,} points: {best.peer.name}, {best.median(whole):.3g} s, run once."


def _bars(
    ours: Timing,
    floor: Timing,
    best: float | None,
    others: Sequence[Timing],
    slow: tuple[int, int],
    fast: tuple[int, int],
    epochs: int,
) -> list[Bar]:
    whole, further = grids.of(fast[0], epochs), f"each further run, {fast[0]:,} to {fast[1]:,} points × {epochs} epochs"
    time, slope = ours.median(fast[0]), ours.slope(*fast)
    # Over the whole grid where it was run: between two small ones, start-up differs by more than runs cost.
    spans = {id(each): (slow[1], fast[0]) if fast[0] in each.usages else slow for each in others}
    cheapest = min((each.slope(*spans[id(each)]) for each in others), default=None)
    return [
        Bar(f"{whole}, whole process, of the floor", 2, time / floor.median(fast[0])),
        Bar(f"{whole}, whole process, of the best peer", 1 / 5, time / best if best else None),
        Bar(further, 2, 1000 * slope, "ms"),
        Bar(f"{further}, of the best peer's", 1 / 25, slope / cheapest if cheapest and cheapest > 0 else None),
    ]
