"""What training functions left, as it waits in a spool: a file a run, named by the point's key and by its checksum.

A line of JSON, which says how many bytes the output has, and each file by its path; then all of them, one after the
other. Each is read when its run is delivered: together they may be more than memory holds.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sweep import plain_file
from sweep.outputs import write_atomically
from sweep.redaction import without_secrets
from sweep.tracking import typed
from sweep.training import captured, kept_files
from sweep.training.curve import NOTHING, Leavings

FOLDER = "leavings"

NAME = re.compile("([0-9a-f]{32})-([0-9a-f]{64})")

MOST_HEAD = 8 << 20
"""Bytes of the first line."""

MOST_OUTPUT = captured.HEAD + captured.TAIL + (1 << 20)
"""Bytes of output, with what sweep adds to it."""

MOST = MOST_HEAD + 4 * MOST_OUTPUT + kept_files.MOST_BYTES


@dataclass(frozen=True)
class Head:
    """The first line: bytes of the output, and of each file by its path."""

    output: int
    files: dict[str, int]


def write(folder: Path, key: str, leavings: Leavings) -> None:
    """Keep what a run left in the spool ``folder``; of one that left nothing there is no file."""
    if leavings == NOTHING:
        return
    output = without_secrets(leavings.output).encode()
    head = {"output": len(output), "files": {name: len(content) for name, content in leavings.files.items()}}
    line = json.dumps(head, ensure_ascii=False).encode() + b"\n"
    content = b"".join([line, output, *leavings.files.values()])
    write_atomically(folder / FOLDER / f"{key}-{hashlib.sha256(content).hexdigest()}", content)


def found(folder: Path) -> dict[str, Path]:
    """By key, where what a run left waits; none of it is read."""
    names = ((NAME.fullmatch(path.name), path) for path in sorted((folder / FOLDER).glob("*")))
    return {name[1]: path for name, path in names if name}


def read(path: Path) -> Leavings:
    """What a run left.

    Raises
    ------
    OSError : it cannot be read; ``Unfit`` where it is no plain file, or too large.
    Malformed : its bytes do not have the checksum in its name, or are not as :func:`write` has them.
    """
    content = plain_file.read(path, MOST)
    if hashlib.sha256(content).hexdigest() != path.name.partition("-")[2]:
        raise typed.Malformed(f"{path}: its bytes do not have the checksum in its name")
    line, mark, _ = content[:MOST_HEAD].partition(b"\n")
    head = typed.load(line, Head, str(path))
    sizes = [head.output, *head.files.values()]
    at = len(line + mark)
    if min(sizes) < 0 or sum(sizes) != len(content) - at or len(head.files) > kept_files.MOST_FILES:
        raise typed.Malformed(f"{path}: other bytes than its first line says")
    above = {str(each) for name in head.files for each in PurePosixPath(name).parents}
    for name in head.files:
        if not kept_files.may_be_kept(name) or name in above:
            typed.refuse(name, "a path below the folder of a run", f"{path}: files")
    output, at = content[at : at + head.output].decode("utf-8", "replace"), at + head.output
    return Leavings(output, dict(_cut(content, at, head.files)))


def _cut(content: bytes, at: int, sizes: Mapping[str, int]) -> "list[tuple[str, bytes]]":
    files = []
    for name, size in sizes.items():
        files.append((name, content[at : at + size]))
        at += size
    return files
