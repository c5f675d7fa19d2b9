"""Publish a sweep that is written: its report, made from the store, onto its summary run and into ``outputs/``."""

from functools import partial
from typing import TYPE_CHECKING

from sweep.outputs import OUTPUTS, write_atomically
from sweep.tracking import pages
from sweep.tracking.patience import patiently
from sweep.tracking.sqlite_file import count_rows

if TYPE_CHECKING:
    from sweep.report.files import Report
    from sweep.tracking.sweeps import SweepRun


def publish(sweep: "SweepRun") -> "Report":
    """Make the report of ``sweep``, keep and write its files, and let MLflow's pages open on it."""
    from sweep.report import files

    record, store = sweep.settled(), sweep.store
    report = files.make(record, sweep.verdicts)
    for name, content in report.files.items():
        sweep.keep(name, content)
        patiently(partial(write_atomically, OUTPUTS / report.folder / name, content), store.patience)
    sweep.log_counts(report.findings.counts)
    pages.save(store, record, report.findings.sentence)
    count_rows(store.client)
    return report
