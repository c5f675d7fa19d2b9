"""What ``--json`` tells: one document on standard output, at the end; all else is on standard error.

docs/terminal.md says what stands in it.
"""

import json
import math
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

from sweep.console import terminal
from sweep.console.conclusion import MOST_ROWS, tell_failed
from sweep.console.telling import Progress
from sweep.outputs import OUTPUTS
from sweep.plan import size
from sweep.plan.plan import Plan
from sweep.plan.point import Point

if TYPE_CHECKING:
    from sweep.cost.told import Cost, Row
    from sweep.report.files import Report
    from sweep.report.judged_runs import Run


@contextmanager
def _aside() -> Iterator[None]:
    with redirect_stdout(sys.stderr):
        yield


def show_plan(plan: Plan, done: Collection[str], curve_points: int) -> None:
    """The document of ``dry_run=true``."""
    todo = [point for point in plan.points if point.key not in done]
    states = (("done" if point.key in done else "to do") for point in plan.points)
    listed = [{**_point(plan, point), "state": state} for point, state in zip(plan.points, states, strict=True)]
    _write(_sweep(plan, len(todo)) | {"bytes": size.estimate(todo, curve_points), "points": listed})


def show_cost(plan: Plan, todo: int, found: "Callable[[], Cost | None]") -> None:
    """The document of ``dry_run=cost``."""
    cost = found()
    rows = cost.rows if cost else ()
    _write(
        _sweep(plan, todo)
        | {"bytes": cost.bytes if cost else 0, "longer": bool(cost and cost.longer)}
        | {"engines": [_engine(row) for row in rows], "doubts": list(cost.doubts) if cost else []}
    )


def _engine(row: "Row") -> dict[str, Any]:
    found = row.forecast
    return {
        "engine": row.engine,
        "workers": row.workers,
        "seconds": found.seconds,
        "chunks": found.chunks,
        "largest": found.largest,
        "driver_bytes": int(row.driver),
        "worker_bytes": None if row.worker is None else int(row.worker),
        "chosen": row.chosen,
    }


def announce(plan: Plan, todo: int) -> None:
    """As in a terminal, on standard error."""
    with _aside():
        terminal.announce(plan, todo)


def say(line: str) -> None:
    """On standard error."""
    terminal.warn(line)


def warn(line: str) -> None:
    """On standard error."""
    terminal.warn(line)


def progress(total: int) -> AbstractContextManager[Progress]:
    """The terminal's bar, which is on standard error."""
    return terminal.progress(total)


def conclude(report: "Report", comparison: str) -> None:
    """The document of a sweep that was run or reported; and what failed, on standard error."""
    from sweep.report.findings import better, note
    from sweep.report.foremost import foremost
    from sweep.tracking.executions import PROVENANCE

    plan, findings, folder = report.plan, report.findings, OUTPUTS / report.folder
    stands = json.loads(report.files[PROVENANCE])["runs"]

    def told(run: "Run") -> dict[str, Any]:
        loss = run.curve.final_loss if run.curve else None
        run_id = stands.get(run.point.key, {}).get("run_id")
        return {
            **_point(plan, run.point),
            "outcome": run.state,
            "final_loss": loss,
            "note": note(run),
            "run_id": run_id,
        }

    best = min(findings.best.values(), key=better, default=None)
    failed = [(run, run.failure) for run in report.runs if run.failure]
    tell_failed(report)
    _write(
        {
            "sweep_id": plan.sweep_id,
            "name": plan.name,
            "folder": str(folder),
            "report": str(folder / "report.html"),
            "compare": comparison,
            "counts": findings.counts,
            "finding": findings.sentence,
            "best": told(best) if best else None,
            "suggestions": [{"command": each.command, "why": each.promise} for each in report.steps if each.command],
            "runs": {"file": str(folder / "runs.csv"), "count": len(report.runs)}
            | {"first": [told(run) for run in foremost(report.runs, MOST_ROWS)]},
            "failed": [{**_point(plan, run.point), "kind": why.kind, "message": why.message} for run, why in failed],
        }
    )


def _sweep(plan: Plan, todo: int) -> dict[str, Any]:
    done = len(plan.points) - todo
    return {"sweep_id": plan.sweep_id, "name": plan.name, "counts": {"done": done, "to do": todo}}


def _point(plan: Plan, point: Point) -> dict[str, Any]:
    """Its key, and the settings that tables show, of those that it uses."""
    cells = plan.cells(point)
    return {"key": point.key, "settings": {name: cells[name] for name in plan.shown if cells[name] is not None}}


def _write(document: dict[str, Any]) -> None:
    print(json.dumps(_finite(document), indent=1, allow_nan=False), flush=True)


def _finite(value: Any) -> Any:
    """``value`` with inf, -inf and nan as text: JSON has no such numbers."""
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
