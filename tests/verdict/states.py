"""What the rule for an unknown least loss said of runs whose true excess is known, and the counts of that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sweep.verdict.outcome import Outcome

TOLERANCES = (1e-2, 1e-3, 1e-4)


@dataclass(frozen=True)
class State:
    """A run at its end: what the rule found, and what is true."""

    kind: str
    outcome: Outcome
    left: float
    excess: float
    allowed: float
    saddle: bool = False

    @property
    def is_false(self) -> bool:
        """Called converged, and is not within tolerance."""
        return self.outcome is Outcome.CONVERGED and self.excess > self.allowed

    @property
    def is_missed(self) -> bool:
        """Within tolerance, and not called converged."""
        return self.outcome is not Outcome.CONVERGED and self.excess <= self.allowed


def counts(found: Sequence[State]) -> Iterator[str]:
    """A table in Markdown."""
    columns = ["problems", "states", "within tolerance", "false", "at a saddle", "worst false / tolerance"]
    columns += ["missed", "still moving"]
    yield f"| {' | '.join(columns)} |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind in sorted({state.kind for state in found}):
        here = [state for state in found if state.kind == kind]
        false, missed = [s for s in here if s.is_false], [s for s in here if s.is_missed]
        worst = max((s.excess / s.allowed for s in false), default=0)
        moving = sum(s.left <= s.allowed for s in missed)
        within = sum(s.excess <= s.allowed for s in here)
        counted = f"{len(here):,} | {within:,} | {len(false):,} | {sum(s.saddle for s in false):,} | {worst:.4g}"
        yield f"| {kind} | {counted} | {len(missed):,} | {moving:,} |"
