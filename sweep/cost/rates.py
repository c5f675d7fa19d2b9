"""How long a chunk of points trains, from what was measured of each kind. Arithmetic alone."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from sweep.plan.point import Point


@dataclass(frozen=True)
class Rate:
    """What a tensor with rows of one kind takes, in seconds.

    Parameters
    ----------
    epoch : that an epoch takes, however many rows there are.
    row : and for each row more, while it is at work.
    batch : beside its epochs, however many rows there are.
    end : and for each point more, as the curvature at its end.
    least : rows of a tile: fewer take as long.
    share : part of their epochs that rows are at work, until they are lost or stay as they are.
    """

    epoch: float
    row: float
    batch: float = 0.0
    end: float = 0.0
    least: int = 1
    share: float = 1.0

    def seconds(self, epochs: Sequence[int], points: int) -> float:
        """Of a tensor whose rows make so many ``epochs`` each, from which so many ``points`` are read off."""
        filled = max(self.least, len(epochs)) / len(epochs)
        at_work = self.share * filled * sum(epochs)
        return self.batch + self.epoch * max(epochs) + self.row * at_work + self.end * points

    def times(self, factor: float) -> "Rate":
        """Of another kind, whose points have so many times the labour."""
        dearer = {name: factor * getattr(self, name) for name in ("epoch", "row", "batch", "end")}
        return replace(self, **dearer)


class Rates:
    """What chunks of ``points`` take.

    Parameters
    ----------
    by_kind : the rate of each kind, by its name.
    """

    def __init__(self, points: Sequence[Point], by_kind: Mapping[Hashable, Rate]) -> None:
        kinds = {point.key: point.batch for point in points}
        self._rates = {key: by_kind[kind] for key, kind in kinds.items()}
        # A name costs more than all else here, and each chunk asks again: kinds by number, rows only where some share.
        numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds.values()))}
        self._kinds = {key: numbers[kind] for key, kind in kinds.items()}
        shared = len({point.epochs for point in points}) > 1
        self._rows = {point.key: point.trajectory for point in points} if shared else {}

    def seconds(self, chunk: Sequence[Point]) -> float:
        """Of training ``chunk`` by one process."""
        kinds: dict[int, list[Point]] = defaultdict(list)
        for point in chunk:
            kinds[self._kinds[point.key]].append(point)
        return sum(self._rates[own[0].key].seconds(self._epochs(own), len(own)) for own in kinds.values())

    def _epochs(self, points: Sequence[Point]) -> Sequence[int]:
        """Of each row: a point's, or of several that are one trajectory the most."""
        if not self._rows:
            return [point.epochs for point in points]
        longest: dict[Hashable, int] = {}
        for point in points:
            row = self._rows[point.key]
            longest[row] = max(point.epochs, longest.get(row, 0))
        return list(longest.values())
