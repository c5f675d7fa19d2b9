"""CSV files that are not as they should be are refused by what they look like, with the line and the next step."""

from pathlib import Path

import pytest

from sweep.data.table_file import Files
from sweep.errors import BadInput
from sweep.settings.file_form import FileForm


def refusal(path: Path, text: str) -> str:
    file = path / "readings.csv"
    file.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(BadInput) as refused:
        Files().read(file, "x", "y")
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "said", "step"),
    [
        ('"x";"y"\n"1";"2"\n"2";"3"\n', "line 1 has text after a closing quote; it looks like semicolons", "semicolon"),
        ("x;y\n1;2\n2;3\n", "looks like semicolons", "semicolon"),
        ("x;y\n1,5;2,5\n2,5;3,5\n", "looks like semicolons", "semicolon data.decimal=comma"),
        ("sep=;\nx;y\n1;2\n2;3\n", "looks like semicolons", "semicolon"),
        ("n;x;y, in l;y\n1;2;3;4\n2;3;4;5\n", "looks like semicolons", "semicolon"),
        ("x;y\n1,5;2,5\n2,25;3\n", "no such column in", "semicolon data.decimal=comma"),
        ("x\ty\n1\t2\n2\t3\n", "looks like tabs", "tab"),
        ("x|y\n1|2\n2|3\n", "looks like bars", "bar"),
        ("x y\n1 2\n2 3\n", "looks like blanks", "space"),
    ],
)
def test_other_separators_are_told_with_the_settings_that_read_the_file(
    tmp_path: Path, text: str, said: str, step: str
) -> None:
    message = refusal(tmp_path, text)
    assert said in message
    assert message.endswith(f"read it with data.separator={step}")
    words = dict(word.split("=") for word in f"separator={step.replace('data.', '')}".split())
    found = Files().read(tmp_path / "readings.csv", "x", "y", FileForm(**words))
    assert len(found) == 2


@pytest.mark.parametrize(
    ("text", "said", "step"),
    [
        ('x,y\n"1"\t"2"\n', "line 2 has text after a closing quote; it looks like tabs", "data.separator=tab"),
        ("n;x;y, in l\n1;2;3\n2;3;4\n", "looks like semicolons", "data.separator=semicolon"),
        ("x,y\n1;2\n2;3\n", "line 2 has 1 cell, the header has 2; it looks like semicolons", "separator=semicolon"),
        ("x,y\n1,5;2,5\n", "line 2 has 3 cells, the header has 2; it looks like semicolons", "separator=semicolon"),
        ("x,y\n1,5,2,5\n2,5,3,5\n", "line 2 has 4 cells, the header has 2; it looks like decimal commas", "save it"),
    ],
)
def test_separators_that_are_not_the_same_in_every_line_are_told(
    tmp_path: Path, text: str, said: str, step: str
) -> None:
    message = refusal(tmp_path, text)
    assert said in message
    assert step in message.splitlines()[2]


def test_decimal_commas_are_told_and_commas_between_thousands_are_not_taken_for_them(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    for cell, step in (("2,75", "read it with data.decimal=comma"), ("2,750", "take data.input=z")):
        path.write_text(f'x,z,y\n"1,500",1,2\n"{cell}",2,3\n')
        with pytest.raises(BadInput) as refused:
            Files().read(path, "all", "y")
        assert refused.value.next_step == step


@pytest.mark.parametrize(
    ("text", "said", "step"),
    [
        ("X,y\n1,2\n2,3\n", "data.input=x: no such column", "did you mean X?"),
        ("x,\u00b5\n1,2\n2,3\n", "data.target=y: no such column", "choose one of them"),
        ("made today\nx,y\n1,2\n2,3\n", "line 2 has it", "delete what stands above line 2"),
        ("# made, today\n# again\nx,y\n1,2\n2,3\n", "line 3 has it", "delete what stands above line 3"),
        ("1,2\n2,3\n3,4\n", "its first line has numbers, and no names", "put a line with the names"),
        ("x,y\n0,1,2\n1,2,3\n", "line 2 has 3 cells, the header has 2; it looks like an index", "put a name for it"),
        ("x,y\n1,2\n1,2,\n", "line 3 has 3 cells, the header has 2; it ends with a comma", "take the comma"),
        ("x,y,\n1,2\n2,3\n", "line 2 has 2 cells, the header has 3; the header ends with a comma", "take the comma"),
        ("x,y\ns,\u00b0C\n1,2\n2,3\n", "line 2 has no numbers; it looks like a row of units", "data.input_unit"),
        ('x,y\n1,2\n2,"3\n4,5\n', "line 3 has a quote that is not closed", "close it"),
        ('x,y\n1,2\n2,"3" or 4\n', "line 3 has text after a closing quote", "write a quote inside a cell twice"),
        ('x,y\n1,2"3\n', "line 2, column y: '2\"3'", "write the number without quotes"),
        ('x,y\n1,2\n2,"' + "3\n4," * 40_000, "line 3 has a quote that is not closed", "close it"),
        ("x,y\n1,2\n2," + "3" * 140_000 + "\n", "line 3 has a cell of more than 131,072 characters", "shorten it"),
        ('x,y,z\n1,2,"a\n2,3,b"\n3,4,\n', "line 2 has a quote that closes only after other rows", "close it"),
        ('x,y,z\n1,2,"a\n2,3,b\n3,4,c"\n4,5,\n', "line 2 has a quote that closes only after other rows", "close it"),
        ('x,y\n1,"2\n3,4"\n5,6\n', "line 2 has a quote that closes only after other rows", "close it"),
    ],
)
def test_a_file_of_another_form_is_told_by_its_line(tmp_path: Path, text: str, said: str, step: str) -> None:
    message = refusal(tmp_path, text)
    assert said in message
    assert step in message.split("next:    ")[1]


@pytest.mark.parametrize(
    ("cell", "looks"),
    [
        *((cell, "a missing value") for cell in ("", "NA", "n/a", "NaN", "null", "None", "-", "?", "#DIV/0!")),
        *((cell, "not finite") for cell in ("inf", "-Infinity")),
        *((cell, "too large") for cell in ("1e101", "-1e999")),
        *(
            (cell, "thousands separator")
            for cell in (
                '"1,234,567"',
                "1 234",
                "1\xa0234",
                "1\u202f234.5",
                "1'234.5",
                '"1,234.5"',
                "1_000",
                "1.234.567",
            )
        ),
        *((cell, "a decimal comma") for cell in ('"1,5"', '"-0,25"', '"1,5e3"', '"1.234,5"')),
        *((cell, "a date or a time") for cell in ("2026-11-27", "27.11.26", "11/27/2026 12:00", "12:30:05")),
        ("0x1F", "a hexadecimal number"),
        *((cell, "a minus sign") for cell in ("\u22125", "\u20131.5")),
        *((cell, "quotes") for cell in (' "5"', "'5'", "\u201c5\u201d")),
        *((cell, "a number with a unit") for cell in ("5 \u00b0C", "5%", "$5", "1.5kg", "\u20ac 12.5")),
    ],
)
def test_a_cell_that_is_no_number_is_told_by_what_it_looks_like(tmp_path: Path, cell: str, looks: str) -> None:
    message = refusal(tmp_path, f"x,y\n1,2\n2,{cell}\n")
    assert "line 3, column y: " in message
    assert looks in message.splitlines()[0]
