"""What a list of sweeps says of each: most of it stands on its summary run, so that a list costs what it shows.

Of one that is not published runs are counted; of one of an earlier release, without the tag, cells may stay empty.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.tracking import listed_tag, lookup, summaries
from sweep.tracking.artifacts import FolderArtifacts
from sweep.tracking.listed_tag import FAILED, NOT_RUN, OUTCOMES, TAG
from sweep.tracking.location import local_folder
from sweep.tracking.store import Store
from sweep.tracking.summary import BEAT, STALE, under_way

if TYPE_CHECKING:
    from mlflow.entities import Run

STATES = ("running", "silent", "killed", "failed", "done")
"""At work; RUNNING, and nothing heard of it for some heartbeats; ended before its time; by an error; complete."""

MOST = 0.99
"""The share that is told at most before all is stored."""


@dataclass(frozen=True)
class Listed:
    """A sweep in a list.

    Parameters
    ----------
    at : when it was last at work, in ms since 1970.
    varied : the settings that vary, with their values; empty where that is not known, and where none does.
    counts : runs by outcome, FAILED and NOT RUN among them.
    points : how many it has; None where that is not known.
    best, loss : the best setting and its final loss, once it is published.
    bytes : what it takes on this machine's disk: its files, and an estimate of its runs' rows; None where they are not.
    state : one of :data:`STATES`.
    done : the share of its points that have a result, and while it works of what is trained beside them, from 0 to 1;
        None where that is not known.
    """

    sweep_id: str
    name: str
    at: int
    varied: str
    counts: Mapping[str, int]
    points: int | None
    best: str
    loss: float | None
    bytes: int | None
    state: str
    done: float | None


def newest(store: Store, most: int | None = None) -> Iterator[Listed]:
    """The sweeps of an experiment, at most so many, the last that was at work first."""
    seen: set[str] = set()
    for run in summaries.newest(store, most):
        sweep_id = run.data.tags.get("sweep_id", "")
        if summaries.WORD.fullmatch(sweep_id) and sweep_id not in seen:  # Of several, the last.
            seen.add(sweep_id)
            yield _listed(store, run, sweep_id)


def _listed(store: Store, run: "Run", sweep_id: str) -> Listed:
    tags, said = run.data.tags, listed_tag.read(run.data.tags.get(TAG, ""))
    now = state(run.info.status, abs(time.time() - summaries.last_beat(run)))
    earlier = TAG not in tags and now == "done"
    counts, done = (_published(run) if earlier else said.counts), None
    if not counts:
        counts, done = _counted(store, sweep_id, tags.get("rerun", ""))
    results = sum(count for name, count in counts.items() if name not in (FAILED, NOT_RUN))
    points = said.points
    if points is None and now == "done":
        points = sum(counts.values())
    elif points and NOT_RUN not in counts and sum(counts.values()) < points:
        counts = {**counts, NOT_RUN: points - sum(counts.values())}
    worth: float = results if done is None else done
    if now in ("running", "silent") and points:
        worth = share(worth, points, run) * points
    return Listed(
        sweep_id,
        tags.get("name", ""),
        summaries.last_used(run),
        said.varied,
        counts,
        points,
        said.best,
        said.loss,
        _bytes(store, run, said.row * (results + counts.get(FAILED, 0))),
        now,
        min(1.0, worth / points) if points else None,
    )


def share(done: float, points: int, run: "Run") -> float:
    """Which part of ``points`` is done, with what the last heartbeat of ``run`` had trained; below 1 until all are."""
    return 1.0 if done >= points else min((done + under_way(run)) / points, MOST)


def state(status: str, silent: float) -> str:
    """One of :data:`STATES`, of a sweep with such a status in MLflow of which nothing was heard for so many seconds."""
    if status == "RUNNING":
        return "killed" if silent > STALE else "silent" if silent > 3 * BEAT else "running"
    return {"FINISHED": "done", "FAILED": "failed"}.get(status, "killed")


def _published(run: "Run") -> dict[str, int]:
    """What an earlier release counted at the end of a sweep; of a count that is older than the others, nothing."""
    metrics = run.data.to_proto().metrics
    last = max((metric.timestamp for metric in metrics), default=0)
    names = {name.lower().replace(" ", "_"): name for name in OUTCOMES}
    return {
        names[metric.key]: int(metric.value)
        for metric in metrics
        if metric.key in names and metric.timestamp == last and metric.value
    }


def _counted(store: Store, sweep_id: str, rerun: str) -> tuple[dict[str, int], int]:
    """Runs of a sweep by outcome, of each point the newest; and how many have a result, of a rerun by that."""
    newest: dict[str, tuple[int, str, str]] = {}
    for _, status, tags in lookup.members_of(store, sweep_id):
        if tags.get("kind") == "point" and status in ("FINISHED", "FAILED"):
            state = FAILED if status == "FAILED" else tags.get("outcome", "")
            each = lookup.number_of(tags), state, tags.get("rerun", "")
            newest[tags.get("key", "")] = max(newest.get(tags.get("key", ""), each), each)
    counts = Counter(state for _, state, _ in newest.values() if state in OUTCOMES)
    done = sum(state != FAILED and (not rerun or by == rerun) for _, state, by in newest.values())
    return {name: counts[name] for name in OUTCOMES if counts[name]}, done


def _bytes(store: Store, run: "Run", rows: int) -> int | None:
    """Of the files of a summary run, if they lie on this machine, and ``rows``."""
    run_id = run.info.run_id
    if isinstance(store.artifacts, FolderArtifacts):
        return rows + _files(store.artifacts.folder(run_id))
    folder = local_folder(run.info.artifact_uri or "")
    # Somebody else's store may name any folder.
    if folder is None or not re.fullmatch("[0-9a-f]{32}", run_id) or folder.parts[-2:] != (run_id, "artifacts"):
        return None
    return rows + _files(folder) if folder.is_dir() else None


def _files(folder: Path) -> int:
    found = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return sum(_size(path) for path in found)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:  # It has been replaced just now.
        return 0
