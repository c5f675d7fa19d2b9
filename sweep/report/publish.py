"""Gather the files of a report, from a sweep's record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweep.outcome import Verdict
from sweep.plan import Plan
from sweep.report import frames, markdown, page
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.findings import Findings, find
from sweep.report.runs import Run, judged
from sweep.tracking.attempt import Attempt
from sweep.tracking.record import PROVENANCE, SweepRecord


@dataclass(frozen=True)
class Report:
    """A report: its files by name, and the values they were made from."""

    plan: Plan
    files: dict[str, bytes]
    runs: list[Run]
    frame: pd.DataFrame
    findings: Findings


def make(record: SweepRecord, known: Mapping[str, Verdict] | None = None) -> Report:
    """The report of a sweep. All files but ``provenance.json`` are a function of plan, curves and data alone.

    Parameters
    ----------
    known : by key, verdicts on the record's curves that need not be found again.
    """
    plan, runs = record.plan, judged(record.plan, record.results, known or {})
    findings, frame = find(plan, runs), frames.to_frame(plan, runs)
    title = f"Sweep {plan.name or plan.sweep_id[:8]}"
    parts = sections(plan, runs, findings)
    files = {picture.name: picture.file() for picture in pictures(parts)}
    files["report.html"] = page.render(title, findings, parts).encode()
    files["report.md"] = markdown.render(title, findings.sentence, parts).encode()
    files["runs.csv"] = frames.to_csv(frame)
    files[PROVENANCE] = provenance(record, record.executions)
    return Report(plan, files, runs, frame, findings)


def provenance(record: SweepRecord, executions: list[dict[str, Any]]) -> bytes:
    """``provenance.json``: how the sweep came to be, and which run stands for each key."""
    document = {
        "sweep_id": record.plan.sweep_id,
        "summary_run": record.summary_id,
        "executions": executions,
    }
    head = json.dumps(document, indent=1, ensure_ascii=False).removesuffix("\n}")
    # A line a run: with indent, json.dumps would leave its fast encoder.
    lines = [f"  {json.dumps(key)}: {json.dumps(_stands(attempt))}" for key, attempt in record.attempts.items()]
    return (head + ',\n "runs": {\n' + ",\n".join(lines) + "\n }\n}\n").encode()


def _stands(attempt: Attempt) -> dict[str, str | int | None]:
    place = attempt.place
    return {"run_id": attempt.run_id, "attempt": attempt.number, "curve_run": place.run_id if place else None}
