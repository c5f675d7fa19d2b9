"""Modules written into a folder, importable for as long as a test runs and forgotten after it."""

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from types import ModuleType

NET = """
    import torch

    class Net(torch.nn.Module):
        def __init__(self, width: int, depth: int = 2, body=None) -> None:
            super().__init__()
            if width < 0:
                raise ArithmeticError("no width below 0")
            self.layers = torch.nn.ModuleList(torch.nn.Linear(width, width) for _ in range(depth))
            self.body = body
"""


def write(folder: Path, sources: Mapping[str, str]) -> Path:
    """Write ``sources``, texts by their path, below ``folder``."""
    for name, source in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source), encoding="utf-8")
    return folder


@contextmanager
def importable(*folders: Path) -> Iterator[None]:
    """Modules of ``folders`` can be imported meanwhile; whatever is imported of them is forgotten."""
    path, modules = list(sys.path), set(sys.modules)
    sys.path.extend(map(str, folders))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = path
        for name in [name for name in set(sys.modules) - modules if _is_in(sys.modules[name], folders)]:
            del sys.modules[name]


def _is_in(module: ModuleType, folders: Sequence[Path]) -> bool:
    spec = module.__spec__
    places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []
    return any(place.startswith(str(folder)) for place in places for folder in folders)
