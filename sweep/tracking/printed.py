"""What training functions printed before they failed: the last lines, for the report."""

from collections.abc import Mapping
from dataclasses import replace

from sweep.plan import usage
from sweep.plan.plan import Plan
from sweep.tracking.artifacts import Artifacts
from sweep.tracking.attempt import Attempt
from sweep.tracking.run_content import OUTPUT
from sweep.training.captured import HEAD, TAIL
from sweep.training.curve import Failure, Leavings, Result

MOST_RUNS = 20
"""Runs whose output is read, the first ones of a plan."""

MOST_LINES, LONGEST = 10, 200
"""Lines of each, and characters of a line."""

MOST = 4 * (HEAD + TAIL)
"""Bytes of an output at most, with what is said of it."""


def with_output(artifacts: Artifacts, plan: Plan, attempts: Mapping[str, Attempt], results: dict[str, Result]) -> None:
    """Give failures among ``results`` the last lines that their functions printed."""
    failed = [each for each in plan.points if usage.is_function(each) and isinstance(results.get(each.key), Failure)]
    for point in failed[:MOST_RUNS]:
        try:
            lines = artifacts.read(attempts[point.key].run_id, OUTPUT, _last, may_miss=True, most=MOST)
        except (OSError, ValueError):  # It has printed nothing, or what is there is no output of ours.
            continue
        results[point.key] = replace(results[point.key], leavings=Leavings(lines))


def _last(content: bytes) -> str:
    lines = content.decode("utf-8", "replace").splitlines()
    return "\n".join(line[:LONGEST] for line in lines[-MOST_LINES:])
