"""The story of a sweep: plan it, look what is done, train the rest, judge and track it, report."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sweep import data, plan, terminal
from sweep.curve import Engine
from sweep.errors import BadInput, Exit
from sweep.execute import execute
from sweep.interruption import watched
from sweep.settings import Settings

OUTPUTS = Path("outputs")


def run(asked: Sequence[Settings], engine: Engine) -> Exit:
    """Run the sweep of ``asked``.

    Parameters
    ----------
    asked : at least one point, validated; what belongs to the whole sweep is taken from the first.
    engine : what trains.

    Raises
    ------
    BadInput : nothing was trained then, and nothing stored.
    StoreAway : the store failed for longer than it may; what was trained waits under ``outputs/``.
    Interrupted : a signal came; what was done until then is stored and reported.
    """
    from sweep import provenance, sync
    from sweep.composed import to_yaml
    from sweep.tracking import comparison, found, sweeps
    from sweep.tracking.spool import FOLDER as SPOOL
    from sweep.tracking.spool import Spool
    from sweep.tracking.store import open_store

    first, wanted = asked[0], plan.make(asked, data.read)
    check_devices(wanted)
    if first.dry_run:
        store = open_store(first.tracking, create=False)
        known = found.readable(store, found.newest_attempts(store, wanted)) if store else {}
        terminal.show_plan(wanted, {} if first.rerun else known, first.tracking.curve_points)
        return Exit.OK

    folder = OUTPUTS / wanted.folder
    for place in (OUTPUTS, folder, OUTPUTS / SPOOL):
        check_writable(place)
    for line in sync.deliver_all(OUTPUTS, first.tracking, wanted.sweep_id):
        print(line)
    store = open_store(first.tracking)
    assert store is not None, "open_store makes what is not there"
    attempts = found.newest_attempts(store, wanted)
    whole = found.readable(store, attempts)
    for line in found.damaged(attempts, whole):
        print(line, file=sys.stderr)
    todo = [point for point in wanted.points if first.rerun or point.key not in whole]
    terminal.announce(wanted, len(todo))
    execution = provenance.this_execution()
    spool = Spool(OUTPUTS, wanted, first.tracking, attempts, execution)
    with watched() as watch, sweeps.opened(store, wanted, first.tracking, whole, attempts, execution) as sweep:
        sweep.keep("config.yaml", to_yaml(first, wanted).encode())

        write = spool.behind(sweep.write)

        def train() -> None:
            with terminal.progress(len(todo)) as tick:
                for chunk in execute(todo, wanted.readings, engine):
                    with watch.whole():
                        write(chunk, tick)

        watch.until_signal(train)
        spool.check()
        report = sweep.publish(folder)
        terminal.conclude(report, folder, comparison.way(store, first.tracking, wanted.sweep_id))
        watch.check()
    return Exit.POINT_FAILED if report.findings.counts.get("FAILED") else Exit.OK


def check_writable(folder: Path) -> None:
    """Refuse a ``folder`` that could not be made or written to."""
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise BadInput(
            f"{folder}/ cannot be written: {there} is {'not writable' if there.is_dir() else 'a file'}",
            "a folder that can be made or written",
            "change to another folder, or correct what is in the way",
        )


def check_devices(wanted: plan.Plan) -> None:
    """Refuse a device that this machine does not have."""
    devices = {point.device for point in wanted.points} - {"cpu"}
    if not devices:
        return
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    for device in sorted(devices):
        number = device.partition(":")[2]
        if int(number or 0) >= count:
            raise BadInput(
                f"device={device}: torch finds {count} CUDA device(s) here",
                "cpu, or a device that is there",
                "use device=cpu",
            )
