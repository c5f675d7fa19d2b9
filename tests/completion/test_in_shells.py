"""Tab in a real bash, zsh and fish, each in a terminal of its own."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.completion.typed import shell
from tests.conftest import Command

SHELLS = {
    "bash": (["bash", "--norc", "-i"], 'eval "$(sweep completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'eval "$(sweep completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "sweep completion fish | source"),
}


@pytest.mark.parametrize("name", SHELLS)
def test_tab_completes_verbs_keys_values_files_and_sweeps(
    command: Command, ready_store: Path, tmp_path: Path, name: str
) -> None:
    started, install = SHELLS[name]
    if shutil.which(started[0]) is None:
        pytest.skip(f"{name} is not installed: apt-get install {name}")
    assert command("epochs=2", "name=pilot").code == 0
    (tmp_path / "my file.csv").touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sweep").write_text(f'#!/bin/sh\nexec {sys.executable} -m sweep "$@"\n')
    (tmp_path / "bin/sweep").chmod(0o755)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    environment = dict(os.environ, PATH=path, HOME=str(tmp_path), TERM="xterm", PYTHONPATH=os.pathsep.join(sys.path))
    with shell(started, environment) as terminal:
        terminal.type(f"{install}; echo in''stalled\r")
        assert terminal.shows("installed"), terminal.shown
        for typed, completed in (
            ("sweep repl", "replay"),
            ("sweep gradient=autograd,f", "gradient=autograd,finite_difference"),
            ("sweep hydra/la", "hydra/launcher="),
            ("sweep report pil", "pilot"),
            ("sweep data.path=my", r"data.path=my\ file.csv"),
        ):
            terminal.type(f"{typed}\t")
            assert terminal.shows(completed), terminal.shown
            terminal.type("\x15")
        terminal.type("sweep start=\t\t")
        assert terminal.shows("given", "random"), terminal.shown
