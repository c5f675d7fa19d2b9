"""Gather the files of a report, from a sweep's record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sweep.plan.plan import Plan
from sweep.report import frames, markdown, page, repeats_frame, theory
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.findings import Findings, find
from sweep.report.judged_runs import Run, judged
from sweep.report.repeats_told import FILE
from sweep.tracking import documents
from sweep.tracking.attempt import Attempt
from sweep.tracking.executions import PROVENANCE
from sweep.tracking.record import SweepRecord
from sweep.verdict.outcome import Verdict


@dataclass(frozen=True)
class Report:
    """A report: its files by name, the values they were made from, and their folder's name under ``outputs/``.

    Parameters
    ----------
    steps : what to try next.
    """

    folder: str
    plan: Plan
    files: dict[str, bytes]
    runs: list[Run]
    findings: Findings
    steps: Sequence[theory.Step]


def make(record: SweepRecord, known: Mapping[str, Verdict] | None = None, *, is_working: bool = False) -> Report:
    """The report of a sweep. All files but ``provenance.json`` are a function of plan, curves, data and predictions.

    Parameters
    ----------
    known : by key, verdicts on the record's curves that need not be found again.
    is_working : whether the sweep still runs: then nobody is to give its command again.
    """
    plan, runs = record.plan, judged(record.plan, record.results, known or {}, record.predictions)
    findings = find(plan, runs)
    title = f"Sweep {plan.name or plan.sweep_id[:8]}"
    outlook = theory.outlook(plan, runs, findings.settings)
    if is_working:
        outlook = replace(outlook, steps=[step for step in outlook.steps if step.command])
    parts = sections(plan, runs, findings, outlook)
    files = {picture.name: picture.file() for picture in pictures(parts)}
    files["report.html"] = page.render(title, findings, parts).encode()
    files["report.md"] = markdown.render(title, findings.sentence, parts).encode()
    files["runs.csv"] = frames.to_csv(plan, frames.to_frame(plan, runs))
    if findings.settings:
        files[FILE] = repeats_frame.to_csv(repeats_frame.to_frame(plan, findings.settings))
    files[PROVENANCE] = provenance(record)
    return Report(plan.folder, plan, files, runs, findings, outlook.steps)


def provenance(record: SweepRecord) -> bytes:
    """``provenance.json``: how the sweep came to be, and which run stands for each key."""
    document = {
        "sweep_id": record.plan.sweep_id,
        "summary_run": record.summary_id,
        "executions": record.executions,
    }
    runs = {key: _stands(attempt) for key, attempt in record.attempts.items()}
    return documents.encode(document, "runs", runs, indent=1)


def _stands(attempt: Attempt) -> dict[str, str | int | None]:
    address = attempt.address
    return {"run_id": attempt.run_id, "attempt": attempt.number, "curve_run": address.run_id if address else None}
