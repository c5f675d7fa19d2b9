"""A round of a storm: some sweeps at once, until all are done; then what they left is judged."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from tests.chaos import looks
from tests.chaos.drivers import STALE, Driver, start
from tests.chaos.processes import wait
from tests.chaos.stores import Storm

GRIDS = (("lr=range(1,6)", "scale=1e-3,1e-2", "epochs=40"), ("lr=range(4,9)", "scale=1e-3,1e-2", "epochs=40"))
"""Two sweeps that share points."""

CALM = 240.0
"""Seconds that a command may take where nobody disturbs it; the machine may be loaded."""


@dataclass(frozen=True)
class Most:
    """Sweeps at once, two or more; and times that each of them is disturbed, and each server in a round."""

    sweeps: int
    deaths: int
    hurts: int


@dataclass
class Count:
    """What was seen: what was hurt, how sweeps ended, what those said that gave their store up, and what is wrong."""

    drivers: int = 0
    servers: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, more: "Count") -> None:
        """Count ``more`` as well."""
        self.drivers, self.servers = self.drivers + more.drivers, self.servers + more.servers
        self.codes += more.codes
        self.wrong += more.wrong

    def __str__(self) -> str:
        """In a line, which ends with how much is wrong."""
        ends = ", ".join(f"{times} with {code}" for code, times in sorted(self.codes.items()))
        return f"sweeps hurt {self.drivers}, servers {self.servers}, ended {ends}; wrong={len(self.wrong)}"


@dataclass(frozen=True)
class Calm:
    """What two sweeps leave that nobody disturbs, and the seconds that one takes."""

    points: list[dict[str, Any]]
    summaries: list[tuple[str, str]]
    reports: Mapping[str, bytes]
    duration: float


def calm(storm: Storm) -> Calm:
    """Both sweeps, one after the other."""
    uri, database = storm.place_of("calm")
    began = time.monotonic()
    for grid in GRIDS:
        code, said = _command(storm.folder / "calm", (*grid, f"tracking.uri={uri}", "tracking.experiment=calm"))
        assert code == 0, said
    duration = (time.monotonic() - began) / len(GRIDS)
    found = looks.points(database, "calm")
    return Calm(found, looks.summaries(database, "calm"), looks.reports(storm.folder / "calm"), duration)


def disturbed(storm: Storm, name: str, seed: str, expected: Calm, most: Most) -> Count:
    """Two sweeps or more at once into the experiment ``name``, in a folder of their own or in one."""
    dice, count = random.Random(seed), Count()
    uri, database = storm.place_of(name)
    where = (f"tracking.uri={uri}", f"tracking.experiment={name}")
    grids = [GRIDS[0], *(dice.choice(GRIDS) for _ in range(dice.randint(1, most.sweeps - 1)))]
    together = dice.random() < 0.3
    places = [storm.folder / name / ("together" if together else f"apart-{number}") for number in range(len(grids))]
    storm.begin(random.Random(dice.random()), expected.duration, most.hurts)
    drivers = [
        Driver((*grid, *where), place, random.Random(dice.random()), expected.duration, most.deaths)
        for grid, place in zip(grids, places, strict=True)
    ]
    under_way, ended = drivers, 0
    while under_way:
        under_way = [driver for driver in under_way if not driver.is_done()]
        count.servers += storm.pass_over()
        before, ended = ended, sum(len(driver.codes) for driver in drivers)
        if ended > before and uri == database and not storm.hurt:  # A frozen one would be waited for, and not healed.
            count.wrong += _half_there(database, name)
        time.sleep(0.005)
    storm.end()
    for driver in drivers:
        count.drivers += driver.kills
        count.codes.update(driver.codes)
        count.said.update(driver.said)
        count.wrong += driver.wrong
    if any(status == "RUNNING" for _, status in looks.summaries(database, name)):
        time.sleep(max(0.0, looks.last_beat(database, name) + STALE + 1 - time.time()))
    given = dict.fromkeys([*zip(grids, places, strict=True), (GRIDS[1], places[0])])
    for grid, place in given:
        count.wrong += _given_again(place, grid, where, is_new=grid not in grids)
    count.wrong += [*_judged(database, name, expected)]
    for place in dict.fromkeys(places):
        count.wrong += _left(place, where, expected)
    count.wrong += _read(places[0], where, expected)
    return count


def _given_again(place: Path, grid: tuple[str, ...], where: tuple[str, ...], *, is_new: bool) -> Iterator[str]:
    """What is wrong where a sweep is given once more: it has nothing to train."""
    code, said = _command(place, (*grid, *where))
    if code != 0 or not (is_new or "done already, 0 to train" in said):
        yield f"{place.name}: {grid} given again: exit code {code}: {said[-3000:]}"


def _half_there(database: str, name: str) -> Iterator[str]:
    """What is wrong where sweeps were killed or work: no run of a point is there but whole, if the store answers."""
    with suppress(DBAPIError):
        if others := looks.statuses(database, name) - {"FINISHED"}:
            yield f"runs of points are {others}"


def _judged(database: str, name: str, expected: Calm) -> Iterator[str]:
    """What is wrong in the store."""
    yield from looks.differences(expected.points, looks.points(database, name))
    summaries = looks.summaries(database, name)
    if summaries != expected.summaries:
        yield f"summary runs: {summaries}"


def _left(place: Path, where: tuple[str, ...], expected: Calm) -> Iterator[str]:
    """What is wrong in a folder: a result that still waits there, a file that is another."""
    code, said = _command(place, where, "sweep.sync")
    if code != 0 or ((place / "outputs/spool").exists() and [*(place / "outputs/spool").iterdir()]):
        yield f"{place.name}: sync ends with {code} and leaves a spool: {said[-3000:]}"
    found = looks.reports(place)
    sweeps = {path.split("/")[0] for path in found}
    whole = {path: content for path, content in expected.reports.items() if path.split("/")[0] in sweeps}
    if odd := [path for path in {**whole, **found} if found.get(path) != whole.get(path)]:
        yield f"{place.name}: files differ: {odd}"


def _read(place: Path, where: tuple[str, ...], expected: Calm) -> Iterator[str]:
    """What is wrong where a sweep is reported from the store alone, and replayed."""
    for sweep_id, _ in expected.summaries:
        for module in ("sweep.report.__main__", "sweep.replay"):
            code, said = _command(place, (sweep_id[:8], *where), module)
            if code != 0:
                yield f"{place.name}: {module}: exit code {code}: {said[-3000:]}"


def _command(place: Path, words: tuple[str, ...], module: str = "sweep.__main__") -> tuple[int, str]:
    """The exit code of a command that nobody disturbs, and what it said."""
    place.mkdir(parents=True, exist_ok=True)
    log = place / "log-of-calm"
    log.unlink(missing_ok=True)
    code = wait(start(words, place, log, module), CALM)
    return code, log.read_text(errors="replace")
