"""The runs of a sweep, each judged anew from its exact curve: what the report is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.predicted import Predicted
from sweep.training.curve import Curve, Failure, Result
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome, Verdict

STATES = (*map(str, Outcome), "FAILED", "NOT RUN")
"""What a run can be: its outcome where it was executed, else why it was not."""


@dataclass(frozen=True)
class Run:
    """A point and what came of it.

    Parameters
    ----------
    number : place in the plan, from 1.
    setting : what tells it from the others, as a person would type it.
    curve, verdict : of a point that was trained, whatever its outcome.
    failure : of a point whose training raised. Without any of the three it was not run.
    predicted : what was kept of a model's outputs where it ended.
    """

    number: int
    point: Point
    setting: str
    curve: Curve | None = None
    verdict: Verdict | None = None
    failure: Failure | None = None
    predicted: Predicted | None = None

    @property
    def status(self) -> str:
        """Whether it was executed: FINISHED, FAILED or NOT RUN."""
        return "FINISHED" if self.curve else "FAILED" if self.failure else "NOT RUN"

    @property
    def state(self) -> str:
        """One of :data:`STATES`."""
        return str(self.verdict.outcome) if self.verdict else self.status


def judged(
    plan: Plan,
    results: Mapping[str, Result],
    known: Mapping[str, Verdict] | None = None,
    predictions: Mapping[str, Predicted] | None = None,
) -> list[Run]:
    """The runs in the order of the plan, from what training brought for each key.

    Parameters
    ----------
    known : verdicts on ``results`` by key; the others are found here.
    predictions : by key, what was kept of outputs of some runs.
    """
    verdicts, kept = known or {}, predictions or {}
    return [
        judged_run(plan, number, point, results.get(point.key), verdicts.get(point.key), kept.get(point.key))
        for number, point in enumerate(plan.points, 1)
    ]


def judged_run(
    plan: Plan,
    number: int,
    point: Point,
    result: Result | None,
    verdict: Verdict | None = None,
    predicted: Predicted | None = None,
) -> Run:
    """The run of one point of ``plan``, the one with that ``number``; see :func:`judged`."""
    setting = plan.setting(point)
    if not isinstance(result, Curve):
        return Run(number, point, setting, failure=result)
    verdict = verdict or judge(result, point, plan.problem(point), plan.tolerance)
    return Run(number, point, setting, result, verdict, predicted=predicted)


def counted(runs: Sequence[Run]) -> dict[str, int]:
    """How many runs have each outcome, none included; then how many failed or were not run, where there are any."""
    states = [run.state for run in runs]
    counts = {state: states.count(state) for state in STATES}
    return {state: count for state, count in counts.items() if count or state in set(Outcome)}
