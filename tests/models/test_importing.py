"""What a dotted name names, or in words why it names nothing; and the current folder as a place to import from."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweep.errors import BadInput
from sweep.models.importing import importable_here, imported
from tests.models.written import NET, importable, write

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    with importable(tmp_path):
        yield tmp_path


def refused(target: str) -> str:
    with pytest.raises(BadInput) as error:
        imported(target, "problem.model")
    assert str(error.value).count("\n") == 2
    return str(error.value)


def test_a_name_is_a_class_a_function_or_what_stands_in_one(folder: Path) -> None:
    write(folder, {"my_models.py": NET, "parts/deep/net.py": "def make(): ...\n", "parts/deep/__init__.py": ""})
    assert imported("my_models.Net", "k").__name__ == "Net"
    assert imported("my_models.Net.forward", "k").__name__ == "_forward_unimplemented"
    assert imported("parts.deep.net.make", "k").__name__ == "make"
    assert imported("torch.nn.Linear", "k").__module__ == "torch.nn.modules.linear"
    assert imported("os.system", "k") is os.system


@pytest.mark.parametrize("target", ["Net", "", "my models.Net", ".Net", "a..b", "a.b.", "a.class", "a/b.Net", "9.x"])
def test_what_is_no_dotted_name_is_said_so(target: str) -> None:
    assert f"problem.model._target_={target}: no dotted name" in refused(target)


def test_a_name_that_python_does_not_import_is_told_apart(folder: Path) -> None:
    (folder / "my-models.py").write_text("Net = 3\n")
    assert "Python imports nothing called 'my-models'\n" in refused("my-models.Net")


def test_a_file_that_another_module_of_its_name_hides_is_to_be_renamed(folder: Path) -> None:
    (folder / "statistics.py").write_text("Net = 3\n")
    (folder / "json").mkdir()
    (folder / "json" / "__init__.py").write_text("Net = 3\n")
    assert "rename statistics.py: Python or a package has a module statistics already" in refused("statistics.Net")
    assert "rename json/__init__.py" in refused("json.Net")
    assert "rename" not in refused("my_models.Nett")
    assert "rename" not in refused("fractions.Net")


@pytest.mark.parametrize("target", ["my_models._Net", "my_models.Net.__dict__", "__main__._Net", "_private.Net"])
def test_a_private_name_is_refused_in_words(target: str) -> None:
    said = refused(target)
    assert "is private to its module" in said
    assert "next:    import it under a public name" in said


def test_a_module_that_is_not_there_is_named_with_the_nearest_of_the_folder(folder: Path) -> None:
    write(folder, {"my_models.py": NET})
    said = refused("my_modles.Net")
    assert said.startswith("problem.model._target_=my_modles.Net: there is no module my_modles\n")
    assert said.endswith("did you mean my_models?")


def test_a_name_that_the_module_has_not_is_named_with_those_it_has(folder: Path) -> None:
    write(folder, {"my_models.py": NET, "parts/__init__.py": "", "parts/net.py": "x = 1\n"})
    said = refused("my_models.Nett")
    assert "my_models has no Nett\n" in said
    assert "allowed: what it has: Net\n" in said
    assert said.endswith("did you mean Net?")
    assert "parts has no nett" in refused("parts.nett.Net")
    assert "parts.net has no x2" in refused("parts.net.x2")
    assert "int has no q" in refused("parts.net.x.q")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = 1\nraise ValueError('first\\nsecond')\n", "raises ValueError: first (my_models.py, line 2)"),
        ("import sys\nsys.exit('done')\n", "raises SystemExit: done (my_models.py, line 2)"),
        ("raise GeneratorExit('done')\n", "raises GeneratorExit: done (my_models.py, line 1)"),
        ("x = (\n", "raises SyntaxError: '(' was never closed (my_models.py, line 1)"),
        ("\nimport not_there_at_all\n", "raises ModuleNotFoundError: No module named 'not_there_at_all' (my_mo"),
        ("import broken\n", "raises NameError: name 'y' is not defined (broken.py, line 2)"),
        ("import json\njson.loads('x')\n", "Expecting value: line 1 column 1 (char 0) (my_models.py, line 2)"),
        ("assert False\n", "raises AssertionError (my_models.py, line 1)"),
        (f"raise ValueError('{'x' * 1000}')\n", f"raises ValueError: {'x' * 188} (my_models.py"),
    ],
)
def test_a_module_that_raises_is_told_in_a_line_with_the_place_in_its_own_code(
    folder: Path, source: str, told: str
) -> None:
    write(folder, {"my_models.py": source, "broken.py": "x = 1\ny\n"})
    said = refused("my_models.Net")
    assert f"importing my_models {told}" in said or told in said.splitlines()[0]
    assert said.endswith("python -c 'import my_models' shows all of it")


def test_a_module_below_a_package_that_raises_is_named(folder: Path) -> None:
    write(folder, {"parts/__init__.py": "", "parts/net.py": "1 / 0\n"})
    assert "importing parts.net raises ZeroDivisionError: division by zero (parts/net.py, line 1)" in refused(
        "parts.net.Net"
    )


def test_the_current_folder_is_appended_last_and_only_meanwhile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for first in ([], [""], [str(folder)]):
        path = [*first, "elsewhere"]
        monkeypatch.setattr(sys, "path", list(path))
        with importable_here():
            assert sys.path == ["elsewhere", str(folder)]
        assert sys.path == path
    monkeypatch.setattr(sys, "path", [str(folder), "elsewhere"])
    for place, moved in ((".venv/lib/site-packages/sweep/version.py", True), ("sweep/version.py", False)):
        monkeypatch.setattr("sweep.version.__file__", str(folder / place))
        with importable_here():
            assert sys.path == (["elsewhere", str(folder)] if moved else [str(folder), "elsewhere"])
    monkeypatch.setattr(sys, "path", ["elsewhere", str(folder), "more"])  # As PYTHONPATH puts it.
    with importable_here():
        assert sys.path == ["elsewhere", str(folder), "more"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*words, "dry_run=true", "epochs=2"], capture_output=True, text=True)


@pytest.mark.parametrize("words", [[sys.executable, "-m", "sweep"], [str(Path(sys.executable).with_name("sweep"))]])
def test_a_file_of_the_folder_hides_no_installed_library(folder: Path, words: list[str]) -> None:
    write(folder, {f"{name}.py": "raise SystemExit('the folder comes first')" for name in ("torch", "hydra", "numpy")})
    said = run(*words)
    assert (said.returncode, said.stderr) == (0, "")
    assert "1 to train" in said.stdout


def test_a_replay_looks_into_the_folder_last_too(folder: Path) -> None:
    write(folder, {"hydra.py": "raise SystemExit('the folder comes first')"})
    said = subprocess.run([sys.executable, "-m", "sweep.replay"], capture_output=True, text=True)
    assert (said.returncode, "nothing there yet" in said.stderr) == (1, True), said.stderr


def test_a_checkout_that_is_the_current_folder_runs_with_its_own_plugin(folder: Path) -> None:
    for name in ("sweep", "hydra_plugins", "conf"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "hydra_plugins/sweep_grid/_expand.py").open("a") as plugin:
        plugin.write("\nprint('of the checkout')\n")
    said = run(sys.executable, "-m", "sweep")
    assert (said.returncode, said.stderr) == (0, "")
    assert "of the checkout" in said.stdout
