"""The code of a user's own model as a part of what a point is: what was read is what is imported."""

from pathlib import Path

from tests.conftest import Command
from tests.models.written import importable, write

EDITED = """
    from pathlib import Path

    import torch

    class Net(torch.nn.Linear):
        def __init__(self) -> None:
            super().__init__(1, 1)

    Path(__file__).write_text(Path(__file__).read_text() + "WIDTH = 8\\n")
"""
"""A file that is edited after it was read, and before it is imported to the end."""


def test_code_that_is_edited_between_its_fingerprint_and_its_import_is_refused(
    command: Command, tmp_path: Path
) -> None:
    write(tmp_path, {"edited_models.py": EDITED})
    with importable(tmp_path):
        said = command("problem=torch", "problem.model._target_=edited_models.Net", "epochs=2")
        assert said.code == 1
        assert "the code of a model was edited meanwhile" in said.err
        assert command("problem=torch", "problem.model._target_=edited_models.Net", "epochs=2").code == 0
