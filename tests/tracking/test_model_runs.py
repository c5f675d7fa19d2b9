"""Runs of models in a store: what stands on them; and a spool of theirs is delivered without a model."""

import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sweep import provenance
from sweep.data import sources
from sweep.models.importing import importable_here
from sweep.plan import plan
from sweep.settings.schema import Posed, ProblemKind, Start
from sweep.tracking.attempt import CurveAddress
from sweep.tracking.run_content import PointRun, RunContent, of_trained
from sweep.tracking.spool import Spool
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.verdict.judge import judge
from tests.conftest import THERMOMETER, Command
from tests.report.nets import net, swept
from tests.tracking.stored import page, runs, settings

NET = """\
import torch

def Net(width):
    return torch.nn.Sequential(torch.nn.Linear(1, width), torch.nn.Tanh(), torch.nn.Linear(width, 1))
"""

POINT = net(THERMOMETER, standardize=True, epochs=5)


def content(**changes: int) -> RunContent:
    made = swept(POINT, data=(THERMOMETER,))
    curve, problem = made.results[POINT.key], made.plan.problem(POINT)
    assert isinstance(curve, Curve)
    curve = replace(curve, trained={**curve.trained, **changes})
    verdict = judge(curve, POINT, problem, 0.001)
    return of_trained(PointRun("", POINT, problem, {}), curve, verdict, CurveAddress("", "", 0), 100)


def test_arguments_are_params_and_the_curvature_at_the_end_is_a_metric() -> None:
    found = content()
    told = {name: value for name, value in found.params.items() if name.startswith("problem")}
    arguments = {"problem.model.width": "4", "problem.model.depth": "2", "problem.model.activation": "tanh"}
    assert told == {"problem": "mlp", "problem.loss": "mse", **arguments}
    assert found.metrics["lambda_max"] > 0
    assert math.isclose(found.metrics["threshold_ratio"], POINT.lr * found.metrics["lambda_max"] / 2, rel_tol=1e-6)


@pytest.mark.parametrize("promised", [0, 1])
def test_a_run_whose_bits_are_not_promised_carries_a_tag_that_says_so(promised: int) -> None:
    tag = content(promised=promised).tags.get("bits")
    assert tag == (None if promised else "may depend on what the run was trained beside")


@pytest.mark.usefixtures("ready_store")
def test_a_spool_of_a_model_is_delivered_without_importing_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("spooled_nets.py").write_text(NET)
    posed = Posed(ProblemKind.torch, {"_target_": "spooled_nets.Net", "width": 3}, "mse", 1.0, None, {})
    asked = replace(settings(scale=1.0), problem=posed, start=Start.random)
    with importable_here():
        wanted = plan.make([asked], sources.read)
        curves = in_process(wanted.points, wanted.problems)
        spool = Spool(wanted, asked.tracking, {}, provenance.this_execution())
        spool.keep([*zip(wanted.points, curves, strict=True)], lambda: None)
    monkeypatch.syspath_prepend(str(Path.cwd()))  # It could be imported.
    del sys.modules["spooled_nets"]
    assert command(module="sweep.sync").code == 0
    (run,) = runs()
    assert run.data.tags["final_loss"] == repr(curves[0].final_loss)
    assert b"readings and the best run" not in page()
    assert "spooled_nets" not in sys.modules
