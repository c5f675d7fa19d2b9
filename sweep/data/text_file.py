"""The bytes of a file, and its text in UTF-8; what is no such text is refused by what it looks like, with its line."""

import os
import re
from contextlib import suppress
from pathlib import Path

from sweep import plain_file
from sweep.errors import BadInput, nearest

FORMATS = (
    (rb"\xff\xfe\0\0|\0\0\xfe\xff", "looks like UTF-32", "save it as UTF-8"),
    (rb"\xff\xfe|\xfe\xff", "looks like UTF-16", "save it as UTF-8"),
    (rb"\x1f\x8b", "is compressed by gzip", "decompress it first (gunzip)"),
    (rb"BZh\d1AY&SY", "is compressed by bzip2", "decompress it first (bunzip2)"),
    (rb"\xfd7zXZ\0", "is compressed by xz", "decompress it first (unxz)"),
    (rb"\x28\xb5\x2f\xfd", "is compressed by zstd", "decompress it first (zstd -d)"),
    (rb"7z\xbc\xaf", "is a 7z archive", "unpack it first"),
    (rb"PK\x03\x04", "is a zip archive or an Excel workbook", "unpack it, or export the sheet as CSV in UTF-8"),
    (rb"\xd0\xcf\x11\xe0", "is an Excel workbook", "export the sheet as CSV in UTF-8"),
    (rb"PAR1(?![\w. ]*[,;\t\n\r\"])", "is a Parquet file without its end", "write or copy it again, whole"),
    (rb"ARROW1\0|FEA1[\0-\x08]", "is an Arrow or Feather file", "export its table as CSV in UTF-8"),
    (rb"\x89HDF", "is an HDF5 file", "export its table as CSV in UTF-8"),
    (rb"\x93NUMPY", "is an array of NumPy without names", "save its columns by name: numpy.savez('x.npz', a=…, b=…)"),
    (rb"SQLite format 3\0", "is a SQLite database", "export its table as CSV in UTF-8"),
    (rb"%PDF-\d", "is a PDF", "export its table as CSV in UTF-8"),
    (
        rb"version https://git-lfs",
        "is a pointer of Git LFS, not the file itself",
        "fetch the file first (git lfs pull)",
    ),
    (rb"\s*<(?i:!doctype|html|\?xml)", "looks like a web page or XML", "download or export it as CSV"),
    (rb'\s*(\{\s*"|\[\s*[\[{])', "looks like JSON", "export it as CSV in UTF-8"),
)
"""First bytes of files that are no CSV in UTF-8: what such a file looks like, and what to do."""


def text_of(path: Path, content: bytes) -> str:
    """The text that the ``content`` of the file at ``path`` is, without a byte order mark.

    Raises
    ------
    BadInput : it is no text in UTF-8.
    """
    start = content[:64].removeprefix(b"\xef\xbb\xbf")
    for pattern, looks, step in FORMATS:
        if re.match(pattern, start):
            raise _refused(path, f"the file {looks}", step)
    if b"\0" in content:
        if wide := _without_mark(content[:4096]):
            raise _refused(path, f"the file looks like {wide} without a byte order mark", "save it as UTF-8")
        line = _line(content, content.index(b"\0"))
        raise _refused(path, f"line {line} has a NUL byte", "save it as text in UTF-8")
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        byte = content[error.start : error.start + 1]
        read_as = byte.decode("cp1252", "ignore")
        meant = f", {read_as!r} in Windows-1252" if read_as else ""
        raise _refused(
            path,
            f"line {_line(content, error.start)} is not UTF-8 (byte 0x{byte.hex()}{meant})",
            "save it as UTF-8; if it is in Windows-1252: iconv -f WINDOWS-1252 -t UTF-8",
        ) from error


def content_of(path: Path) -> bytes:
    """The bytes of the plain file at ``path``.

    Raises
    ------
    BadInput : it is no plain file (a pipe may never end), cannot be read, or is too large.
    """
    try:
        return plain_file.read(path)
    except plain_file.Unfit as unfit:
        raise _refused(path, unfit.looks, unfit.next_step) from unfit
    except (OSError, ValueError) as error:
        raise _refused(path, getattr(error, "strerror", None) or str(error), _found_instead(path, error)) from error


def _found_instead(path: Path, error: Exception) -> str:
    """What to do about a ``path`` that cannot be read."""
    if isinstance(error, PermissionError):
        return "check its permissions"
    if "://" in str(path) or str(path).startswith(("http:/", "https:/", "s3:/")):
        return "download it first, and give the path of the file"
    if str(path).startswith("~"):
        return "write out what ~ stands for: only a shell reads it, and not after a ="
    with suppress(OSError, ValueError), os.scandir(path.parent) as entries:
        if near := nearest(path.name, (entry.name for entry in entries)):
            return f"did you mean {path.parent / near}?"
    return "check the path"


def _without_mark(sample: bytes) -> str | None:
    """The wide encoding in which a good part of ``sample`` is ASCII, if there is one."""
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        if sum("\0" < char < "\x7f" for char in text) > len(text) / 4:
            return encoding[:6].upper()
    return None


def _line(content: bytes, place: int) -> int:
    """The number of the line, counted from 1, in which the byte at ``place`` stands."""
    return len(re.findall(rb"\r\n?|\n", content[:place])) + 1


def _refused(path: Path, what: str, step: str) -> BadInput:
    return BadInput(f"data.path={path}: {what}", "a CSV file in UTF-8, a Parquet file or a .npz of NumPy", step)
