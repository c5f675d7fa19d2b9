"""What a model and a training function take beside their arithmetic."""

import pickle
import subprocess
import sys

from tests.problem.posed import planned
from tests.training.by_function import asked

MODEL = """
import torch
from sweep.models.rows import Samples
from sweep.models.source import Source
from sweep.models.spec import canonical
from sweep.models.trial import traits

model = canonical({"width": 4, "depth": 1, "activation": "tanh"})
source = Source(model, canonical("mse"), 1.0, 2, 0)
found = traits(source.module, source.made_loss(), Samples(torch.ones(5, 2), torch.arange(5.0)), 0)
assert found.shapes and not found.one_by_one
"""

FUNCTION = """
import pickle
from sweep.training.compute import compute

(curve,) = compute(*pickle.load(sys.stdin.buffer))
assert curve.final_loss
"""
"""It is given a point and its problem as a worker is, and so need not import what plans them."""


TOLD = "import sys; print(sorted({'sympy', 'torch._dynamo'} & sys.modules.keys()))"


def test_to_try_a_model_or_to_call_a_function_imports_no_compiler() -> None:
    """That of torch, with the algebra that it needs, takes more than a second, which a small sweep would notice."""
    command = [sys.executable, "-c", "\n".join([MODEL, TOLD, FUNCTION, TOLD])]
    plan = planned([asked("falls")])
    given = pickle.dumps((plan.points, plan.problems))
    found = subprocess.run(command, input=given, capture_output=True, check=True, timeout=300)
    assert found.stdout.split() == [b"[]", b"[]"]
