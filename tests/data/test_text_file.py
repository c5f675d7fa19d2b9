"""The text of a file: what is no plain file of text in UTF-8 is refused by what it looks like."""

import bz2
import codecs
import gzip
import lzma
import os
from pathlib import Path

import pytest

from sweep.data.table_file import Files
from sweep.errors import BadInput
from tests.problem.made import columns

TABLE = "a,b\n1,2\n3,4\n"


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (TABLE.encode("utf-16"), "looks like UTF-16$"),
        (codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"), "looks like UTF-16$"),
        (TABLE.encode("utf-32"), "looks like UTF-32$"),
        (codecs.BOM_UTF32_BE + TABLE.encode("utf-32-be"), "looks like UTF-32$"),
        *(
            (text.encode(encoding), f"looks like {encoding[:6].upper()} without a byte order mark$")
            for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
            for text in (TABLE, "\u0434\u043b\u0438\u043d\u0430,\u0432\u0435\u0441\n" + "1.25,2.5\n" * 9)
        ),
        (gzip.compress(TABLE.encode(), mtime=0), "is compressed by gzip"),
        (bz2.compress(TABLE.encode()), "is compressed by bzip2"),
        (lzma.compress(TABLE.encode()), "is compressed by xz"),
        (b"PK\x03\x04rest", "is a zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "is an Excel workbook"),
        (b"PAR1rest", "is a Parquet file without its end"),
        (b"\x93NUMPYrest", "is an array of NumPy"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>a,b", "looks like a web page or XML"),
        (b'[{"a": 1, "b": 2}]', "looks like JSON"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"),
        (b"a,b\n1,\x002\n", "line 2 has a NUL byte"),
        (b"a,b\r1,2\r3,\x00\r", "line 3 has a NUL byte"),
        ("a,b\n1,2\n\u00e9,4\n".encode("cp1252"), "line 3 is not UTF-8 .byte 0xe9, 'é' in Windows-1252."),
        ("a,b\r1,2\r\u00e9,4\r".encode("cp1252"), "line 3 is not UTF-8"),
        (b"\xef\xbb\xbfa,b\r\n1,\xff\r\n", "line 2 is not UTF-8 .byte 0xff"),
        (b"a,b\n1,\x81\n", "line 2 is not UTF-8 .byte 0x81.$"),
    ],
)
def test_a_file_that_is_not_utf8_is_refused_by_what_it_looks_like(tmp_path: Path, content: bytes, looks: str) -> None:
    path = tmp_path / "readings.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        Files().read(path, "a", "b")
    assert refused.match(f"(?m){looks}")


@pytest.mark.parametrize("column", ["PAR1", "PAR1 in m", "par1", "BZh9", "FEA1", "ARROW1", "PK", "%PDF", "[a]", "{a}"])
def test_a_column_may_be_called_as_a_format_begins(tmp_path: Path, column: str) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(f"{column},b\n1,2\n3,4\n")
    assert columns(Files().read(path, column, "b"))[0] == [1.0, 3.0]


@pytest.mark.parametrize(
    ("typed", "step"),
    [
        ("reading.csv", "did you mean readings.csv"),
        ("READINGS.CSV", "did you mean readings.csv"),
        ("cafe\u0301.csv", "did you mean caf\u00e9.csv"),
        ("zzz.txt", "check the path"),
        ("none/readings.csv", "check the path"),
        ("~/readings.csv", "write out what ~ stands for"),
        ("https://example.org/readings.csv", "download it first"),
    ],
)
def test_of_a_file_that_is_not_there_the_next_step_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, step: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("readings.csv", "caf\u00e9.csv"):
        Path(name).write_text(TABLE)
    with pytest.raises(BadInput, match="No such file") as refused:
        Files().read(Path(typed), "a", "b")
    assert f"next:    {step}" in str(refused.value)


def test_what_is_no_plain_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path, what in (
        (tmp_path, "this is a folder"),
        (pipe, "no plain file"),
        (link, "no plain file"),
        (Path("/dev/zero"), "no plain file"),
        (tmp_path / "none", "No such file"),
        (tmp_path / "none" / ("a" * 300), "No such file|too long"),
        (tmp_path / "pipe" / "a.csv", "Not a directory"),
    ):
        with pytest.raises(BadInput, match=what) as refused:
            Files().read(path, "a", "b")
        assert f"data.path={path}: " in str(refused.value)


def test_a_file_of_any_size_is_refused_at_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadInput, match="has more than"):
        Files().read(path, "a", "b")
