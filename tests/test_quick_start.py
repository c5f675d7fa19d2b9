"""A process of :mod:`tests.quick_start` says, does and ends as one that Python starts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import gone
from tests.quick_start import Popen, fork_workers, run

LOOKS = """
import os, sys
print(sys.argv, sys.orig_argv, os.getcwd(), os.environ['OWN'], 'sweep' in sys.modules, __name__, sys.stdin.read())
print('told', file=sys.stderr)
"""


@pytest.mark.parametrize("end", ["", "sys.exit(3)", "sys.exit('said')", "os.abort()", "os.kill(os.getpid(), 15)"])
def test_it_has_its_own_words_folder_environment_streams_and_end(tmp_path: Path, end: str) -> None:
    words, environment = [sys.executable, "-c", LOOKS + end, "a", "b"], {**os.environ, "OWN": "one"}
    theirs = subprocess.run(
        words, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    ours = run(words, cwd=tmp_path, env=environment)
    assert (ours.returncode, ours.stderr) == (theirs.returncode, theirs.stderr)
    assert end.startswith("os") or ours.stdout == theirs.stdout


def test_it_runs_a_module_of_the_folder_and_of_what_is_named(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for path, text in (("inner/near.py", "import far"), ("far.py", "import sys; print(sys.argv, __name__)")):
        (tmp_path / path).write_text(text)
    words, environment = [sys.executable, "-m", "near", "a"], {**os.environ, "PYTHONPATH": str(tmp_path)}
    where = tmp_path / "inner"
    theirs = subprocess.run(words, cwd=where, env=environment, capture_output=True, text=True)
    assert run(words, cwd=where, env=environment).stdout == theirs.stdout != ""


def test_it_runs_a_script_beside_its_modules(tmp_path: Path) -> None:
    (tmp_path / "near.py").write_text("import sys; print(sys.argv)")
    script = tmp_path / "script.py"
    script.write_text("import near; print(__name__)")
    words = [sys.executable, str(script), "a"]
    assert run(words).stdout == subprocess.run(words, capture_output=True, text=True).stdout != ""


def test_it_gets_signals_in_a_session_of_its_own_and_is_known_by_its_id() -> None:
    words = [sys.executable, "-c", "import time; print('there', flush=True); time.sleep(99)"]
    with Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert os.getsid(process.pid) == process.pid
        assert process.stdout
        assert (process.stdout.readline(), process.poll()) == ("there\n", None)
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate()[1].splitlines()[-1] == "KeyboardInterrupt"
    assert process.returncode == -signal.SIGINT
    assert gone([process.pid])


HELD = """
import os, signal, sys
os.write(int(sys.argv[1]), b'.')
print(sorted(map(int, os.listdir('/proc/self/fd'))), signal.pthread_sigmask(signal.SIG_BLOCK, []))
"""


def test_it_has_the_descriptors_that_it_is_given_and_the_signals_that_are_blocked() -> None:
    ends, theirs = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        words, how = [sys.executable, "-c", HELD, str(theirs)], {"pass_fds": [theirs]}
        started = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, **how)  # type: ignore[call-overload]
        assert run(words, **how).stdout == started.stdout != ""
        assert os.read(ends, 3) == b".."
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(ends)
        os.close(theirs)


def test_workers_of_engines_are_forked_and_no_other_process_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this process, and of one that it starts."""
    monkeypatch.setattr(subprocess, "Popen", subprocess.Popen)
    for name, value in fork_workers().items():
        monkeypatch.setenv(name, value)
    code = "import sys; print('torch' in sys.modules)"
    within = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r} + '  # sweep.' + 'engines.'])"
    for asked, is_forked in ((code, False), (f"{code}  # sweep.engines.", True), (within, True)):
        done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True)
        assert done.stdout == f"{is_forked}\n", asked
