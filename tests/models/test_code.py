"""What a fingerprint of code tells apart, and what it does not: by editing, moving and linking real modules."""

import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sweep.models import code
from sweep.models.code import fingerprint
from sweep.models.importing import imported
from sweep.models.tokens import tokens
from tests.models.written import importable, write

PROJECT = {
    "my_models.py": """
        import os
        from parts import net as inner
        from parts.deep import *
        import spaces.own.blocks as blocks
        import around.within
        from plain import *

        class Net:  # A comment.
            def forward(self, x):
                from late import y
                return x + y
        """,
    "late.py": "import circle\ny = 1\n",
    "circle.py": "import late, my_models\nz = 2\n",
    "parts/__init__.py": "from . import beside\n",
    "parts/beside.py": "from .deep.bottom import b\n",
    "parts/net.py": "try:\n    from not_there import w\nexcept ImportError:\n    from fallback import w\n",
    "parts/deep/__init__.py": "__all__ = ['starred']\nfrom ..upwards import u\n",
    "parts/deep/bottom.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import types_alone\nb = 1\n",
    "parts/deep/starred.py": "s = 1\n",
    "parts/upwards.py": "import importlib\nu = importlib.import_module('written').v\n",
    "written.py": "v = __import__('also_written')\n",
    "also_written.py": "n = importlib.import_module('.beside', 'parts')\n",
    "types_alone.py": "t = 1\n",
    "fallback.py": "w = 1\n",
    "spaces/own/blocks.py": "import torch\nk = 1\n",
    "around/__init__.py": "a = 1\n",
    "around/within.py": "i = 1\n",
    "plain.py": "p = 1\n",
    "other.py": "o = 1\n",
}
REACHED = [name for name in PROJECT if name != "other.py"]
TARGETS = ["my_models.Net"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with importable(tmp_path / "own"):
        yield write(tmp_path / "own", PROJECT)


def edit(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize("name", REACHED)
def test_a_token_in_any_module_that_is_imported_changes_it_and_a_comment_in_none(folder: Path, name: str) -> None:
    before = fingerprint(TARGETS)
    edit(folder / name, lambda text: "# First.\n\n" + text.replace("    ", "  ") + "\n\n  # Last.")
    assert fingerprint(TARGETS) == before
    edit(folder / name, lambda text: text + "\nadded = 1\n")
    assert fingerprint(TARGETS) != before


def test_what_is_not_imported_changes_nothing(folder: Path) -> None:
    before = fingerprint(TARGETS)
    edit(folder / "other.py", lambda text: text + "added = 1\n")
    assert fingerprint(TARGETS) == before


def test_nothing_is_imported_and_what_was_imported_has_the_same(folder: Path) -> None:
    modules = set(sys.modules)
    write(folder, {"own_blocks.py": "import spaces.own.blocks\nclass Net: ...\n"})
    before = fingerprint(["own_blocks.Net"])
    assert {name for name in set(sys.modules) - modules if name.partition(".")[0] in ("own_blocks", "spaces")} == set()
    imported("own_blocks.Net", "problem.model")
    assert fingerprint(["own_blocks.Net"]) == before
    assert "spaces.own" in sys.modules


def test_neither_the_folder_nor_the_order_of_targets_is_in_it(folder: Path, tmp_path: Path) -> None:
    both = ["other.loss", "my_models.Net"]
    before = fingerprint(both)
    assert (len(before), int(before, 16) > 0) == (32, True)
    assert fingerprint(both[::-1]) == fingerprint([*both, *both]) == before
    assert len({before, fingerprint(both[:1]), fingerprint(both[1:]), fingerprint(["my_models.Ne", both[0]])}) == 4
    shutil.copytree(folder, tmp_path / "moved" / "deeper")
    with importable():
        sys.path.remove(str(folder))
        sys.path.append(str(tmp_path / "moved" / "deeper"))
        assert fingerprint(both) == before


def test_a_link_a_zip_and_the_encoding_of_a_file_are_the_same_code(folder: Path, tmp_path: Path) -> None:
    before = fingerprint(TARGETS)
    (folder / "late.py").rename(tmp_path / "kept.py")
    (folder / "late.py").symlink_to(tmp_path / "kept.py")
    (folder / "parts").rename(tmp_path / "kept")
    (folder / "parts").symlink_to(tmp_path / "kept")
    assert fingerprint(TARGETS) == before
    content = (folder / "my_models.py").read_bytes().replace(b"\n", b"\r\n")
    (folder / "my_models.py").write_bytes(b"\xef\xbb\xbf# coding: utf-8\r\n" + content)
    assert fingerprint(TARGETS) == before
    edit(tmp_path / "kept.py", lambda text: text + "added = 1\n")
    assert fingerprint(TARGETS) != before
    edit(tmp_path / "kept.py", lambda text: text.replace("added = 1\n", ""))
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as archive:
        for name in PROJECT:
            if not name.startswith("spaces"):  # zipimport wants entries for folders without __init__.py.
                archive.write(folder / name, name)
    for name in PROJECT:
        if not name.startswith("spaces"):
            (folder / name).unlink()
    with importable(tmp_path / "own.zip"):
        assert fingerprint(TARGETS) == before


def test_a_module_without_a_source_counts_by_its_bytes(folder: Path) -> None:
    suffix = EXTENSION_SUFFIXES[0]
    write(folder, {f"fallback{suffix}": "no extension, and never loaded", "fallback.py": ""})
    before = fingerprint(TARGETS)
    edit(folder / f"fallback{suffix}", lambda text: text + "!")
    assert fingerprint(TARGETS) != before


def test_a_source_that_is_not_python_counts_as_it_is(folder: Path) -> None:
    seen = set()
    for text in ("print 'two'\n", "print 'two' # three\n", "x = (\n", "  x\n y\n", "x = '\n", "a\x00b = 1\n"):
        (folder / "fallback.py").write_text(text)
        seen.add(fingerprint(TARGETS))
    (folder / "fallback.py").write_bytes(b"# coding: ascii\nx = '\xff'\n")
    assert len(seen | {fingerprint(TARGETS)}) == 7


def test_an_installed_module_counts_by_its_version_alone(tmp_path: Path) -> None:
    def install(version: str, source: str, **more: str) -> str:
        shutil.rmtree(tmp_path / "site-packages", ignore_errors=True)
        info = f"site-packages/theirs-{version}.dist-info"
        write(
            tmp_path,
            {
                "site-packages/theirs/__init__.py": source,
                f"{info}/METADATA": f"Metadata-Version: 2.1\nName: Theirs\nVersion: {version}\n",
                f"{info}/RECORD": "theirs/__init__.py,,\n",
                **{f"{info}/{name}": text for name, text in more.items()},
            },
        )
        code._owners.cache_clear()
        return fingerprint(["theirs.Net"])

    with importable(tmp_path / "site-packages"):
        sys.path[:] = [each for each in sys.path if "-packages" not in each or each.startswith(str(tmp_path))]
        one = install("1.0", "x = 1\n")
        assert install("1.0", "x = 2\n") == one
        assert install("1.1", "x = 1\n") != one
        commits = [install("1.0", "x = 1\n", **{"direct_url.json": f'{{"vcs_info": {{"commit_id": "{each}"}}}}'})
                   for each in "ab"]  # fmt: skip
        assert len({one, *commits}) == 3
        local = {"direct_url.json": '{"url": "file:///src", "dir_info": {}}'}  # Its version stays while it is edited.
        assert install("1.0", "x = 1\n", **local) != install("1.0", "x = 2\n", **local)
        conda = {**local, "INSTALLER": "conda\n"}
        assert install("1.0", "x = 1\n", **conda) == install("1.0", "x = 2\n", **conda) == one
        for source in ("x = 1\n", "x = 2\n"):  # A file that somebody has put there.
            one, before = install("1.0", source, RECORD="", **{"top_level.txt": "others\n"}), one
            assert one != before
        one = install("1.0", "x = 1\n")
        with importable():
            sys.path.insert(0, str(write(tmp_path / "checkout", {"theirs.py": "x = 1\n"})))
            ours = fingerprint(["theirs.Net"])
            write(tmp_path / "checkout", {"theirs.py": "x = 2\n"})
            assert len({one, ours, fingerprint(["theirs.Net"])}) == 3
    code._owners.cache_clear()


def test_torch_counts_by_its_version_and_pythons_own_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code._read("torch.nn") == ({"torch (installed)": f"{torch.__version__} "}, ())
    for name in ("os", "json.decoder", "zlib", "sys", "math", "email.mime", "not_there", "torch.nn.Linear.x"):
        assert code._read(name) == ({}, ()), name
    before = fingerprint(["sweep.models.build.built"])
    monkeypatch.setattr(code, "__version__", "0.0.0")
    assert fingerprint(["sweep.models.build.built"]) != before


NAMES = st.sampled_from(["a", "b", "net", "lr"])
NUMBERS = st.integers(0, 99).map(str)
TEXTS = st.sampled_from(["'a # b'", '"""two\n  lines"""', "f'{a + 1!r:>{lr}} # {b}'", "f'{a}' f'''\n{b}\n'''"])
VALUES = st.recursive(
    NAMES | NUMBERS | TEXTS,
    lambda below: st.tuples(below, st.sampled_from(["+", "*", "==", "and"]), below).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
    ),
    max_leaves=3,
)
LINES = st.tuples(NAMES, VALUES).map(lambda pair: [(0, f"{pair[0]} = {pair[1]}")])
BLOCKS = st.recursive(
    LINES,
    lambda below: st.tuples(st.sampled_from(["if a:", "def net(lr=1):", "for a in b:"]), below, below).map(
        lambda parts: [(0, parts[0]), *((depth + 1, line) for depth, line in parts[1]), *parts[2]]
    ),
    max_leaves=4,
)


@st.composite
def laid_out(draw: st.DrawFn, lines: list[tuple[int, str]]) -> str:
    """``lines`` with a layout of its own: indents, blank lines, comments, lines broken within brackets or continued."""
    indent = draw(st.sampled_from([" ", "    ", "\t"]))
    text = ""
    for depth, line in lines:
        text += draw(st.sampled_from(["", "\n", "   \n", "# a: = 1\n", "      # (\n"]))
        if line[0] in "abln" and "'" not in line and '"' not in line:
            line = line.replace("(", draw(st.sampled_from(["(", "( ", "(\n", "(  # why\n "])))
            line = (
                line.replace(" = ", draw(st.sampled_from([" = ", "=", " = \\\n  "])), 1) if "def" not in line else line
            )
        text += indent * depth + line + draw(st.sampled_from(["\n", "  \n", "  # done\n"]))
    return text.removesuffix(draw(st.sampled_from(["", "\n"])))


@given(st.data(), BLOCKS)
def test_layout_and_comments_never_move_it(data: st.DataObject, lines: list[tuple[int, str]]) -> None:
    one, two = data.draw(laid_out(lines)), data.draw(laid_out(lines))
    assert tokens(one) == tokens(two)


@given(st.data(), BLOCKS, BLOCKS)
def test_other_code_always_moves_it(
    data: st.DataObject, lines: list[tuple[int, str]], others: list[tuple[int, str]]
) -> None:
    assert (tokens(data.draw(laid_out(lines))) == tokens(data.draw(laid_out(others)))) == (lines == others)


def test_where_a_block_ends_is_code_and_not_layout() -> None:
    assert tokens("if a:\n  b = 1\nc = 1\n") != tokens("if a:\n  b = 1\n  c = 1\n")


def test_a_text_with_values_in_it_is_one_token_as_before_python_3_12() -> None:
    assert tokens("x = f'{a!r:>{b}} # {c}'").split("\0\0")[2] == "STRING\0f'{a!r:>{b}} # {c}'"
