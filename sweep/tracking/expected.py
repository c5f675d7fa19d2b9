"""How many bytes the files of a plan may have, and how they begin: what the summary run says of its sweep, or the rest.

A server may lie there too. Then no more is read than a file may have whose sweep is unknown.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeVar

from sweep import plain_file
from sweep.errors import BadInput
from sweep.plan.plan import Plan

if TYPE_CHECKING:
    from sweep.tracking.artifacts import Artifacts

T = TypeVar("T")

PLAN, DATA = "mlflow.sweep.bytes.plan", "mlflow.sweep.bytes.data"
"""Tags of a summary run: bytes at most of ``plan.json``, and of a file with readings. MLflow's pages hide them."""

HEAD, MESSAGE = 16 << 20, 5000
"""Bytes of a plan before its points, and characters of a failed point's message, as many as its run has."""

MODELS = HEAD // 2
"""Bytes of what a plan says of its models, before its points."""

LETTER = 6
"""Bytes that a character takes in JSON at most."""

ROW = 2048 + LETTER * MESSAGE
"""Bytes of a point in a plan: settings, key, the run that stands for it, but for what names code with its arguments."""

NUMBER = 25
"""Bytes of a reading with what parts it from the next: ``-2.2250738585072014e-308,``."""

LARGEST = {PLAN: plain_file.LARGEST, DATA: 4 * plain_file.LARGEST}
"""Bytes that are read at most, whatever is said; readings are written longer than a CSV has them, as 1e15."""

UNKNOWN = {PLAN: 512 << 20, DATA: plain_file.LARGEST}
"""Bytes of a file of which nothing is said, as by earlier releases: a plan of a million points."""


def tags(plan: Plan) -> dict[str, str]:
    """What the summary run of a plan says; the same for every execution of its sweep."""
    numbers = [(len(data.input_names) + 1) * (len(data) + 1) for data in plan.readings.values()]  # With the header.
    texts = sum(len(point.model) + len(point.loss) + len(point.function) for point in plan.points)
    sizes = {PLAN: HEAD + ROW * len(plan.points) + LETTER * texts, DATA: NUMBER * max(numbers)}
    return {name: str(min(size, LARGEST[name])) for name, size in sizes.items()}


def check(plan: Plan) -> None:
    """Raise :class:`BadInput` where a plan has so many models that what it says of them could not be read again."""
    if sum(len(json.dumps(asdict(facts))) for facts in plan.facts.values()) > MODELS:
        raise BadInput(
            f"{len(plan.facts):,} models are more than a plan can keep",
            f"{MODELS >> 20} MiB of names and shapes of their parameters",
            "fewer values of problem.model.… in a sweep",
        )


def most(path: str, said: Mapping[str, str] | None = None) -> int:
    """Bytes that a file of a plan may have.

    Parameters
    ----------
    path : ``plan.json``, or that of a file with readings.
    said : tags of the summary run, without ours where an earlier release has made it; None of a spool, which is ours.
    """
    name = DATA if _is_data(path) else PLAN
    if said is None:
        return LARGEST[name]
    told = said.get(name, "")
    return min(int(told), LARGEST[name]) if re.fullmatch("[0-9]{1,15}", told) else UNKNOWN[name]


def start(path: str) -> bytes:
    """How a file of a plan begins, unless it is so short that it may be read to say what is wrong with it."""
    return b"input" if _is_data(path) else b'{"version": '


@dataclass(frozen=True)
class Files:
    """The files of a plan, on the summary run ``run_id`` that has such ``tags``, as :func:`manifest.read` gets them."""

    artifacts: "Artifacts"
    run_id: str
    tags: Mapping[str, str]

    def __call__(self, path: str, read: Callable[[bytes], T], /) -> T:
        """What ``read`` makes of a file, if that has no more bytes than it may."""
        return self.artifacts.read(self.run_id, path, read, most=most(path, self.tags), start=start(path))


def _is_data(path: str) -> bool:
    return path.startswith("data/")
