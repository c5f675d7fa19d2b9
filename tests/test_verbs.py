"""One command with verbs: each is the command that its module is, and what is no verb is told so."""

import re
import subprocess
import sys

import pytest

from sweep.completion.run_words import FLAGS
from sweep.console import as_json, quiet
from sweep.settings.verbs import VERBS, program, verbs_help
from sweep.version import __version__
from tests.conftest import Command

OF_A_STORE = ("report", "replay", "ui", "sync")


@pytest.mark.parametrize("verb", [*OF_A_STORE, "completion", "run"])
def test_every_verb_tells_the_version_of_sweep(command: Command, verb: str) -> None:
    said = command(verb, "--version")
    assert (said.code, said.out) == (0, f"sweep {__version__}\n")


@pytest.mark.parametrize("verb", OF_A_STORE)
def test_a_verb_calls_itself_as_it_was_typed(command: Command, verb: str) -> None:
    assert command(verb, "--nonsense").err.startswith(f"usage: sweep {verb} ")
    assert command("--nonsense", module=f"sweep.{verb}").err.startswith(f"usage: python -m sweep.{verb} ")


def test_a_command_calls_itself_as_it_was_typed() -> None:
    assert program("/usr/bin/sweep") == "sweep"
    assert program("/somewhere/sweep/__main__.py") == "python -m sweep"


def test_report_as_a_verb_is_the_module(command: Command, ready_store: object) -> None:
    ran = command("run", "-m", "epochs=2,3", "name=pilot")
    assert (ran.code, ran.err) == (0, "")
    typed, module = command("report", "pilot"), command("pilot", module="sweep.report")
    assert (typed.code, typed.out) == (0, module.out)
    assert "pilot" in typed.out


@pytest.mark.parametrize("words", [[], ["-m"], ["--run"], ["-r"]], ids=" ".join)
def test_run_may_be_said_and_left_out(command: Command, words: list[str]) -> None:
    said, without = command("run", *words, "dry_run=true"), command("dry_run=true")
    assert (said.code, said.out, said.err) == (0, without.out, "")
    assert "0.01  0.1    5000" in said.out


@pytest.mark.parametrize(
    ("words", "named", "step"),
    [
        (["reprot"], "reprot", "did you mean sweep report?"),
        (["Replay", "dry_run=true"], "Replay", "did you mean sweep replay?"),
        (["lr=1", "report"], "report", "put it first: sweep report"),
        (["run", "sync"], "sync", "put it first: sweep sync"),
        (["--cfg", "job", "synch"], "synch", "did you mean sweep sync?"),
        (["xyzzy"], "xyzzy", "see sweep --help"),
    ],
)
def test_what_is_no_verb_is_told_the_nearest(
    command: Command, words: list[str], named: str, step: str, files: object
) -> None:
    said = command(*words)
    assert (said.code, said.out) == (1, "")
    first, allowed, following = said.err.splitlines()
    assert first == f"sweep: {named}: no verb at its place, and no KEY=VALUE"
    assert allowed == f"  allowed: one of {', '.join(VERBS)} as the first word, then KEY=VALUE"
    assert following == f"  next:    {step}"


def test_a_key_without_a_value_is_no_mistyped_verb(command: Command) -> None:
    assert command("scale").err.startswith("sweep: scale has no value\n")


@pytest.mark.parametrize(
    ("flags", "module"),
    [
        (["-q"], quiet),
        (["--quiet"], quiet),
        (["-mq"], quiet),
        (["--qui"], quiet),
        (["--json"], as_json),
        (["--json", "-q"], as_json),
    ],
    ids=str,
)
def test_a_flag_chooses_who_is_told(
    command: Command, monkeypatch: pytest.MonkeyPatch, flags: list[str], module: object
) -> None:
    monkeypatch.setattr(module, "show_plan", lambda *_: print("told"))
    assert command(*flags, "dry_run=true").out == "told\n"
    assert command("dry_run=true", *flags, "lr=1,2").out == "told\n"
    assert "Nothing was trained" in command("dry_run=true").out


def test_flags_of_a_run_go_without_a_question(command: Command) -> None:
    said = command("--json", "--cfg", "job")
    assert said.code == 2
    assert said.err.endswith("error: --quiet and --json go without --cfg\n")


def test_help_begins_with_the_verbs(command: Command) -> None:
    page = command("--help").out
    assert verbs_help() in page
    assert page.index("sweep report") < page.index("Keys (")
    assert command("run", "--help").out == page


def test_flags_that_tab_offers_are_those_of_the_parser(command: Command) -> None:
    usage = command("--nonsense").err.partition("error:")[0]
    assert set(re.findall(r"--[a-z-]+", usage)) == set(FLAGS)


def test_a_verb_imports_what_it_needs_and_nothing_heavy() -> None:
    code = (
        "import sys; from sweep.__main__ import main\n"
        "for verb in sys.argv[1:]:\n"
        "    sys.argv = ['sweep', verb, '--version']\n"
        "    try: main()\n"
        "    except SystemExit: pass\n"
        "heavy = {'torch', 'mlflow', 'pandas', 'numpy', 'sqlalchemy', 'hydra', 'omegaconf'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *OF_A_STORE, "completion"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
