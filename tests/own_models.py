"""A user's folder with models and a loss of his own, for commands in it."""

from collections.abc import Callable
from pathlib import Path

from tests.conftest import Command, Said
from tests.models.written import importable, write

MODELS = """
    from pathlib import Path

    import torch
    from torch import nn

    Path("imported").touch()

    class Net(nn.Module):
        def __init__(self, width, body=None):
            super().__init__()
            if width > 16:
                raise ValueError(f"no width of {width}")
            self.a, self.b, self.body = nn.Linear(1, width), nn.Linear(width, 1), body

        def forward(self, x):
            h = torch.tanh(self.a(x))
            return self.b(h if self.body is None else self.body(h))

    def made(width, depth=1):
        return nn.Sequential(nn.Linear(1, width), *[nn.Tanh()] * depth, nn.Linear(width, 1))

    def bent():
        return nn.Tanh()

    def loss(outputs, targets, power=4.0):
        return (outputs - targets).abs() ** power
"""

NET = ("problem=torch", "problem.model._target_=my_models.Net", "data.standardize=true", "epochs=20")
TWO = (*NET, "problem.model.width=4,8", "lr=1e-3")
ALLOWED = ("--allow", "my_models.Net")

Own = Callable[..., Said]
"""As :data:`tests.conftest.Command`."""


def in_folder(command: Command, folder: Path) -> Own:
    """``command`` in a ``folder`` with ``my_models.py``, which is imported anew each time, and says so by a file."""
    write(folder, {"my_models.py": MODELS})

    def run(*words: str, module: str = "sweep") -> Said:
        Path("imported").unlink(missing_ok=True)
        with importable(folder):
            return command(*words, module=module)

    return run


def edit(old: str, new: str) -> None:
    """Put ``new`` in the place of ``old`` in the file with the models."""
    path = Path("my_models.py")
    source = path.read_text()
    assert old in source
    path.write_text(source.replace(old, new))
