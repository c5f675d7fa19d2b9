"""A file of one's own that is no configuration: the message says which file, which line, and why."""

from pathlib import Path

import pytest

from tests.conftest import Command


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"lr: [1, 2\nscale: 3\n", ", line 2: expected ',' or ']', but got ':'"),
        (b"lr: [1]\n\tscale: 3\n", ", line 2: found character '\\t' that cannot start any token"),
        (b"lr: 1\nlr: 2\n", ", line 2: found duplicate key lr"),
        (b"# fine: \xc3\xa9\n\n# caf\xe9\nlr: [1]\n", ", line 3: not UTF-8"),
        (b"# " + b"\xc3\xa9" * 9000 + b"\nlr: [1]\n\xff", ", line 3: not UTF-8"),
        (b"lr: [1]\nscale: [\0]\n", ", line 2: the character '\\x00' is not allowed"),
        (b"lr: !!python/object/apply:os.system [ls]\n", ", line 1: could not determine a constructor"),
        (b"lr: &a [*a]\n", ": it contains itself"),
        (b"3\n", ": Invalid loaded object type: int"),
    ],
)
@pytest.mark.parametrize("group", ["grid", "data"])
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    command: Command, tmp_path: Path, group: str, content: bytes, told: str
) -> None:
    path = tmp_path / "own" / group / "mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    said = command("--config-dir", "own", f"{group}=mine")
    assert said.code == 1
    assert said.err.startswith(f"sweep: {path}{told}")
    assert [line[:11] for line in said.err.splitlines()[1:]] == ["  allowed: ", "  next:    "]


@pytest.mark.parametrize(
    ("content", "told"),
    [("- 1\n- 2\n", "grid/mine: Invalid type assigned"), ("1: [2]\n", "grid/mine: Key 1 (int) is incompatible")],
)
def test_a_file_of_another_form_is_named(command: Command, tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "own" / "grid").mkdir(parents=True)
    (tmp_path / "own" / "grid" / "mine.yaml").write_text(content)
    said = command("--config-dir", "own", "grid=mine")
    assert (said.code, said.err.startswith(f"sweep: {told}")) == (1, True)
    assert "a file that maps keys to values" in said.err


def test_a_folder_that_is_not_there_is_named(command: Command, tmp_path: Path) -> None:
    said = command("--config-dir", "none")
    assert said.err.startswith(f"sweep: --config-dir {tmp_path / 'none'}: no such folder\n")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("problem/mine", "model: {_target_: my.Net}", ("problem=NAME: the file", "defaults: [torch]")),
        ("data/mine", "samples: 30", ("data=NAME: the file", "defaults: [csv]")),
        ("problem/mine", "defaults: [torch]\nmodel: my.Net", ("problem/mine: problem.model: ", "correct the file")),
    ],
)
def test_a_file_of_a_group_that_lacks_its_base_or_has_a_wrong_value_is_told_how_it_is_written(
    command: Command, tmp_path: Path, name: str, text: str, said: tuple[str, str]
) -> None:
    file = tmp_path / "own" / f"{name}.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    refused = command("--config-dir", "own", name.replace("/", "="))
    assert refused.code == 1
    assert refused.err.startswith(f"sweep: {said[0]}")
    assert refused.err.rstrip().endswith(said[1])
