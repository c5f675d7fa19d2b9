"""Packages that engines need beside sweep: not there, or there and broken."""

import sys
from pathlib import Path

import pytest

from sweep.engines import extras
from tests.conftest import Command

ENGINES = {
    "ray": ("hydra/launcher=sweep_ray",),
    "submitit": ("hydra/launcher=sweep_slurm", "hydra.launcher.executor=local"),
}


@pytest.mark.parametrize("module", ENGINES)
def test_without_its_package_the_command_that_installs_it_is_said(
    command: Command, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    found = command("epochs=2", *ENGINES[module])
    assert (found.code, f"{ENGINES[module][0]}: {module} is not installed" in found.err) == (1, True), found
    assert f"pip install '{module}" in found.err


@pytest.mark.parametrize("module", ENGINES)
def test_a_package_that_cannot_be_imported_is_told_with_what_it_raises(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / f"{module}.py").write_text("raise AttributeError('no attribute\\nin it')\n")
    monkeypatch.syspath_prepend(tmp_path / "broken")
    monkeypatch.delitem(sys.modules, module, raising=False)
    key, extra = ENGINES[module][0], ENGINES[module][0].rpartition("_")[2]
    found = command("epochs=2", *ENGINES[module])
    assert found.code == 1
    assert found.err.splitlines()[-3:] == [
        f"sweep: {key}: {module} is installed, and cannot be imported: AttributeError: no attribute",
        f"  allowed: {extras.NEED_NOTHING}",
        f"  next:    pip install --force-reinstall '{extras.requirement(module, extra)}';"
        f" python -c 'import {module}' shows more",
    ]
