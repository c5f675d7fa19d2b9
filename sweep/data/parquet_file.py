"""A Parquet file as a :class:`Table`, after its pages have been found to unpack to no more than a file may have."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from sweep import plain_file
from sweep.data import cells
from sweep.data.table import Column, Table
from sweep.errors import MALFORMED, BadInput
from sweep.parquet_pages import BOUNDED, MAGIC, unpacked
from sweep.settings.file_form import FileForm

if TYPE_CHECKING:
    import pyarrow as pa

MOST_FOOTER = 1 << 23
"""Bytes of a footer: some tens of thousands of columns."""

MOST_ROWS = 1 << 27
"""Rows: a column of as many numbers takes 1 GiB."""

ALLOWED = "columns of numbers, of true and false, or of text"


def is_parquet(content: bytes) -> bool:
    """Whether ``content`` begins and ends as such a file does."""
    return content.startswith(MAGIC) and content.endswith(MAGIC)


def parquet_table(path: Path, content: bytes) -> Table:
    """The table that ``content`` is.

    Raises
    ------
    BadInput : it is broken, or unpacks to more than a file may have.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = unpacked(content, MOST_FOOTER, BOUNDED)
        if found.bytes > plain_file.LARGEST or max(found.rows, found.values) > MOST_ROWS:
            what = f"data.path={path}: its pages unpack to {found.bytes:,} bytes, {found.values:,} values a column"
            raise BadInput(what, f"up to {plain_file.LARGEST:,} bytes and {MOST_ROWS:,} values", "keep less in it")
        # No threads, here and below: one of pyarrow's that is alive when the process ends can abort it.
        with pq.ParquetFile(io.BytesIO(content), pre_buffer=False) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (*MALFORMED, OSError, pa.ArrowException) as error:
        _refuse_broken(path, error)

    def column(index: int) -> Column:
        name, kind = schema.names[index], schema.types[index]
        _check(path, name, kind)
        as_codes = [name] if pa.types.is_string(kind) or pa.types.is_large_string(kind) else []
        try:
            with pq.ParquetFile(io.BytesIO(content), pre_buffer=False, read_dictionary=as_codes) as file:
                table = file.read([name], use_threads=False, use_pandas_metadata=False)
            (chunks,) = table.columns
            return _column(chunks, rows)
        except (*MALFORMED, OSError, pa.ArrowException) as error:
            _refuse_broken(path, error)

    return Table(path, schema.names, rows, column)


def _check(path: Path, name: str, kind: "pa.DataType") -> None:
    """Raise :class:`BadInput` where a column's values are neither numbers nor text."""
    from pyarrow import types

    inner = kind.value_type if types.is_dictionary(kind) else kind
    plain = (types.is_integer, types.is_floating, types.is_decimal, types.is_boolean, types.is_null)
    if any(is_it(inner) for is_it in (*plain, types.is_string, types.is_large_string)):
        return
    looks, step = f"values of the type {inner}", "write it as numbers or text, or choose another column"
    if types.is_temporal(inner):
        looks, step = f"dates or times ({inner})", "write it as a number, as of seconds"
    raise BadInput(f"data.path={path}: column {name} has {looks}", ALLOWED, step)


def _column(chunks: "pa.ChunkedArray", rows: int) -> Column:
    import pyarrow as pa
    from pyarrow import types

    if len(chunks) != rows:
        raise ValueError(f"a column of {len(chunks):,} values in {rows:,} rows")
    if types.is_dictionary(chunks.type) and not _is_text(chunks.type.value_type):
        chunks = chunks.cast(chunks.type.value_type)
    if types.is_boolean(chunks.type):
        numbers = chunks.cast(pa.int8()).cast(pa.float64()).to_numpy()
        words = np.array(["False", "True", ""], object)
        return Column(numbers, words[np.where(np.isnan(numbers), 2, numbers).astype(np.intp)].tolist())
    if not _is_text(chunks.type):
        return Column(np.array(chunks.cast(pa.float64(), safe=False).to_numpy(), np.float64))
    whole: Any = chunks if types.is_dictionary(chunks.type) else chunks.dictionary_encode()
    whole = whole.unify_dictionaries().combine_chunks()
    parts = whole.chunks if isinstance(whole, pa.ChunkedArray) else [whole]
    texts: list[str] = []
    for part in parts:
        words_of = [str(word).strip() for word in part.dictionary.to_pylist()]
        texts += [words_of[code] if code >= 0 else "" for code in part.indices.fill_null(-1).to_pylist()]
    return Column(cells.numbers(texts, FileForm()), texts)


def _is_text(kind: "pa.DataType") -> bool:
    from pyarrow import types

    inner = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(inner) or types.is_large_string(inner))


def _refuse_broken(path: Path, error: Exception) -> NoReturn:
    reason = str(error).partition("\n")[0][:200]
    what = f"data.path={path}: the Parquet file is broken, or written in a way that sweep does not read ({reason})"
    raise BadInput(what, "a Parquet file", "write it again, as pandas and pyarrow do by default") from error
