"""One table as many programs write it: each file is read with the settings that its message suggests."""

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweep.data.readings import Readings
from sweep.data.table_file import Files
from sweep.errors import BadInput
from sweep.settings.file_form import FileForm
from tests.problem.made import columns

AREA, YEARS, RENT = [71.5, 48.25, 103.0, 64.0], [1998, 2004, 1987, 2011], [1040.5, 812.0, 1390.75, 1.1e3]
TABLE = pd.DataFrame({"area": AREA, "built": YEARS, "rent": RENT, "town": ["Bern", "Köln", "Bern", "Graz"]})

R_CSV = """\
"","area","built","rent","town"
"1",71.5,1998,1040.5,"Bern"
"2",48.25,2004,812,"Köln"
"3",103,1987,1390.75,"Bern"
"4",64,2011,1100,"Graz"
"""

R_CSV2 = """\
"";"area";"built";"rent";"town"
"1";71,5;1998;1040,5;"Bern"
"2";48,25;2004;812;"Köln"
"3";103;1987;1390,75;"Bern"
"4";64;2011;1100;"Graz"
"""

R_TABLE = """\
"area" "built" "rent" "town"
"1" 71.5 1998 1040.5 "Bern"
"2" 48.25 2004 812 "Köln"
"3" 103 1987 1390.75 "Bern"
"4" 64 2011 1100 "Graz"
"""

R_TABLE_TAB = "area\tbuilt\trent\ttown\na\t71.5\t1998\t1040.5\tBern\nb\t48.25\t2004\t812\tKöln\n" + (
    "c\t103\t1987\t1390.75\tBern\nd\t64\t2011\t1100\tGraz\n"
)

R_TABLE_COMMA = re.sub(r"(?<=\S) (?=\S)", ",", R_TABLE)

EXCEL = """\
area;built;rent;town\r
71,5;1998;1040,5;Bern\r
48,25;2004;812;Köln\r
103;1987;1390,75;Bern\r
64;2011;1100;Graz\r
"""

ALIGNED = """\
 area   built     rent  town
 71.5    1998  1040.50  Bern
 48.25   2004   812.00  Köln
103      1987  1390.75  Bern
 64      2011  1100.00  Graz
"""

POSTGRESQL = "area,built,rent,town\n71.5,1998,1040.50,Bern\n48.25,2004,812.00,Köln\n103,1987,1390.75,Bern\n" + (
    "64,2011,1100.00,Graz\n"
)

MYSQL = POSTGRESQL.replace(",", "\t")

QUOTED_COMMAS = """\
"area","built","rent","town"
"71,5","1998","1040,5","Bern"
"48,25","2004","812","Köln"
"103","1987","1390,75","Bern"
"64","2011","1100","Graz"
"""


def parquet(table: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    table.to_parquet(file)
    return file.getvalue()


def npz(**arrays: object) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


WRITTEN: dict[str, tuple[str | bytes, str]] = {
    "R, write.csv": (R_CSV, ""),
    "R, write.csv2": (R_CSV2, "data.separator=semicolon data.decimal=comma"),
    "R, write.table": (R_TABLE, "data.separator=space"),
    "R, write.table without quotes": (R_TABLE_TAB, "data.separator=tab"),
    "R, write.table with commas": (R_TABLE_COMMA, ""),
    "Excel, in German": ("\ufeff" + EXCEL, "data.separator=semicolon data.decimal=comma"),
    "Excel, with its own first line": ("sep=;\r\n" + EXCEL, "data.separator=semicolon data.decimal=comma"),
    "pandas": (TABLE.to_csv(), ""),
    "pandas, without its index": (TABLE.to_csv(index=False), ""),
    "pandas, with tabs": (TABLE.to_csv(sep="\t"), "data.separator=tab"),
    "pandas, with bars": (TABLE.to_csv(sep="|", decimal=","), "data.separator=bar data.decimal=comma"),
    "PostgreSQL": (POSTGRESQL, ""),
    "MySQL": (MYSQL, "data.separator=tab"),
    "columns aligned": (ALIGNED, "data.separator=space"),
    "commas in quotes": (QUOTED_COMMAS, "data.decimal=comma"),
    "Parquet": (parquet(TABLE), ""),
    "Parquet, with an index": (parquet(TABLE.set_index(pd.Index(["a", "b", "c", "d"]))), ""),
    "NumPy": (npz(area=np.array(AREA), built=np.array(YEARS), rent=np.array(RENT, ">f8")), ""),
}


def form_of(words: str) -> FileForm:
    given = dict(word.removeprefix("data.").split("=") for word in words.split())
    return FileForm.read(given.get("separator"), given.get("decimal"), given.get("missing"))


def suggested(told: str) -> str:
    found = re.search(r"read it with ((?:data\.\w+=\w+ ?)*)", told)
    return found[1].strip() if found else ""


@pytest.fixture(params=WRITTEN)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    content, words = WRITTEN[request.param]
    path = tmp_path / "rents"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path, words


def tried(path: Path, inputs: str | list[str], target: str, words: str, labelled: bool = False) -> Readings:
    """What is read at the first try with the settings that the message suggests, which must be ``words``."""
    if words:
        with pytest.raises(BadInput) as refused:
            Files().read(path, inputs, target, labelled=labelled)
        assert suggested(refused.value.next_step) == words
    return Files().read(path, inputs, target, form_of(words), labelled)


def test_a_table_is_read_as_it_was_meant_whoever_wrote_it(written: tuple[Path, str]) -> None:
    found = tried(written[0], ["area", "built"], "rent", written[1])
    assert columns(found) == [AREA, YEARS, RENT]
    assert found.fingerprint == "7f0ba0f9c69330b02c30e8cc7b5ca4ce"


def test_labels_are_the_same_whoever_wrote_them(written: tuple[Path, str], request: pytest.FixtureRequest) -> None:
    path, words = written
    if "NumPy" in request.node.name:
        path.write_bytes(npz(area=np.array(AREA), rent=np.array(RENT), town=np.array(TABLE["town"].tolist())))
    found = tried(path, ["area", "rent"], "town", words, labelled=True)
    assert (found.classes, found.targets.tolist()) == (("Bern", "Graz", "Köln"), [0, 2, 0, 1])


def test_all_are_the_columns_but_the_target_and_an_index(tmp_path: Path) -> None:
    table = TABLE.drop(columns="town")
    again = pd.read_csv(io.StringIO(table.to_csv())).to_csv()
    assert ",Unnamed: 0," in again
    texts: dict[str, str | bytes] = {
        "write.csv": re.sub(',"\\w+"$', "", R_CSV, flags=re.MULTILINE).replace("Köln", ""),
        "pandas": table.to_csv(),
        "pandas twice": again,
        "without": table.to_csv(index=False),
        "Parquet": parquet(table.set_index(pd.Index([7, 8, 9, 11]))),
    }
    for name, content in texts.items():
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = Files().read(path, "all", "rent")
        assert (found.input_names, columns(found)) == (("area", "built"), [AREA, YEARS, RENT]), name


def test_all_with_columns_of_text_is_answered_with_those_and_with_the_list_that_is_left(tmp_path: Path) -> None:
    path = tmp_path / "rents.csv"
    path.write_text(TABLE.assign(day="2026-11-27", none=np.nan).to_csv())
    with pytest.raises(BadInput) as refused:
        Files().read(path, "all", "rent")
    assert "town ('Bern'), day ('2026-11-27'), none (empty) of" in refused.value.what
    assert refused.value.next_step == "take 'data.input=[area,built]'"
