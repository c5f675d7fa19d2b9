"""Which commit a run was trained from: that of the checkout the code runs from, whoever calls."""

import os
import subprocess
from pathlib import Path

import pytest

from sweep import provenance

WHO = ("-c", "user.name=n", "-c", "user.email=e")


def git(folder: Path, *words: str | bytes) -> str:
    words = ("git", "-C", str(folder), *WHO, *words)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(words, check=True, capture_output=True, text=True, env=variables).stdout.strip()


def repository(folder: Path) -> str:
    """Make a checkout with a commit of its own; return that."""
    (folder / "sweep").mkdir(parents=True)
    (folder / "file.txt").write_text(folder.name)
    git(folder, "init", "-q")
    git(folder, "add", "file.txt")
    git(folder, "commit", "-qm", folder.name)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the code runs from."""
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "checkout" / "sweep" / "provenance.py"))
    return tmp_path / "checkout"


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "{other}/.git"},
        {"GIT_DIR": ".git", "GIT_WORK_TREE": ".", "GIT_INDEX_FILE": "{other}/.git/index", "GIT_PREFIX": ""},
        {"GIT_WORK_TREE": "{other}"},
        {"GIT_INDEX_FILE": "{other}/.git/index"},
        {"GIT_COMMON_DIR": "{other}/.git"},
        {"GIT_OBJECT_DIRECTORY": "{other}/.git/objects"},
        {"GIT_NAMESPACE": "other"},
        {"GIT_CEILING_DIRECTORIES": "{checkout}/.."},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.worktree", "GIT_CONFIG_VALUE_0": "{other}"},
        {"GIT_CONFIG_PARAMETERS": "'core.worktree'='{other}'"},
        {"GIT_CONFIG_GLOBAL": "{other}/no-file", "GIT_TRACE": "1"},
    ],
    ids=lambda variables: ",".join(variables),
)
def test_the_commit_is_that_of_the_checkout_whatever_gits_variables_say(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    other = checkout.parent / "other"
    commit = repository(checkout)
    assert repository(other) != commit
    monkeypatch.chdir(other)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(other=other, checkout=checkout))
    assert provenance.commit() == commit
    (checkout / "file.txt").write_text("changed")
    assert provenance.commit() == f"{commit}+"


def test_a_checkout_that_is_broken_has_not_the_commit_of_the_folder_around_it(checkout: Path) -> None:
    repository(checkout.parent)
    (checkout / ".git").mkdir(parents=True)
    assert provenance.commit() is None


def test_looking_runs_no_program_of_the_checkout_and_leaves_it_as_it_was(checkout: Path) -> None:
    commit = repository(checkout)
    spy = checkout / ".git" / "spy"
    spy.write_text(f"#!/bin/sh\ntouch '{checkout}/ran'\n")
    spy.chmod(0o755)
    git(checkout, "config", "core.fsmonitor", str(spy))
    (checkout / ".git" / "hooks" / "post-index-change").symlink_to(spy)
    os.utime(checkout / "file.txt", (1, 1))
    index = (checkout / ".git" / "index").read_bytes()
    assert provenance.commit() == commit
    assert (checkout / ".git" / "index").read_bytes() == index
    assert not (checkout / "ran").exists()


def test_a_changed_file_may_have_any_name(checkout: Path) -> None:
    repository(checkout)
    name = os.fsdecode(b"caf\xe9.txt")
    (checkout / name).write_text("1")
    git(checkout, "config", "core.quotepath", "false")
    git(checkout, "add", name)
    assert (provenance.commit() or "").endswith("+")


def test_a_linked_worktree_has_its_own_commit(checkout: Path) -> None:
    main = checkout.parent / "main"
    commit = repository(main)
    git(main, "worktree", "add", "-q", str(checkout))
    (main / "file.txt").write_text("changed")
    assert provenance.commit() == commit
