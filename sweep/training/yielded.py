"""What a training loop of a user's own yields and returns, as numbers under names that nothing else has."""

import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.settings.keys import KEYS
from sweep.training.advance import Steps

LOSS = "loss"

METRIC = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*", re.ASCII)
"""A name, of at most :data:`LONGEST` characters; as MLflow takes it, with folders or without."""

LONGEST = 64

KEPT = 80
"""Characters of a name with what :func:`_free` or the place in a list adds."""

MOST_EPOCHS, MOST_METRICS, MOST_FINALS = 1_000_000, 50, 100
"""That a function may yield; names beside the loss; and numbers that it returns."""

MOST_NUMBERS = 4_000_000
"""Losses and metrics of a run: as many as a chunk of other runs has losses."""

DEEPEST = 2
"""Levels of lists in what is returned under a name."""

TAKEN = frozenset(
    (
        *("key", "epoch", "fingerprint", "status", "outcome", "reason", "initial_loss", "final_loss", "excess_loss"),
        *("first_inf", "first_nan", "first_rise", "first_within", "threshold", "threshold_ratio", "falls_below"),
        *("predicted", "predicted_epochs", "epochs_needed", "error_kind", "error_message", "promised"),
        *("run_id", "attempt", "curve_run", "code", "takes"),
        *("log10_lr", "log10_scale", "log10_end", "log10_final_loss", *KEYS),
    )
)
"""Names that metrics of a run, or columns of tables, have already."""

OWN = "problem."
"""How columns of settings begin that a user names."""


class Unfit(TypeError):
    """What a function yields or returns is not what one may."""


class Yielded:
    """What a function yields: the loss of each epoch, and metrics by name, nan in epochs that have none.

    Parameters
    ----------
    name : of the function, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name, self._losses = name, array("d")
        self._metrics: dict[str, array[float]] = {}

    def add(self, said: Any) -> float:
        """Keep an epoch, a number or a mapping with the loss among others, and return its loss.

        Raises
        ------
        Unfit
        """
        row = self._row(said)
        loss = row.pop(LOSS)
        for name in row.keys() - self._metrics.keys():
            self._metrics[name] = array("d")
        if len(self._metrics) > MOST_METRICS:
            raise Unfit(f"{self._name} yielded metrics of {len(self._metrics):,} names: at most {MOST_METRICS}")
        for name, value in row.items():
            _pad(self._metrics[name], len(self._losses)).append(value)
        self._losses.append(loss)
        count = len(self._losses)
        if count > MOST_EPOCHS:
            raise Unfit(f"{self._name} yielded more than {MOST_EPOCHS:,} losses: yield one an epoch, not one a sample")
        if count * (1 + len(self._metrics)) > MOST_NUMBERS:
            raise Unfit(f"{self._name} yielded more than {MOST_NUMBERS:,} numbers: yield fewer metrics, or less often")
        return loss

    def losses(self) -> NDArray[np.float64]:
        """Shape ``(n,)``, n > 0.

        Raises
        ------
        Unfit : there is none.
        """
        if not self._losses:
            raise Unfit(f"{self._name} yielded no loss: it must yield one for each epoch, at least one")
        return np.array(self._losses)

    def metrics(self, note: Callable[[str], None]) -> dict[str, NDArray[np.float64]]:
        """Each of shape ``(n,)``, under a name that nothing else has; ``note`` is told of those that got another."""
        found: dict[str, NDArray[np.float64]] = {}
        for name in sorted(self._metrics):  # Which of two gets the name is no matter of when it came.
            found[_free(name, found, "yielded", note)] = np.array(_pad(self._metrics[name], len(self._losses)))
        return found

    def _row(self, said: Any) -> dict[str, float]:
        row = dict(said) if isinstance(said, Mapping) else {LOSS: said}
        if LOSS not in row:
            listed = ", ".join(map(str, row))[:200]
            what = f"{self._name} yielded a mapping of {listed or 'nothing'}"
            raise Unfit(f"{what}: a loss must be among them, by the name loss")
        odd = next((name for name in row if not _is_name(name)), None)
        if odd is not None:
            what = f"{self._name} yielded a metric by the name {odd!r:.200}"
            raise Unfit(f"{what}: {LONGEST} letters, digits, _, -, . and /, a letter first")
        return {name: _number(value, f"{self._name} yielded as {name}") for name, value in row.items()}


def run(found: Any, name: str, stops: bool, epochs: int | None = None) -> tuple[Yielded, Any]:
    """What a function called ``name`` yields, having been called and ``found``; and what it returns at the end.

    Parameters
    ----------
    stops : whether it is ended at its first loss that is inf or nan.
    epochs : that it was asked for, and so how many losses are to come; None: nobody knows.

    Raises
    ------
    Unfit : it yields nothing, or what is no number.
    Exception : whatever it raises.
    """
    if not isinstance(found, Iterable) or isinstance(found, str | bytes | Mapping):
        raise Unfit(f"{name} returned {_kind(found)}: it must yield the loss of each epoch, or return them as a list")
    rows, each, steps = Yielded(name), iter(found), Steps(epochs or 0)
    while True:
        try:
            said = next(each)
        except StopIteration as end:
            return rows, end.value
        if not math.isfinite(rows.add(said)) and stops:
            _close(each)
            return rows, None
        if epochs:
            steps.go()


def finals(returned: Any, yielded: Iterable[str], note: Callable[[str], None]) -> dict[str, float]:
    """Numbers by name, of what is ``returned``; what is none is noted, for the run was long and is done.

    Parameters
    ----------
    yielded : names of metrics.
    note : is told what is left out, or has another name.
    """
    if returned is None:
        return {}
    if not isinstance(returned, Mapping):
        note(f"what was returned is left out: {_kind(returned)}, and no mapping from names to numbers")
        return {}
    found: dict[str, float] = {}
    for name, value in returned.items():
        try:
            numbers = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value, dtype=np.float64)
        except (TypeError, ValueError, RuntimeError, OverflowError):
            note(f"{name!r:.200} is left out of what was returned: {_kind(value)}, which is no number")
            continue
        if not _is_name(name):
            note(f"{name!r:.200} is left out of what was returned: names are of letters, digits, _, -, . and /")
        elif numbers.ndim > DEEPEST or numbers.size + len(found) > MOST_FINALS:
            note(
                f"{name} is left out of what was returned: a run keeps {MOST_FINALS} numbers, in lists or lists of them"
            )
        else:
            for at, each in np.ndenumerate(numbers):
                own = ".".join([name, *map(str, at)])
                found[_free(own, {LOSS, *yielded, *found}, "returned", note)] = float(each)
    return found


def may_be_kept(name: str) -> bool:
    """Whether a metric or a final value may be kept under ``name``."""
    return len(name) <= KEPT and METRIC.fullmatch(name) is not None


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and len(name) <= LONGEST and METRIC.fullmatch(name) is not None


def _free(name: str, others: Iterable[str], how: str, note: Callable[[str], None]) -> str:
    """``name``, or where that is taken, capitals or not, ``how`` and it."""
    taken, free = {each.lower() for each in others}, name
    while free.lower() in TAKEN or free.lower() in taken or free.lower().startswith(OWN):
        free = f"{how}.{free}"
    if free != name:
        note(f"{name} is kept as {free}: the name is taken")
    return free


def _pad(values: "array[float]", length: int) -> "array[float]":
    """``values``, with nan up to a ``length``."""
    if len(values) < length:
        values.extend(array("d", [math.nan]) * (length - len(values)))
    return values


def _number(value: Any, what: str) -> float:
    """``value`` as a float: a number, or an array or tensor of one."""
    try:
        found = value.item() if hasattr(value, "item") else value
        if isinstance(found, str | bytes | None):
            raise TypeError
        return float(found)
    except (TypeError, ValueError, RuntimeError):
        raise Unfit(f"{what} {_kind(value)}, which is no number") from None
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a value of type {type(value).__name__}"


def _close(each: Iterator[Any]) -> None:
    close = getattr(each, "close", None)
    if close:
        close()
