"""What the store knows of a point: its newest run, and where that run's exact curve stands."""

from dataclasses import dataclass

from sweep.training.curve import Failure


@dataclass(frozen=True)
class CurveAddress:
    """Where a curve stands: the summary run that holds the part, the part's path there, and the row."""

    run_id: str
    part: str
    row: int


@dataclass(frozen=True)
class Attempt:
    """A run of a point, its number among the point's attempts, and its curve's address or its failure.

    Neither, where somebody has changed what the run says of them. ``rerun`` is the id of the rerun that made it.
    """

    run_id: str
    number: int
    address: CurveAddress | None = None
    failure: Failure | None = None
    rerun: str = ""
