"""Submit jobs: as many as are free, in arrays, few at a time where the cluster takes no more."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from sweep.engines.answer import Chunk
from sweep.engines.pool import points_told
from sweep.engines.slurm_folder import Array, Folder, Job, Order
from sweep.engines.slurm_pack import Packer
from sweep.engines.slurm_queue import NAME, Queue, Refused

MOST = 1000
"""Jobs that are submitted at a time: what bounds the files, however large a sweep."""

PATIENCE = 30.0
"""Seconds before jobs are submitted again that were not taken while others are under way."""


class Submission:
    """Of one driver.

    Parameters
    ----------
    below : where it has its folder, once there is something to submit.
    at_once : jobs at a time.

    Attributes
    ----------
    again : what is to be tried once more.
    jobs, arrays, largest : how many were submitted, and points of the largest.
    told : what was submitted, at first and once it was known how long points take, in a sentence.
    """

    def __init__(self, queue: Queue, below: Path, order: Order, packer: Packer, at_once: int) -> None:
        self._queue, self._below, self._order, self._packer, self._at_once = queue, below, order, packer, at_once
        self._most, self._not_before = MOST, 0.0
        self.folder: Folder | None = None
        self.again: deque[Chunk] = deque()
        self.jobs = self.arrays = self.largest = 0
        self.told, self._tells_pace = "", False

    @property
    def has_more(self) -> bool:
        """Whether anything is left to be submitted."""
        return bool(self.again) or self._packer.has_more

    def submit(self, flying: int) -> Iterator[Job]:
        """Submit what may be beside ``flying`` jobs: once half of all are free, or something is to be tried again."""
        free = self._at_once - flying
        waits = flying and free < max(1, self._at_once // 2) and not self.again
        if free < 1 or waits or time.monotonic() < self._not_before:
            return
        batch = list(self._batch(min(self._most, free * self._queue.most), flying))
        arrays = [batch[start : start + self._queue.most] for start in range(0, len(batch), self._queue.most)]
        for place, chunks in enumerate(arrays):
            try:
                yield from self._submitted(chunks, free // len(arrays) + (place < free % len(arrays)))
            except Refused as refusal:
                self.again.extendleft(chunk for each in reversed(arrays[place:]) for chunk in reversed(each))
                self._be_patient(len(chunks), flying + place, refusal)
                return
        if batch and not self._tells_pace:
            self._tell(batch, len(arrays), free)

    def _tell(self, batch: Sequence[Chunk], arrays: int, free: int) -> None:
        most = max(len(chunk.points) for chunk in batch)
        if self._packer.is_measured:
            self._tells_pace = True
            how = f"{len(batch):,} more, in arrays: {arrays:,}; at most {free:,} at a time"
            self.told = f"Jobs: {how}; points a job: {most:,}, {self._packer.lasts}."
        elif not self.told:
            then = "; how long it takes tells how many the next ones have" * self._packer.has_more
            self.told = f"Jobs: 1 is submitted, of {points_told(most)}{then}."

    def _batch(self, most: int, flying: int) -> Iterator[Chunk]:
        for place in range(most):
            chunk = self.again.popleft() if self.again else Chunk(self._packer.next(not flying and not place))
            if not chunk.points:
                return
            yield chunk

    def _submitted(self, chunks: Sequence[Chunk], at_once: int) -> list[Job]:
        if self.folder is None:
            self.folder = Folder.made(self._below, self._order)
        folder, numbers = self.folder, range(self.jobs, self.jobs + len(chunks))
        for number, chunk in zip(numbers, chunks, strict=True):
            folder.write(f"{number}.points", chunk)
        file, name = f"{self.arrays}.array", f"{NAME}{folder.path.name}-{self.arrays}"
        folder.write(file, Array(name, numbers))  # First: it is found by its name if this process is ended meanwhile.
        ids = self._queue.submit(folder, name, numbers, at_once)
        folder.write(file, Array(name, numbers, ids))
        self.arrays += 1
        self.jobs += len(chunks)
        self.largest = max(self.largest, *(len(chunk.points) for chunk in chunks))
        return [Job.of(folder, *each) for each in zip(numbers, ids, chunks, strict=True)]

    def _be_patient(self, count: int, flying: int, refusal: Refused) -> None:
        """Fewer at a time where none was taken, later where others are under way; raises where not one is."""
        self._most = max(1, count // 2)
        if flying:
            self._not_before = time.monotonic() + PATIENCE
        elif count == 1:
            raise refusal.told()
