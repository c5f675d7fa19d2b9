"""What a model takes beside its arithmetic."""

import subprocess
import sys

PROGRAM = """
import sys
import torch
from sweep.models.rows import Samples
from sweep.models.source import Source
from sweep.models.spec import canonical
from sweep.models.trial import traits

model = canonical({"width": 4, "depth": 1, "activation": "tanh"})
source = Source(model, canonical("mse"), 1.0, 2, 0)
found = traits(source.module, source.made_loss(), Samples(torch.ones(5, 2), torch.arange(5.0)), 0)
assert found.shapes and not found.one_by_one
print(*sorted({"sympy", "torch._dynamo"} & sys.modules.keys()))
"""


def test_to_try_a_model_imports_no_compiler() -> None:
    """That of torch, with the algebra that it needs, takes more than a second, which a small sweep would notice."""
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=100)
    assert not found.stdout.strip()
