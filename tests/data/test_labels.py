"""Labels of classes: text or whole numbers, in order; what is no label is refused by what it looks like."""

from pathlib import Path

import pytest

from sweep.data.readings import Readings
from sweep.data.table_file import Files
from sweep.errors import BadInput
from sweep.settings.file_form import FileForm


def labelled(folder: Path, labels: list[str], **form: str) -> Readings:
    """Readings of a file with these in the column ``kind``, and a quantity ``x``."""
    path = folder / "own.csv"
    rows = "".join(f'{row},"{label}"\n' for row, label in enumerate(labels))
    path.write_text(f"x,kind\n{rows}", encoding="utf-8")
    return Files().read(path, "x", "kind", FileForm(**form), labelled=True)


@pytest.mark.parametrize(
    ("labels", "classes", "targets"),
    [
        (["setosa", "virginica", "setosa"], ("setosa", "virginica"), [0, 1, 0]),
        (["b", "a", "B"], ("B", "a", "b"), [2, 1, 0]),
        (["10", "9", "-1", "9"], ("-1", "9", "10"), [2, 1, 0, 1]),
        (["1.0", "01", "+2", "2e0", "0"], ("0", "1", "2"), [1, 1, 2, 2, 0]),
        (["1", "1.0", "one"], ("1", "1.0", "one"), [0, 1, 2]),
        (["False", "True", "none", "-", "?"], ("-", "?", "False", "True", "none"), [2, 3, 4, 0, 1]),
    ],
)
def test_classes_are_the_labels_in_order_and_targets_their_numbers(
    tmp_path: Path, labels: list[str], classes: tuple[str, ...], targets: list[int]
) -> None:
    found = labelled(tmp_path, labels)
    assert (found.classes, found.targets.tolist()) == (classes, targets)


@pytest.mark.parametrize(
    ("labels", "said", "step"),
    [
        (["setosa"] * 3, "column kind has one class only: every row is setosa", "choose another data.target"),
        (["7", "7.0"], "column kind has one class only: every row is 7", "choose another data.target"),
        (["1", "2.5", "2"], "column kind has numbers that are no labels, as 2.5", "problem=linear"),
        (
            ["1", "9007199254740993"],
            "column kind has numbers that are no labels, as 9007199254740993",
            "problem=linear",
        ),
        (["a", "", "b"], "line 3, column kind: '' is no label; it looks like a missing value", "data.missing=drop"),
        (["a", "NA", "b", "NULL"], "'NA' is no label; it looks like a missing value, one of 2", "2 of 4 rows"),
        ([f"name {k}" for k in range(11)], "11 labels in 11 rows, as name 0; it looks like a name or an id", "choose"),
        (
            [str(k) for k in range(30)],
            "30 labels in 30 rows, as 0; it looks like a quantity, or an id",
            "problem=linear",
        ),
        ([f"n{k % 1001}" for k in range(3000)], "1,001 labels in 3,000 rows", "choose another data.target"),
        (["a", "b\nc", "a"], "has the label 'b\\nc', which is too long or not on one line", "shorten it"),
        (["a", "b" * 251], "which is too long", "shorten it"),
    ],
)
def test_what_is_no_label_is_refused_by_what_it_looks_like(
    tmp_path: Path, labels: list[str], said: str, step: str
) -> None:
    with pytest.raises(BadInput) as refused:
        labelled(tmp_path, labels)
    assert said in refused.value.what
    assert step in refused.value.next_step


def test_a_class_of_which_no_row_is_left_is_none(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("x,kind\n1,a\nNA,rare\n2,b\n3,NA\n")
    found = Files().read(path, "x", "kind", FileForm(missing="drop"), labelled=True)
    assert (found.classes, found.targets.tolist(), found.dropped) == (("a", "b"), [0, 1], 2)


def test_text_where_numbers_are_asked_for_is_told_as_labels(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("x,kind\n1,setosa\n2,virginica\n3,setosa\n")
    with pytest.raises(BadInput) as refused:
        Files().read(path, "x", "kind")
    assert "column kind has text, as 'setosa', 'virginica'" in refused.value.what
    assert refused.value.next_step == "for classes: problem=logistic, or problem.loss=cross_entropy of a model"


@pytest.mark.parametrize(
    ("cells", "classes"),
    [(["a", "b", "a"], ("a", "b")), (["0", "1", "0"], ()), (["a", "NA", "b"], ("a", "b")), (["0", "NA", "1"], ())],
)
def test_where_nobody_says_which_text_is_labels_and_numbers_are_quantities(
    tmp_path: Path, cells: list[str], classes: tuple[str, ...]
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("x,kind\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells)))
    assert Files().read(path, "x", "kind", FileForm(missing="drop"), labelled=None).classes == classes


@pytest.mark.parametrize(
    ("cells", "said"), [(["1", "a", "2"], "'a' is not a number"), (["1,5", "2,5", "1,0"], "decimal comma")]
)
def test_numbers_that_cannot_be_read_are_no_labels(tmp_path: Path, cells: list[str], said: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text("x;kind\n" + "".join(f"{row};{cell}\n" for row, cell in enumerate(cells)))
    with pytest.raises(BadInput) as refused:
        Files().read(path, "x", "kind", FileForm(separator="semicolon"), labelled=None)
    assert said in str(refused.value)


def test_the_same_column_as_labels_and_as_numbers_is_two_readings(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("x,kind\n1,0\n2,1\n3,0\n")
    files = Files()
    numbers, classes = files.read(path, "x", "kind"), files.read(path, "x", "kind", labelled=True)
    assert (numbers.classes, classes.classes) == ((), ("0", "1"))
    assert numbers.fingerprint != classes.fingerprint


def test_inputs_that_are_true_and_false_as_text_are_answered_with_numbers(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("x,z,y\nTrue,1,2\nFalse,3,4\nTrue,2,5\n")
    with pytest.raises(BadInput) as told:
        Files().read(tmp_path / "own.csv", ["x", "z"], "y", FileForm())
    assert told.value.next_step == "write 1 for true and 0 for false, or take data.input=z"
