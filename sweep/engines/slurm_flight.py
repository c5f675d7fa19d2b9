"""Jobs under way: looked after, their results taken, those that are lost tried once more, and all ended."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from sweep.engines.answer import Chunk, Lost
from sweep.engines.engine import Chunk as Results
from sweep.engines.pool import points_told, tried_again
from sweep.engines.slurm_folder import End, Folder, Job, Part
from sweep.engines.slurm_pack import LEAST, Packer
from sweep.engines.slurm_queue import Queue
from sweep.engines.slurm_submission import Submission
from sweep.errors import BadInput, printable
from sweep.plan.point import Point
from sweep.redaction import without_secrets
from sweep.training.curve import Failure

STILLBORN = 3
"""Jobs that may end before they begin, where none has begun; then something is wrong with all of them."""

SILENCE = 60.0
"""Seconds in which no job has begun before it is said why; then four times as long before that is said again."""

TAIL = 4000
"""Characters of what a lost job wrote that are kept."""


class Flight:
    """See above; to be closed.

    Parameters
    ----------
    wanted : points whose results are wanted, by key; taken out as they come.

    Attributes
    ----------
    told : how it is shared out, and how it was, in a sentence.
    """

    def __init__(self, queue: Queue, wanted: dict[str, Point]) -> None:
        self._queue, self.wanted = queue, wanted
        self._packer: Packer | None = None
        self._submission: Submission | None = None
        self._folders: list[Folder] = []
        self._jobs: dict[tuple[Folder, int], Job] = {}
        self._asked = float("-inf")
        self._has_begun, self._stillborn = False, 0
        self._silence, self._quiet_until = SILENCE, time.monotonic() + SILENCE
        self._found = self._lost_jobs = 0
        self._is_closed = False
        self._ends: list[End] = []

    def take_over(self, folder: Folder, jobs: Sequence[Job]) -> None:
        """Go on with ``jobs`` of a driver that is gone, as far as their points are wanted."""
        self._folders.append(folder)
        for job in jobs:
            job.left &= self.wanted.keys() - self.expected
            if job.left:
                self._jobs[folder, job.number] = job
        self._found = len(self._jobs)
        self._queue.cancel([job.id for job in jobs if job.id and not job.left])

    @property
    def expected(self) -> Set[str]:
        """Keys of points that are under way."""
        return {key for job in self._jobs.values() for key in job.left}

    def chunks(self, packer: Packer, submission: Submission) -> Iterator[Results]:
        """All that comes, until nothing is left; empty where a job was just submitted, or a look brought nothing."""
        self._packer, self._submission = packer, submission
        self._submit()
        if self._jobs:
            yield []
        while self._jobs or submission.has_more:
            yield from self._look(packer)
            yield []
            self._submit()

    def _submit(self) -> None:
        assert self._submission
        for job in self._submission.submit(len(self._jobs)):
            self._jobs[job.folder, job.number] = job
        if self._submission.folder and self._submission.folder not in self._folders:
            self._folders.append(self._submission.folder)

    def _look(self, packer: Packer) -> Iterator[Results]:
        now, jobs = time.monotonic(), dict(self._jobs)
        there: Mapping[str, str] | None = None
        if now - self._asked >= self._queue.every:
            there, self._asked = self._queue.at_work(), now
        if there is not None:
            for each in jobs.values():
                each.missed = 0.0 if each.id in there else each.missed or now
        for folder in list(self._folders):
            names = folder.names()  # After the queue was asked: what has left it has written all it will.
            for name in names:
                job = jobs.get((folder, int(name.partition(".")[0]))) if name[0].isdigit() else None
                if job and name.endswith(".begun"):
                    job.begun = job.begun or now
                    self._has_begun = True
                elif job and name.endswith(".part"):
                    yield from self._results(job, name, packer)
            for job in [each for each in jobs.values() if each.folder is folder]:
                yield from self._after(job, f"{job.number}.end" in names)
        if not self._has_begun and now > self._quiet_until:
            if why := self._queue.waiting():
                print(f"sweep: jobs wait in Slurm's queue: {printable(why)}", file=sys.stderr, flush=True)
            self._silence, self._quiet_until = 4 * self._silence, now + 4 * self._silence
        if not packer.is_measured:
            for job in self._jobs.values():
                if job.begun and now - job.begun > LEAST:
                    packer.learn(job.chunk.points, now - job.begun)

    def _results(self, job: Job, name: str, packer: Packer) -> Iterator[Results]:
        part: Part = job.folder.read(name)
        pairs = [(self.wanted.pop(key), result) for key, result in part.results if key in self.wanted]
        job.left -= {key for key, _ in part.results}
        job.brought = True
        if pairs:
            packer.learn([point for point, _ in pairs], part.seconds)
            self._submit()
            yield pairs
        job.folder.forget(name)  # Whoever has taken them has them for good.

    def _after(self, job: Job, has_ended: bool) -> Iterator[Results]:
        """Settle ``job`` where it is over."""
        if has_ended:
            end: End = job.folder.read(f"{job.number}.end")
            if end.refused:
                raise BadInput(*end.refused)
            if not job.left & self.wanted.keys():
                self._ends.append(end)
                del self._jobs[job.folder, job.number]
                return
            job.missed = job.missed or time.monotonic()
        if job.missed and time.monotonic() - job.missed >= self._queue.late:
            yield from self._lost(job)

    def _lost(self, job: Job) -> Iterator[Results]:
        ending = self._queue.ending(job.id)
        del self._jobs[job.folder, job.number]
        self._lost_jobs += 1
        if not job.begun and not self._has_begun:
            self._stillborn += 1
            if self._stillborn == STILLBORN:
                raise _none_begins(job, ending.words)
        assert self._submission
        points = [point for point in job.chunk.points if point.key in job.left & self.wanted.keys()]
        if job.brought:  # Whatever it was, it did not come at once.
            self._submission.again.append(Chunk(points))
            return
        kind, again = ("TimeLimit", False) if ending.late else ("WorkerDied", True)
        message = ending.words if ending.late else f"{ending.words}, each time"
        parts = tried_again(Chunk(points, job.chunk.tries), Lost(kind, message, again))
        self._submission.again.extend(parts)
        if not parts:
            (point,) = points
            del self.wanted[point.key]
            where = job.folder.read(f"{job.number}.begun") if job.begun else {}
            yield [(point, Failure(kind, message, _log(job), where))]

    @property
    def told(self) -> str:
        """See above."""
        submitted, ends = self._submission, self._ends
        if not submitted or not self._is_closed:
            found = f"Jobs found again: {self._found:,}." if self._found else ""
            return " ".join(filter(None, (found, submitted.told if submitted else "")))
        parts = [f"Jobs: {submitted.jobs:,}, of up to {points_told(submitted.largest)}"] * bool(submitted.jobs)
        parts += [f"jobs found again: {self._found:,}"] * bool(self._found)
        parts += [f"jobs lost: {self._lost_jobs:,}"] * bool(self._lost_jobs)
        if ends:
            lost, largest = sum(end.lost for end in ends), max(end.largest for end in ends)
            parts.append(f"workers: {sum(each['count'] for each in self.workers):,}")
            parts.append(f"chunks: {sum(end.chunks for end in ends):,}, of up to {points_told(largest)}")
            parts += [f"workers lost: {lost:,}"] * bool(lost)
        return ("; ".join(parts) + ".").capitalize() if parts else ""

    @property
    def workers(self) -> list[dict[str, Any]]:
        """What is known of those that trained, each kind with its ``count``."""
        counts: Counter[tuple[tuple[str, Any], ...]] = Counter()
        for each in (each for end in self._ends for each in end.workers):
            counts[tuple((name, value) for name, value in each.items() if name != "count")] += each["count"]
        return [dict(kind) | {"count": count} for kind, count in counts.items()]

    def close(self) -> None:
        """End what is at work, and delete all files."""
        self._is_closed = True
        if self._jobs:
            self._queue.cancel([job.id for job in self._jobs.values() if job.id])
        own = self._submission.folder if self._submission else None
        folders = {*self._folders, *([own] if own else [])}
        for folder in folders:
            folder.remove()
        self._queue.settle()
        for folder in folders:  # A job may have been at writing.
            folder.remove()


def _none_begins(job: Job, words: str) -> BadInput:
    last = _log(job).strip().splitlines()[-1:]
    return BadInput(
        f"hydra/launcher=sweep_slurm: jobs end before they begin: {words}" + "".join(f": {each}" for each in last),
        f"jobs that can import sweep and torch, and see the folder {job.folder.path.parent}",
        "give hydra.launcher.folder=… that all nodes see, or hydra.launcher.setup=[…] that makes Python ready",
    )


def _log(job: Job) -> str:
    """The end of what it wrote as an error."""
    path = job.folder.path / "submitit" / f"{job.id.partition('@')[0]}_0_log.err"
    try:
        return without_secrets(path.read_text(encoding="utf-8", errors="replace")[-TAIL:])
    except OSError:
        return ""
