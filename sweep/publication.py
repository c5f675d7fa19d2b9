"""Publish a sweep that is written: its report, made from the store, onto its summary run and into ``outputs/``."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import printable, raised
from sweep.outputs import OUTPUTS, Anothers, is_anothers, write_atomically
from sweep.problem.choice import predicted
from sweep.problem.predicted import Predicted
from sweep.tracking import pages, predictions, view
from sweep.tracking.patience import patiently
from sweep.tracking.sqlite_file import count_rows

if TYPE_CHECKING:
    from sweep.report.files import Report
    from sweep.tracking.record import SweepRecord
    from sweep.tracking.sweeps import SweepRun


def write(
    report: "Report", write_file: Callable[[Path, bytes], None] = write_atomically, below: Path = OUTPUTS
) -> "Report":
    """Write the files of ``report`` into a folder ``below``, and return it with the name of that.

    Where another user has files of this sweep there, and alone may replace them, that is a folder of this user beside.
    """
    folder = below / report.folder
    try:
        for name in sorted(report.files, key=lambda name: not is_anothers(folder / name)):  # These first: all or none.
            write_file(folder / name, report.files[name])
    except Anothers as blocked:
        beside = replace(report, folder=f"{report.folder}-{os.getuid()}")
        said = f"{blocked.filename}: {blocked.strerror}; the report is made in {below / beside.folder}/ instead."
        print(printable(said), file=sys.stderr)
        for name, content in report.files.items():
            write_file(below / beside.folder / name, content)
        return beside
    return report


def _predicted(sweep: "SweepRun", record: "SweepRecord") -> Mapping[str, Predicted]:
    """What the models of the best runs make of samples, kept on the summary run, and computed where it is not there."""
    from sweep.report.findings import best_of
    from sweep.report.judged_runs import judged

    plan, found = record.plan, dict[str, Predicted]()
    runs = judged(plan, record.results, sweep.verdicts)
    sweep.verdicts |= {run.point.key: run.verdict for run in runs if run.verdict}
    for task, run in best_of(runs).items():
        if task not in plan.facts or run.curve is None:
            continue
        made = record.predictions.get(run.point.key)
        try:
            made = made or predicted(plan.problems[task], run.point, run.curve.parameters)
        except raised():  # It has trained, and may yet raise anything here.
            continue
        if made:
            found[run.point.key] = made
    if found != record.predictions:
        sweep.keep(predictions.PATH, predictions.encode(found))
    return found


def publish(sweep: "SweepRun", below: Path = OUTPUTS, *, may_import: bool = True) -> "Report":
    """Make the report of ``sweep``, keep and write its files, and let MLflow's pages open on it.

    Parameters
    ----------
    below : the folder in which that of the report is.
    may_import : whether models that its plan names may be asked; not those that somebody else's plan names.
    """
    from sweep.report import files, leading
    from sweep.report.loaded_first import loaded_first

    record, store = sweep.settled(), sweep.store
    if may_import and record.plan.facts:
        record = replace(record, predictions=_predicted(sweep, record))
    report = files.make(record, sweep.verdicts)
    for name, content in report.files.items():
        sweep.keep(name, content)
    report = write(report, lambda *file: patiently(partial(write_atomically, *file), store.patience, Anothers), below)
    sweep.log_counts(report.findings.counts, leading.leading(report.plan, report.findings))
    first = loaded_first(report.plan, report.runs, report.findings.settings) if len(report.runs) > view.PAGE else ()
    pages.save(store, record, report.findings.sentence, first)
    count_rows(store.client)
    return report
