"""The README cannot lie: its console blocks are run, in order, in one empty folder; its facts are the code's."""

import os
import re
import shlex
from pathlib import Path

import pytest

from sweep.errors import Exit
from tests.conftest import Command
from tests.models.written import importable

README = Path(__file__).parent.parent / "README.md"
DOCUMENTS = (README, *README.parent.glob("docs/*.md"), README.parent / "CONTRIBUTING.md")
FILE = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)
BLOCK = re.compile(r"```console\n\$ (python -m sweep|sweep) ?([^\n]*)\n(.*?)```", re.DOTALL)
TYPED = re.compile(r"^(?:\$ )?((?:(?:python|pip|ray|make) |sweep (?=-|\S+=)).*)$", re.MULTILINE)
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
PICTURE = re.compile(r"^Report:  (outputs/\S+)/report.html$[^#]*?^!\[[^]]*\]\((docs/\w+\.svg)\)$", re.MULTILINE)
"""The curves of the sweep above, as its report draws them."""


@pytest.mark.usefixtures("forked_workers")
def test_console_blocks_print_what_the_readme_shows(command: Command) -> None:
    text = README.read_text()
    assert len(BLOCK.findall(text)) >= 4
    Path("docs").symlink_to(README.parent / "docs")
    for name, source in FILE.findall(text):
        Path(name).write_text(source)

    def run(match: re.Match[str]) -> str:
        typed, words, _ = match.groups()
        said = command(*shlex.split(words))
        assert (said.code, said.err) == (0, "")
        return f"```console\n{f'$ {typed} {words}'.rstrip()}\n{said.out}```"

    with importable(Path.cwd()):
        found = BLOCK.sub(run, text)
    is_accepted = os.environ.get("ACCEPT") == "1"
    if is_accepted:
        README.write_text(found)
    assert found == text, "accept with: ACCEPT=1 python -m pytest tests/test_readme.py"
    drawn = {name: Path(before, "curves.svg").read_bytes() for before, name in PICTURE.findall(text)}
    assert drawn
    for name, content in drawn.items():
        if is_accepted:
            (README.parent / name).write_bytes(content)
        assert (README.parent / name).read_bytes() == content, "accept as above"


def test_every_exit_code_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README.read_text(), re.MULTILINE)}
    assert documented == set(Exit)


def test_links_to_files_of_the_project_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
            assert target.startswith("http") or (document.parent / target).exists(), f"{document.name}: {target}"


def test_what_is_to_be_typed_has_quotes_around_what_a_shell_takes_for_itself() -> None:
    lines = [(each.name, line) for each in DOCUMENTS for line in TYPED.findall(each.read_text())]
    assert len(lines) > 20
    for name, line in lines:
        assert not set("()[]{}*?<>;|") & set(QUOTED.sub("", line)), f"{name}: {line}"
