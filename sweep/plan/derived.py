"""What follows from the settings of a point: what it minimises, how it descends, and with whom it may train."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from sweep.plan import usage
from sweep.plan.declaration import Declared, Sharing
from sweep.problem.task import Task
from sweep.settings.holdout import canonical as holdout_as_typed
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import ProblemKind

_PATTERNS: dict[tuple[bool, ...], tuple[bool, ...]] = {}
_TASKS: dict[Task, Task] = {}


class Derived:
    """Of :class:`sweep.plan.point.Point`, all but its fields and how they are read and written."""

    DECLARED: ClassVar[Mapping[str, Declared]]
    epochs: int
    problem: ProblemKind
    data: str
    center: bool
    standardize: bool
    holdout: str
    holdout_seed: int
    model: str
    function: str
    loss: str
    loss_delta: float
    spread: float
    code: str
    batch_size: int
    optimizer: OptimizerKind
    weight_decay: float
    schedule: ScheduleKind
    warmup: int

    @cached_property
    def uses(self) -> tuple[bool, ...]:
        """Whether it uses each field, in the order of their declarations; points that use the same share the tuple."""
        own = tuple(declared.used(self) for declared in self.DECLARED.values())
        return _PATTERNS.setdefault(own, own)

    @cached_property
    def task(self) -> Task:
        """What it minimises; points of one task share it."""
        own = self._task()
        return _TASKS.setdefault(own, own)

    def _task(self) -> Task:
        drawn = self.holdout_seed if usage.draws_holdout(self) else 0
        task = Task(self.problem, self.data, self.center, self.standardize, holdout_as_typed(self.holdout), drawn)
        if usage.is_function(self):
            return task._replace(model=self.function, code=self.code)
        if not usage.is_model(self):
            return task
        delta = self.loss_delta if usage.is_huber(self) else 1.0
        return task._replace(model=self.model, loss=self.loss, loss_delta=delta, spread=self.spread, code=self.code)

    @cached_property
    def place(self) -> int:
        """A number that this point has in any company, evenly spread; runs of one trajectory share it."""
        document = {
            name: str(declared.identity(getattr(self, name)))
            for (name, declared), used in zip(self.DECLARED.items(), self.uses, strict=True)
            if used and declared.sharing is not Sharing.TRAJECTORY
        }
        return int(hashlib.sha256(json.dumps(document).encode()).hexdigest()[:8], 16)

    @property
    def batch(self) -> tuple[Any, ...]:
        """What all rows of a tensor must share."""
        apart = (
            used and getattr(self, name) == each.apart_at
            for (name, each), used in zip(self.DECLARED.items(), self.uses, strict=True)
            if each.apart_at is not None
        )
        return (*self._used(Sharing.NOTHING), *apart)

    @property
    def trajectory(self) -> tuple[Any, ...]:
        """What tells a row of a batch from another: runs that have this in common too are one trajectory."""
        return (*self._used(Sharing.TENSOR), self.epochs if usage.knows_its_end(self) else None)

    @property
    def decay(self) -> float:
        """Of weight decay that is part of the slope: half of it times the squared parameters descends with the loss."""
        apart = self.optimizer is OptimizerKind.adamw or usage.is_function(self)
        return 0.0 if apart else self.weight_decay

    @property
    def preconditioned(self) -> bool:
        """Whether its optimizer divides each direction by the size of its slopes."""
        return self.optimizer is not OptimizerKind.sgd

    @property
    def is_steady(self) -> bool:
        """Whether every update is the same function of where it starts: lr stays, and each is over all samples."""
        return self.schedule is ScheduleKind.constant and not self.warmup and not self.batch_size

    def _used(self, sharing: Sharing) -> tuple[Any, ...]:
        return tuple(
            getattr(self, name) if used else None
            for (name, declared), used in zip(self.DECLARED.items(), self.uses, strict=True)
            if declared.sharing is sharing
        )
