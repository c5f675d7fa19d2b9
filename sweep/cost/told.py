"""What a sweep will take, as values, and in words and a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sweep.cost.asked import BATCH, PROCESSES, Asked
from sweep.cost.forecast import Forecast, Sweep
from sweep.plan import size
from sweep.tracking.location import database_file, is_server

UNITS = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


@dataclass(frozen=True)
class Row:
    """An engine, with what it takes.

    Parameters
    ----------
    engine : its name, as ``hydra/launcher`` takes it.
    workers : how many it is given, though there may be work for fewer; 0 where the driver trains.
    driver, worker : bytes of memory at most; of no worker None.
    chosen : whether it is the one that the command asks for.
    """

    engine: str
    workers: int
    forecast: Forecast
    driver: float
    worker: float | None
    chosen: bool

    @property
    def name(self) -> str:
        """The engine in words, with its workers."""
        count = self.workers
        return f"{self.engine}, {count:,} worker{'s' * (count > 1)}" if count else "in this process"


@dataclass(frozen=True)
class Cost:
    """What a sweep takes.

    Parameters
    ----------
    rows : an engine each.
    longer : a training function was not through: nobody knows how much longer it takes.
    bytes : that the store grows by.
    measured : what was measured, in a sentence; and ``shares``, what the work goes to.
    doubts : what no figure holds, a sentence each.
    """

    rows: Sequence[Row]
    longer: bool
    bytes: int
    measured: str
    shares: str
    doubts: Sequence[str]

    def lines(self) -> Iterator[str]:
        """A line each, the table among them."""
        yield self.measured
        yield from table(self.rows, self.longer)
        yield self.shares
        yield f"The store grows by {size.readable(self.bytes)}."
        yield from self.doubts


def lasting(seconds: float) -> str:
    """Two digits: ``0.42 s``, ``7.5 min``, ``31 h``; from a hundred days on as many as it takes."""
    length, name = next((each for each in UNITS if seconds >= 1.995 * each[0]), UNITS[-1])
    return f"{_two(seconds / length)} {name}"


def _two(value: float) -> str:
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}" if value >= 0.995 else f"{value:.2g}"


def table(rows: Sequence[Row], longer: bool) -> list[str]:
    """A line an engine, under a line of names; ``longer`` says that nobody knows how much longer it takes."""
    cells = [["engine", "time", "chunks", "memory", "of a worker", ""]]
    for row in rows:
        found = row.forecast
        cells.append(
            [
                row.name,
                "over " * longer + lasting(found.seconds),
                f"{found.chunks:,} of up to {found.largest:,}",
                size.readable(int(row.driver)),
                "" if row.worker is None else size.readable(int(row.worker)),
                "this command" if row.chosen else "",
            ]
        )
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def measured(seconds: float, timed: int, kinds: int) -> str:
    """What was measured: so many ``seconds`` of training, of ``timed`` of ``kinds`` of points."""
    of = f", {timed:,} of {kinds:,} kinds of points" if kinds > 1 else ""
    return f"Measured in this process: {lasting(seconds)} of training{of}; and some runs in a store that is gone again."


def elsewhere(uri: str) -> list[str]:
    """That the store ``uri`` was not measured, where it is none of SQLite."""
    if database_file(uri) is not None:
        return []
    what = "a server" if is_server(uri) else "a database server"
    return [f"Tracking and bytes are those of a SQLite store on this machine; {what} may take longer, by its network."]


def endless(longer: bool) -> list[str]:
    """That no time is known of a training function that was not through."""
    told = "A training function was not through in two seconds: nobody knows how long it takes."
    return [told] if longer else []


def alike(cores: int) -> list[str]:
    """Why engines of a machine with a single core take the same time."""
    told = "This process may use one core: workers share it, and take as long as this process alone."
    return [told] if cores == 1 else []


def shares(found: Forecast, sweep: Sweep) -> str:
    """What the work goes to, of all processes together."""
    parts = {
        "training": found.training,
        "tracking": found.tracking,
        "the report": sweep.report,
        "starting": sweep.start + max(found.workers, 1) * sweep.making,
    }
    told = ", ".join(f"{name} {100 * part / sum(parts.values()):.0f} %" for name, part in parts.items())
    return f"Of the work: {told}."


def unknown(asked: Asked, known: bool) -> list[str]:
    """What no figure here holds, of an engine beyond this machine."""
    if asked.launcher in (BATCH, PROCESSES):
        return []
    engine = f"hydra/launcher={asked.launcher}"
    if not known:
        return [
            f"{engine}: its work is that of one worker; how it is shared out, started and queued is not known here."
        ]
    return [f"{engine}: as if each worker were as fast as this machine; without starting them, and the queue."]
