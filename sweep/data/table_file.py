"""A user's file as a table, by what its first bytes say it is; and the readings that are asked of it."""

from collections.abc import Sequence
from pathlib import Path

from sweep.data.columns import Asked
from sweep.data.csv_file import csv_table
from sweep.data.npz_file import is_npz, npz_table
from sweep.data.other_form import in_that_form, other_form
from sweep.data.parquet_file import is_parquet, parquet_table
from sweep.data.readings import Readings
from sweep.data.table import Table
from sweep.data.table_readings import readings_of
from sweep.data.text_file import content_of, text_of
from sweep.errors import BadInput
from sweep.settings.file_form import FileForm

READ_AS_USUAL = FileForm()


class Files:
    """Files of readings, each read once however many columns are asked of it; for as long as nobody writes them."""

    def __init__(self) -> None:
        self._texts: dict[Path, str] = {}
        self._tables: dict[tuple[Path, str, str], Table] = {}

    def read(
        self,
        path: Path,
        inputs: str | Sequence[str],
        target: str,
        form: FileForm = READ_AS_USUAL,
        labelled: bool | None = False,
    ) -> Readings:
        """Read columns of the file at ``path``.

        Parameters
        ----------
        inputs : a column or several; ``all``, where no column has that name, is every one but the target and an index.
        labelled : whether the target's cells are labels of classes; None: where they are text.

        Raises
        ------
        BadInput : naming what cannot be used, what it looks like, and the next step.
        """
        asked = Asked(inputs, target, labelled)
        try:
            return readings_of(self._table(path, form), asked, form)
        except BadInput as told:
            if path in self._texts and (other := other_form(path, self._texts[path], asked, form)):
                raise in_that_form(told, other, form) from told
            raise

    def _table(self, path: Path, form: FileForm) -> Table:
        known = path, form.separator, form.decimal
        if known not in self._tables:
            self._tables[known] = self._made(path, form)
        return self._tables[known]

    def _made(self, path: Path, form: FileForm) -> Table:
        if path not in self._texts:
            content = content_of(path)
            if is_parquet(content):
                return parquet_table(path, content)
            if is_npz(content):
                return npz_table(path, content)
            self._texts[path] = text_of(path, content)
        return csv_table(path, self._texts[path], form)
