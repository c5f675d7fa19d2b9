"""Gather the files of a report, from a sweep's record."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweep.plan import Plan
from sweep.report import frames, markdown, page
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.findings import Findings, find
from sweep.report.runs import Run, judged
from sweep.tracking.record import PROVENANCE, SweepRecord


@dataclass(frozen=True)
class Report:
    """A report: its files by name, and the values they were made from."""

    plan: Plan
    files: dict[str, bytes]
    runs: list[Run]
    frame: pd.DataFrame
    findings: Findings


def make(record: SweepRecord) -> Report:
    """The report of a sweep. All files but ``provenance.json`` are a function of plan, curves and data alone."""
    plan, runs = record.plan, judged(record.plan, record.results)
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
        "runs": {
            key: {
                "run_id": attempt.run_id,
                "attempt": attempt.number,
                "curve_run": attempt.place.run_id if attempt.place else None,
            }
            for key, attempt in record.attempts.items()
        },
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
