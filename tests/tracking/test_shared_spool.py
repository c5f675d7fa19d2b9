"""A spool that several commands use at once: one keeps results in it while others deliver them, and delete it."""

from pathlib import Path

import pytest

from sweep import provenance
from sweep.data import sources
from sweep.plan import plan
from sweep.tracking.spool import Spool, read
from sweep.tracking.spool_folders import folders
from sweep.training import in_process
from tests.conftest import Command
from tests.tracking.stored import runs, settings

pytestmark = pytest.mark.usefixtures("ready_store")


def test_what_is_kept_while_another_command_delivers_is_not_deleted_with_it(command: Command) -> None:
    """A sweep whose store fails goes on, and the same sweep, or a delivery, finds the store well."""
    asked = [settings(lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    wanted = plan.make(asked, sources.read)
    kept = [*zip(wanted.points, in_process.in_process(wanted.points, wanted.problems), strict=True)]
    spool = Spool(wanted, asked[0].tracking, {}, provenance.this_execution())
    spool.keep(kept[:1], lambda: None)
    underway = read(spool.folder)
    spool.keep(kept[1:2], lambda: None)
    underway.remove()
    assert "2 of 2 results were new" in command(module="sweep.sync").out
    spool.keep(kept[2:], lambda: None)
    assert "1 of 1 result was new" in command(module="sweep.sync").out
    underway.remove()
    assert not folders()
    assert len(runs()) == 3


def test_a_spool_that_another_command_has_delivered_meanwhile_is_no_fault(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.tracking.spool_folders.folders", lambda sweep_id="": [Path("outputs/spool/gone")])
    said = command(module="sweep.sync")
    assert (said.code, said.err) == (0, "")
