"""Jobs of drivers that are gone: the next driver that wants any of their points takes them over."""

import pickle
from collections.abc import Iterator, Set
from pathlib import Path

from sweep.engines.slurm_folder import Array, Folder, Job
from sweep.engines.slurm_queue import Queue
from sweep.errors import MALFORMED

UNREADABLE = (*MALFORMED, OSError, EOFError, ImportError, pickle.UnpicklingError)
"""What files of another release may raise."""


def found(queue: Queue, below: Path, keys: Set[str]) -> Iterator[tuple[Folder, list[Job]]]:
    """Folders below ``below`` with jobs of points that have one of ``keys``, each held from now on.

    Others are left to commands that want their points; those that have been left for long are deleted.
    """
    for folder in Folder.left(below):
        try:
            jobs = list(_jobs(queue, folder))
        except UNREADABLE:
            jobs = []
        if any(job.left & keys for job in jobs):
            yield folder, jobs
        elif folder.is_old and _is_dead(queue, folder):
            folder.remove()
        else:
            folder.let_go()


def _is_dead(queue: Queue, folder: Folder) -> bool:
    """Whether none of its jobs waits or runs, as far as the queue answers."""
    there = queue.at_work()
    return there is not None and not any(folder.path.name in f"{job} {name}" for job, name in there.items())


def _jobs(queue: Queue, folder: Folder) -> Iterator[Job]:
    for name, array in folder.arrays():
        ids = array.ids
        if not ids:  # Its driver was ended as it submitted it.
            there = queue.at_work() or {}
            known = {int(job.partition("_")[2] or 0): job for job, named in there.items() if named == array.name}
            ids = [known.get(place, "") for place in range(len(array.numbers))]
            folder.write(name, Array(array.name, array.numbers, ids))
        for number, job in zip(array.numbers, ids, strict=True):
            yield Job.of(folder, number, job, folder.chunk(number))
