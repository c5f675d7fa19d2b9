"""``python -m sweep.report --follow``: the page of a sweep written anew while it runs, from what it has committed.

What was read is kept, as it never changes: a look costs what is new, and the page. Nothing is written but that page,
which is there from the first look on, whether anything is done or not.
"""

import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING

from sweep.errors import BadInput, printable
from sweep.outputs import OUTPUTS, write_atomically

if TYPE_CHECKING:
    from sweep.plan.plan import Plan
    from sweep.report.files import Report
    from sweep.tracking.attempt import Attempt
    from sweep.tracking.store import Store
    from sweep.tracking.summary import Run
    from sweep.training.curve import Result
    from sweep.verdict.outcome import Verdict

PAGE = "report.html"

MOMENT = 0.2
"""Seconds until Ctrl-C is heard, at most, while nothing is done."""

REST = 4
"""A look is followed by a rest at least so many times as long: the sweep has the machine for itself."""


@dataclass
class Followed:
    """A sweep that runs, as far as it has been read.

    Parameters
    ----------
    named : the runs that its plan names, from before it ran.
    """

    store: "Store"
    summary_id: str
    plan: "Plan"
    named: "dict[str, Attempt]"
    attempts: "dict[str, Attempt]" = field(default_factory=dict)
    results: "dict[str, Result]" = field(default_factory=dict)
    verdicts: "dict[str, Verdict]" = field(default_factory=dict)

    def look(self) -> bool:
        """Read what is new since the last look, and say whether anything is.

        Raises
        ------
        BadInput : a part is missing or damaged.
        """
        from sweep.tracking import record
        from sweep.tracking.results import results_of

        with record.damage_named(self.summary_id):
            now = self.named | record.committed(self.store, self.plan, self.named)
            new = {key: attempt for key, attempt in now.items() if self.attempts.get(key) != attempt}
            self.results |= results_of(self.store, self.plan, new)
        self.attempts = now
        for key in new:
            self.verdicts.pop(key, None)
        return bool(new)

    def report(self) -> "Report":
        """The report of what has been read; each curve is judged once."""
        from sweep.report import files
        from sweep.tracking.executions import executions
        from sweep.tracking.record import SweepRecord

        told = executions(self.store, self.summary_id)
        record = SweepRecord(self.summary_id, self.plan, self.results, self.attempts, told)
        report = files.make(record, self.verdicts, is_working=True)
        self.verdicts |= {run.point.key: run.verdict for run in report.runs if run.verdict}
        return report

    def told(self, report: "Report", run: "Run") -> str:
        """How far it is, in a line; of a rerun, of which each point has a result, how many have their new one.

        Parameters
        ----------
        run : the summary run as it is now.
        """
        from sweep.verdict.sentences import plural

        rerun = run.data.tags.get("rerun", "")
        done = sum(not rerun or self.attempts[key].rerun == rerun for key in self.results)
        counts = ", ".join(f"{count:,} {state.lower()}" for state, count in report.findings.counts.items() if count)
        again = " trained again" * bool(rerun)
        share = f"{done:,} of {plural(len(self.plan.points), 'point')}{again}{_percent(done, self.plan, run)}"
        return f"Sweep {self.plan.sweep_id[:8]} runs: {share}; {counts}."


def follow(store: "Store", summary_id: str, every: float) -> bool:
    """Write the page of a sweep anew while it runs, and say how far it is; whether it is over, or Ctrl-C was pressed.

    However this ends, the page that is left asks for no other.

    Parameters
    ----------
    every : seconds between two looks, at least.

    Raises
    ------
    BadInput : what is stored of it is damaged.
    """
    from sweep import publication
    from sweep.report import live
    from sweep.tracking import summary

    page, written, still = OUTPUTS, b"", b""
    followed, report, line = None, None, Line()
    try:
        with _until_ctrl_c() as pressed:
            while summary.is_working(run := summary.ask(store, summary_id)):
                began = time.monotonic()
                followed = followed or _begun(store, summary_id)
                if followed and (followed.look() or report is None):
                    report = followed.report()
                if followed and report:
                    is_first, still = not written, report.files[PAGE]
                    said = followed.told(report, run)
                    if (now := live.alive(still, said, max(1, round(every)))) != written:
                        page = OUTPUTS / publication.write(replace(report, files={PAGE: now})).folder / PAGE
                        written = now
                    if is_first:
                        line.say(f"Report:  {page}")
                        line.end()
                    line.say(said)
                else:
                    line.say(f"Sweep {run.data.tags['sweep_id'][:8]} begins; its plan is not stored yet.")
                until = time.monotonic() + max(every, REST * (time.monotonic() - began))
                while not pressed and (left := until - time.monotonic()) > 0:
                    time.sleep(min(left, MOMENT))
                if pressed:
                    line.say("Followed no further; the sweep goes on.")
                    return False
        return True
    finally:
        line.end()
        if written and page.is_file() and page.read_bytes() == written:  # Else the sweep itself has written it since.
            write_atomically(page, still)


@contextmanager
def _until_ctrl_c() -> Iterator[list[int]]:
    """What has anything in it once Ctrl-C was pressed; pressed once more, it ends the process as ever."""
    pressed: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def press(number: int, _: FrameType | None) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, before)

    takes = before is not signal.SIG_IGN and current_thread() is main_thread()
    if takes:
        signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        if takes:
            signal.signal(signal.SIGINT, before)


def state(run: "Run") -> str:
    """What has become of the sweep of a summary run, in a line; nothing where it has ended as it should."""
    from sweep.tracking import summary

    if run.info.status == "FINISHED":
        return ""
    if summary.is_working(run):
        return "The sweep runs still: this is what it has done so far."
    how = {"RUNNING": "was killed", "KILLED": "was interrupted"}.get(run.info.status, "ended with an error")
    return f"The sweep {how}: the same command goes on from here."


def _percent(done: int, plan: "Plan", run: "Run") -> str:
    """The share that is done, with what trains; nothing where no heartbeat has told of it."""
    from sweep.tracking import listing, summary

    return f", {int(100 * listing.share(done, len(plan.points), run))} %" if summary.under_way(run) else ""


def _begun(store: "Store", summary_id: str) -> Followed | None:
    """The sweep, once its plan is there: it is written a moment after the summary run."""
    from sweep.tracking import record

    try:
        return Followed(store, summary_id, *record.standing(store, summary_id))
    except BadInput as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise


class Line:
    """The last thing that was said of how far it is: on a terminal in place of what was said before."""

    def __init__(self) -> None:
        self._last, self._in_place = "", sys.stdout.isatty()

    def say(self, text: str) -> None:
        """Say ``text``, unless that was the last."""
        if text == self._last:
            return
        self._last, text = text, printable(text)
        if self._in_place:
            print(f"\r\x1b[2K{text[: shutil.get_terminal_size().columns - 1]}", end="", flush=True)
        else:
            print(text, flush=True)

    def end(self) -> None:
        """Go on below."""
        if self._last and self._in_place:
            print(flush=True)
