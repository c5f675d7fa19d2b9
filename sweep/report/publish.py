"""Gather the files of a report, from a sweep's record."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sweep.plan import Plan
from sweep.report import frames, page, pictures
from sweep.report.findings import Findings, find
from sweep.tracking.record import PROVENANCE, SweepRecord


@dataclass(frozen=True)
class Report:
    """A report: its files by name, and the values they were made from."""

    plan: Plan
    files: dict[str, bytes]
    runs: pd.DataFrame
    findings: Findings


def make(record: SweepRecord) -> Report:
    """The report of a sweep. All files but ``provenance.json`` are a function of plan, curves and data alone."""
    plan = record.plan
    runs = frames.runs_frame(plan, record.results)
    findings = find(plan, runs)
    files: dict[str, bytes] = {}
    shown: list[tuple[str, str]] = []
    panels = pictures.map_panels(plan, runs)
    curves = pictures.curve_panels(runs, record.results)
    if curves:
        files["map.png"] = pictures.draw_map(panels)
        files["curves.png"] = pictures.draw_curves(curves, findings.counts)
        shown = [
            ("map.png", "learning rate against input scale, coloured by outcome, with the line 2/λmax"),
            ("curves.png", "loss against epoch on log axes, one panel an outcome"),
        ]
    files["report.md"] = page.render(plan, runs, findings, shown).encode()
    files["runs.csv"] = frames.to_csv(runs)
    files[PROVENANCE] = provenance(record, record.executions)
    return Report(plan, files, runs, findings)


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
