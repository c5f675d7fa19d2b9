"""Results that the store did not take: kept under ``outputs/spool`` until ``python -m sweep.sync`` delivers them.

A spool is a folder, readable by its owner alone, that holds its sweep's plan, data and results; every file is written
whole and carries its checksum in its name or is checked against the plan. Nothing in it is executed, and no password of
a tracking URI is kept: the command that delivers has it from the command line or the environment.
"""

import errno
import json
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweep import plain_file
from sweep.errors import StoreAway, printable
from sweep.outputs import OWN_SPOOL, SPOOL, own_spool, write_atomically
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.redaction import masked
from sweep.settings.composition import tracking_overrides
from sweep.settings.schema import Tracking
from sweep.tracking import (
    data_files,
    deadline,
    documents,
    expected,
    manifest,
    parts,
    spooled_leavings,
    spooled_results,
    typed,
)
from sweep.tracking.attempt import Attempt
from sweep.tracking.forms import SpooledSweep, check_execution, check_tracking
from sweep.tracking.spool_folders import alone
from sweep.training.curve import Curve, Failure, Result
from sweep.verdict.sentences import plural

DESCRIPTION = "sweep.json"

MOST_DESCRIPTION = 16 << 20
"""Bytes of a spool's description, which holds a command line."""

Pairs = Sequence[tuple[Point, Result]]
Write = Callable[[Pairs, Callable[[], None]], None]


class Spool:
    """The spool of a sweep, there with the first results; in a folder for temporary files where its place is blocked.

    Parameters
    ----------
    known : by key, the newest attempt of each point before this execution.
    execution : from :func:`sweep.provenance.this_execution`.
    """

    def __init__(self, plan: Plan, tracking: Tracking, known: Mapping[str, Attempt], execution: dict[str, Any]) -> None:
        self.folder, self.count = own_spool() / plan.sweep_id, 0
        self._plan, self._tracking, self._known, self._execution = plan, tracking, known, execution
        self._away: StoreAway | None = None
        self._begun: list[Path] = []

    def behind(self, write: Write) -> Write:
        """``write``, until it raises ``StoreAway``; from then on, :meth:`keep`, in one place or the other."""

        def write_or_keep(pairs: Pairs, tick: Callable[[], None]) -> None:
            if self._away is None:
                try:
                    return write(pairs, tick)
                except StoreAway as away:
                    self._away = away
                    print(f"The store fails: {printable(away.reason)}", file=sys.stderr)
            return self._keep_somewhere(pairs, tick)

        return write_or_keep

    def check(self) -> None:
        """Raise ``StoreAway`` if anything had to be kept."""
        if self._away is None:
            return
        places = " and ".join(f"{folder}/" for folder in self._begun)
        steps = f"{self._away.cure}; then" if self._away.cure else "once the store is back,"
        away, here = [str(each) for each in self._begun if each.parent not in (SPOOL, OWN_SPOOL)], own_spool()
        if away:
            steps = f"make room for them here, mkdir -p {here} && mv {shlex.join(away)} {here}/; {steps}"
        waiting = f"{plural(self.count, 'result')} {'waits' if self.count == 1 else 'wait'}"
        sync = " ".join(["sweep sync", *tracking_overrides(self._tracking)])
        raise StoreAway(
            self._away.reason,
            f"{waiting} in {places}; {steps} {sync} or the same command delivers them",
        )

    def take_over(self, away: StoreAway, chunks: Iterable[Pairs]) -> None:
        """Keep as well what the store had taken before it was ``away`` for good; raise as :meth:`check` does."""
        self._away = self._away or away
        for pairs in chunks:
            self._keep_somewhere(pairs, lambda: None)
        if not self.count:
            raise self._away
        self.check()

    def keep(self, pairs: Pairs, tick: Callable[[], None]) -> None:
        """Keep a chunk; ``tick`` is called once a point."""
        with deadline.within(self._tracking.patience), alone(self.folder):
            # Another command may have delivered, and deleted, what was here.
            if self.folder not in self._begun or not (self.folder / manifest.PATH).exists():
                self._begin()
            curves = [(point, result) for point, result in pairs if isinstance(result, Curve)]
            failures = [(point, result) for point, result in pairs if isinstance(result, Failure)]
            for point, result in pairs:  # First: whoever finds a result finds what it left.
                spooled_leavings.write(self.folder, point.key, result.leavings)
            spooled_results.write_failures(self.folder, failures, self._known)
            for part in parts.cut(curves):
                path, content = parts.encode([point.key for point, _ in part], [curve for _, curve in part])
                write_atomically(self.folder / path, content)
            if self.folder not in self._begun:
                self._begun.append(self.folder)
                print(f"Results are kept in {self.folder}/ from here on.", file=sys.stderr)
        self.count += len(pairs)
        for _ in pairs:
            tick()

    def _keep_somewhere(self, pairs: Pairs, tick: Callable[[], None]) -> None:
        """Keep a chunk in the spool's place; where that fails, in a fresh folder for temporary files from then on."""
        try:
            return self.keep(pairs, tick)
        except OSError as error:
            first = error
        before = self.folder
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=f"{self._plan.sweep_id}-"))
            print(f"{before}/ cannot be written: {first.strerror}.", file=sys.stderr)
            return self.keep(pairs, tick)
        except OSError as error:
            self.folder = before
            raise self._lost(first, error) from error

    def _lost(self, first: OSError, second: OSError) -> StoreAway:
        """Nothing of this machine takes results: what to do, by what stands in the way."""
        full = {first.errno, second.errno} & {errno.ENOSPC, errno.EDQUOT}
        step = "free some space" if full else "go to a folder that can be written"
        return StoreAway(
            f"{self._away.reason if self._away else ''}; and {self.folder}/ cannot keep results: {first.strerror}; nor"
            f" can a folder for temporary files: {second.strerror}",
            f"{step}; the same command then delivers what was kept, and goes on from there",
        )

    def _begin(self) -> None:
        if self.folder.is_dir() and any(self.folder.iterdir()):  # What waits there may be for another store.
            self.folder = Path(tempfile.mkdtemp(prefix=f"{self.folder.name}-", dir=self.folder.parent))
        for folder in (self.folder.parent, self.folder):  # What is there keeps its mode, as a link, or another's.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in data_files.files(self._plan):
            write_atomically(self.folder / path, content)
        tracking = asdict(self._tracking) | {"uri": masked(self._tracking.uri)}
        document = {"checksum": "", "tracking": tracking, "execution": self._execution}
        content = json.dumps(document, ensure_ascii=False).encode()
        write_atomically(self.folder / DESCRIPTION, documents.seal(content))
        # Last: with it, the folder is a spool.
        write_atomically(self.folder / manifest.PATH, manifest.encode(self._plan, {}))


@dataclass(frozen=True)
class Spooled:
    """A spool as it is read.

    Parameters
    ----------
    plan, tracking, execution : of the sweep that filled it.
    results : by key.
    numbers : of each failed point, the attempt that failed.
    damaged : names of files whose bytes are not those that their names promise; ``files`` are all that were there.
    leavings : by key, the file with what a training function left beside its result.
    """

    folder: Path
    plan: Plan
    tracking: Tracking
    execution: dict[str, Any]
    results: Mapping[str, Result]
    numbers: Mapping[str, int]
    damaged: Sequence[str]
    files: Set[Path]
    leavings: Mapping[str, Path]

    def remove(self) -> None:
        """Delete the folder, of a link the link alone: what it held is in the store.

        It stays where another command has kept more in it.

        Raises
        ------
        OSError : it may not be deleted, as another user's.
        """
        with alone(self.folder):
            if self.folder.is_symlink():
                self.folder.unlink()
            elif self.folder.exists() and _files(self.folder) <= self.files:
                shutil.rmtree(self.folder)


def read(folder: Path) -> Spooled:
    """The spool in ``folder``.

    Raises
    ------
    OSError, ValueError, BadInput : the plan, the data or the description is not whole; the message names the file.
    """
    with alone(folder):
        plan, _ = manifest.read(lambda path, value_of: value_of(plain_file.read(folder / path, expected.most(path))))
        content = plain_file.read(folder / DESCRIPTION, MOST_DESCRIPTION)
        sweep = typed.load(content, SpooledSweep, DESCRIPTION)
        check_tracking(sweep.tracking, f"{DESCRIPTION}: tracking")
        check_execution(sweep.execution, f"{DESCRIPTION}: execution")
        documents.check(content, sweep.checksum, DESCRIPTION)
        found = spooled_results.read(folder, plan)
        left = spooled_leavings.found(folder)
        return Spooled(folder, plan, sweep.tracking, sweep.execution, *found, _files(folder), left)


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")}
