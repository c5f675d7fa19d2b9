"""Files that a training function leaves in its folder: which are kept, and under which names."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sweep import plain_file
from sweep.errors import printable

MOST_BYTES, MOST_FILES = 64 << 20, 1_000
"""Of the files of a run together, and how many there are: they cross processes in memory."""

LONGEST_PART, LONGEST = 200, 500
"""Bytes of a name in UTF-8, and of a path: stores add to them, and file systems end at 255 and 4,096 or before."""

REFUSED = frozenset('\\:#%?*"<>|')
"""What no file system of a store has in a name, or no server that keeps artifacts takes in a path."""

RESERVED = ".artifact.uploading."
"""How files of MLflow's own begin, while they are on their way."""

MOST_LINES = 20
"""Lines about files that are left out, or have another name."""


def files(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """The plain files below ``folder`` by their paths there; and what is to be said of others, a line each."""
    found: dict[str, bytes] = {}
    lines: list[str] = []
    size = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        try:
            if path.is_dir() and not path.is_symlink():
                continue
            kept = _name(name, found)
            if path.is_symlink() or not path.is_file():
                lines.append(f"{printable(name)} is left out: a link, or no plain file")
            elif kept is None:
                lines.append(f"{printable(name)} is left out: a name that is too long, or taken")
            elif len(found) == MOST_FILES:
                lines.append(f"{printable(name)} is left out: a run keeps {MOST_FILES:,} files")
            elif size + (bytes_of := path.stat().st_size) > MOST_BYTES:
                many = f"{bytes_of:,} bytes, where a run keeps {MOST_BYTES:,} in all"
                lines.append(f"{printable(name)} is left out: {many}")
            else:
                found[kept] = plain_file.read(path, MOST_BYTES - size)
                size += len(found[kept])
                if kept != name:
                    lines.append(f"{printable(name)} is kept as {kept}: stores do not take such a name")
        except OSError as error:
            lines.append(f"{printable(name)} is left out: {error.strerror or 'it grows'}")
    more = [f"… and {len(lines) - MOST_LINES:,} files more"] if len(lines) > MOST_LINES else []
    return found, lines[:MOST_LINES] + more


def may_be_kept(name: str) -> bool:
    """Whether a file may be kept under ``name``, a path: no other place is meant by it."""
    return _as_kept(name) == name and name not in ("", ".") and PurePosixPath(name).as_posix() == name


def _name(name: str, found: dict[str, bytes]) -> str | None:
    """Under which name a file is kept; None where there is none."""
    kept = _as_kept(name)
    if kept is None or kept == name:
        return kept
    above = {str(each) for other in found for each in PurePosixPath(other).parents}
    taken = kept in found or kept in above or any(str(each) in found for each in PurePosixPath(kept).parents)
    return None if taken else kept


def _as_kept(name: str) -> str | None:
    """``name`` with ``_`` for each character that is refused; None where it is too long."""
    parts = ["".join(_taken(part)) for part in name.split("/")]
    kept = "/".join(f"_{part}" if part.startswith(RESERVED) else part for part in parts)
    if {"", ".", ".."} & {*parts} or len(kept.encode()) > LONGEST:
        return None
    return kept if all(len(part.encode()) <= LONGEST_PART for part in parts) else None


def _taken(part: str) -> Iterator[str]:
    return (char if char.isprintable() and char not in REFUSED else "_" for char in part)
