"""The notebook of ``docs/`` is run by a kernel, as a reader runs it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client import launcher
from nbclient import NotebookClient

from tests.quick_start import fork_workers

NOTEBOOK = Path(__file__).parent.parent.parent / "docs" / "first_sweep.ipynb"


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> list[Any]:
    """Its cells of code, once they have run in a folder with an empty store; a cell that raises ends the test.

    The kernel is forked, and so are workers of what it runs.
    """
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "outputs").mkdir()
    shutil.copyfile(empty_store, folder / "outputs" / "mlflow.db")
    book: Any = nbformat.reads(NOTEBOOK.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", subprocess.Popen)  # So that it is afterwards what it was.
        for name, value in fork_workers().items():
            patch.setenv(name, value)
        patch.setattr(launcher, "Popen", subprocess.Popen)
        NotebookClient(book, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell for cell in book.cells if cell.cell_type == "code"]


def shown(cell: Any, kind: str) -> list[str]:
    """What a cell shows in a form that a notebook chooses from, as text."""
    return [output.data[kind] for output in cell.outputs if kind in output.get("data", {})]


def test_a_call_shows_its_table_and_nothing_is_printed_in_red(cells: list[Any]) -> None:
    assert "CONVERGED" in shown(cells[0], "text/plain")[-1]
    printed = [output.text for cell in cells for output in cell.outputs if output.output_type == "stream"]
    assert printed == ["the lr that theory says converges fastest at this scale, in 528 epochs\n"]


def test_a_sweep_is_shown_as_its_report(cells: list[Any]) -> None:
    (page,) = shown(cells[1], "text/html")
    assert page.startswith("<iframe srcdoc=")
    assert "What to try next" in page
    assert shown(cells[1], "text/plain")[0].startswith("<Sweep 1cbb611e: ")


def test_a_suggestion_runs(cells: list[Any]) -> None:
    assert "1 converged" in shown(cells[2], "text/plain")[-1]


def test_a_class_of_a_cell_trains_in_other_processes_on_arrays_of_a_cell(cells: list[Any]) -> None:
    table = shown(cells[3], "text/plain")[-1]
    assert len(table.splitlines()) == 7
    error, loss = eval(shown(cells[4], "text/plain")[-1], {"np": __import__("numpy")})
    assert error == pytest.approx(loss, rel=1e-5)


def test_a_function_of_a_cell_is_judged_by_its_curve(cells: list[Any]) -> None:
    table = shown(cells[5], "text/plain")[-1]
    assert table.count("DIVERGED") == 1
    assert table.count("UNFINISHED") == 5
    assert "0.11" in shown(cells[6], "text/plain")[-1]
