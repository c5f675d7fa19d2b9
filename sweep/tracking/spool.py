"""Results that the store did not take: kept under ``outputs/spool`` until ``python -m sweep.sync`` delivers them.

A spool is a folder, readable by its owner alone, that holds its sweep's plan, data and results; every file is written
whole and carries its checksum in its name or is checked against the plan. Nothing in it is executed, and no password of
a tracking URI is kept: the command that delivers has it from the command line or the environment.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sweep.errors import StoreAway
from sweep.outputs import SPOOL, write_atomically
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.redaction import without_secrets
from sweep.settings.schema import Tracking
from sweep.tracking import manifest, parts
from sweep.tracking.attempt import Attempt
from sweep.training.curve import Curve, Failure, Result

Pairs = Sequence[tuple[Point, Result]]
Write = Callable[[Pairs, Callable[[], None]], None]


class Spool:
    """The spool of a sweep; it comes into being with the first results.

    Parameters
    ----------
    known : by key, the newest attempt of each point before this execution.
    execution : from :func:`sweep.provenance.this_execution`.
    """

    def __init__(self, plan: Plan, tracking: Tracking, known: Mapping[str, Attempt], execution: dict[str, Any]) -> None:
        self.folder, self.count = SPOOL / plan.sweep_id, 0
        self._plan, self._tracking, self._known, self._execution = plan, tracking, known, execution
        self._reason = ""

    def behind(self, write: Write) -> Write:
        """``write``, until it raises ``StoreAway``; from then on, :meth:`keep`."""

        def write_or_keep(pairs: Pairs, tick: Callable[[], None]) -> None:
            if not self._reason:
                try:
                    return write(pairs, tick)
                except StoreAway as away:
                    self._reason = away.reason
                    print(
                        f"The store fails: {away.reason}\nResults are kept in {self.folder}/ from here on.",
                        file=sys.stderr,
                    )
            try:
                return self.keep(pairs, tick)
            except OSError as error:
                raise StoreAway(
                    f"{self._reason}; and {self.folder}/ cannot keep results: {error.strerror}",
                    "free some space; the same command then goes on from what the store has",
                ) from error

        return write_or_keep

    def check(self) -> None:
        """Raise ``StoreAway`` if anything had to be kept."""
        if self._reason:
            raise StoreAway(
                self._reason,
                f"{self.count:,} results wait in {self.folder}/; once the store is back, python -m sweep.sync or the"
                " same command delivers them",
            )

    def keep(self, pairs: Pairs, tick: Callable[[], None]) -> None:
        """Keep a chunk; ``tick`` is called once a point."""
        if not self.count:
            self._begin()
        curves = [(point.key, result) for point, result in pairs if isinstance(result, Curve)]
        failures = [self._failure(point, result) for point, result in pairs if isinstance(result, Failure)]
        if failures:
            content = json.dumps(failures, ensure_ascii=False).encode()
            write_atomically(self.folder / f"failures/{hashlib.sha256(content).hexdigest()}.json", content)
        if curves:
            path, content = parts.encode([key for key, _ in curves], [curve for _, curve in curves])
            write_atomically(self.folder / path, content)
        self.count += len(pairs)
        for _ in pairs:
            tick()

    def _begin(self) -> None:
        self.folder.parent.mkdir(exist_ok=True)
        self.folder.parent.chmod(0o700)
        for path, content in manifest.data_files(self._plan):
            write_atomically(self.folder / path, content)
        tracking = asdict(self._tracking) | {"uri": without_secrets(self._tracking.uri)}
        document = {"tracking": tracking, "execution": self._execution}
        write_atomically(self.folder / "sweep.json", json.dumps(document, ensure_ascii=False).encode())
        write_atomically(
            self.folder / manifest.PATH, manifest.encode(self._plan, {})
        )  # Last: with it, the folder is a spool.

    def _failure(self, point: Point, failure: Failure) -> dict[str, Any]:
        known = self._known.get(point.key)
        return {"key": point.key, "attempt": known.number + 1 if known else 1, **asdict(failure)}


@dataclass(frozen=True)
class Spooled:
    """A spool as it is read.

    Parameters
    ----------
    plan, tracking, execution : of the sweep that filled it.
    results : by key.
    numbers : of each failed point, the attempt that failed.
    damaged : names of files whose bytes are not those that their names promise.
    """

    folder: Path
    plan: Plan
    tracking: Tracking
    execution: dict[str, Any]
    results: Mapping[str, Result]
    numbers: Mapping[str, int]
    damaged: Sequence[str]

    def remove(self) -> None:
        """Delete the folder: what it held is in the store."""
        shutil.rmtree(self.folder)


def folders(sweep_id: str = "*") -> list[Path]:
    """The spools that have a plan."""
    return sorted(path.parent for path in SPOOL.glob(f"{sweep_id}/{manifest.PATH}"))


def read(folder: Path) -> Spooled:
    """The spool in ``folder``.

    Raises
    ------
    OSError, ValueError, KeyError : the plan, the data or the description is not whole.
    """
    plan, _ = manifest.decode((folder / manifest.PATH).read_bytes(), lambda path: (folder / path).read_bytes())
    document = json.loads((folder / "sweep.json").read_bytes())
    results: dict[str, Result] = {}
    numbers: dict[str, int] = {}
    damaged: list[str] = []
    dtypes = {point.key: np.dtype(str(point.dtype)) for point in plan.points}
    for key, result, number in _results(folder, damaged):
        if isinstance(result, Curve):
            result = replace(result, losses=result.losses.astype(dtypes[key], copy=False))
        results[key] = result
        if number:
            numbers[key] = number
    return Spooled(
        folder,
        plan,
        tracking=Tracking(**document["tracking"]),
        execution=document["execution"],
        results=results,
        numbers=numbers,
        damaged=damaged,
    )


def _results(folder: Path, damaged: list[str]) -> Iterator[tuple[str, Result, int]]:
    for path in sorted(folder.glob("failures/*.json")):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != path.stem:
            damaged.append(str(path))
            continue
        for row in json.loads(content):
            yield row["key"], Failure(row["kind"], row["message"], row["traceback"]), row["attempt"]
    for path in sorted(folder.glob("curves/*.parquet")):
        try:
            rows = parts.decode(f"curves/{path.name}", path.read_bytes())
        except parts.DamagedPart:
            damaged.append(str(path))
            continue
        yield from ((key, curve, 0) for key, curve in rows)
