"""A sweep that is given again until it ends by itself, however often it is killed or its store fails."""

import os
import random
import re
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.processes import forked, has_ended, leaves_others, wait

DEATHS = ("KILL", "KILL", "KILL", "TERM", "INT", "STOP")
"""Signals, by how often they are sent."""

LOSSES_A_CHUNK = 90

BEAT, STALE = 2.0, 20.0
"""Of a summary run, shorter than they are, as nobody waits here so long for what was killed."""

HANG = 90.0
"""Seconds beyond its patience, without a sign, after which a sweep counts as hanging; the machine may be loaded."""

AWAY = re.compile(r"cannot be used:|waits? in |the store fails|: not in this store|no sweep yet")
"""How a sweep says that its store is away: before anything is trained, exit code 1; later, 4."""


def start(words: tuple[str, ...], place: Path, log: Path, module: str = "sweep.__main__") -> int:
    """Start ``python -m sweep`` with ``words``, or another of its commands, in the folder ``place``."""

    def work() -> None:
        from importlib import import_module

        import sweep.tracking.summary
        import sweep.training.execute

        sys.argv = [module.removesuffix(".__main__"), *words]
        sweep.training.execute.CHUNK_LOSSES = LOSSES_A_CHUNK
        sweep.tracking.summary.BEAT, sweep.tracking.summary.STALE = BEAT, STALE
        import_module(module).main()

    return forked(work, place, log)


@dataclass
class Driver:
    """A sweep under way.

    Parameters
    ----------
    words : of its command.
    dice : decide when it dies.
    duration : seconds that the sweep takes where nobody disturbs it.
    most_deaths : times that it is disturbed; after that it is left alone.
    """

    words: tuple[str, ...]
    place: Path
    dice: random.Random
    duration: float
    most_deaths: int
    kills: int = 0
    codes: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _due: float = 0.0
    _frozen: bool = False

    def __post_init__(self) -> None:
        self.patience = self.dice.choice([2, 30])
        self.log = self.place / f"log-{self.dice.randrange(10**9)}"
        self._start(time.monotonic() + self.dice.uniform(0, self.duration / 2))

    def is_done(self) -> bool:
        """Let happen what is due; whether it has ended by itself, all of its points being done."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._due:
                self._go()
            return False
        if has_ended(self._process):
            return self._ended()
        if self._frozen and now >= self._due:
            os.killpg(self._process, signal.SIGCONT)
            self._frozen, self._due = False, float("inf")
        elif now >= self._due:
            self._disturb()
        if now - self._began > self.patience * (1 + self.kills) + HANG:
            self.wrong.append(f"{self.words}: hangs")
            os.killpg(self._process, signal.SIGABRT)
        return False

    def _start(self, at: float) -> None:
        self._process: int | None = None
        self._due, self._frozen, self._sent = at, False, ""

    def _go(self) -> None:
        self._size = self.log.stat().st_size if self.log.exists() else 0
        self._process = start((*self.words, f"tracking.patience={self.patience}"), self.place, self.log)
        self._began = time.monotonic()
        dies = self.kills < self.most_deaths
        self._due = self._began + self.dice.uniform(0, 1.5 * self.duration) if dies else float("inf")

    def _disturb(self) -> None:
        assert self._process is not None
        how = self.dice.choice(DEATHS)
        self.kills += 1
        os.killpg(self._process, getattr(signal, f"SIG{how}"))
        self._sent, self._frozen = how, how == "STOP"
        self._due = time.monotonic() + self.dice.uniform(0.1, 2) if self._frozen else float("inf")

    def _ended(self) -> bool:
        assert self._process is not None
        code = wait(self._process)
        self.codes.append(code)
        said = self.log.read_bytes()[self._size :].decode(errors="replace").partition("\nExtension modules:")[0]
        if leaves_others(self._process):
            self.wrong.append(f"{self.words}: leaves processes behind")
        if code in (1, 4):
            self.said.append(f"{code}: " + " ".join(re.findall("^sweep: .*", said, re.MULTILINE))[:200])
        by_signal = {"KILL": {-9}, "TERM": {-15, 143}, "INT": {-2, 130}}.get(self._sent, set())
        told = code in {0, *by_signal} or (code in (1, 4) and AWAY.search(said))
        if not told or "Traceback" in said or "FORK FAILED" in said:
            self.wrong.append(f"{self.words}, sent {self._sent or 'nothing'}: exit code {code}: {said[-3000:]}")
        self._start(time.monotonic() + self.dice.uniform(0, 1))
        return code == 0
