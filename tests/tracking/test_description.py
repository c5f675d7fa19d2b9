"""What a run's page in MLflow begins with."""

from typing import Any

import numpy as np
import pytest

from sweep.plan.plan import Plan
from sweep.tracking.description import WIDE, drawn, of_run, plain
from sweep.tracking.names import named
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, point
from tests.report.nets import net


def curve(*losses: float, final: float) -> Curve:
    return Curve(np.array(losses), (0.0,), final, False)


def test_a_description_shows_names_from_outside_as_they_are() -> None:
    assert plain("<b>5*[x](y)") == r"&lt;b\>5\*\[x\]\(y\)"
    assert plain("the target's 2/λmax & 3 %") == "the target's 2/λmax &amp; 3 %"
    assert plain("_a→b_, 1.5; c: `d`") == r"\_a→b\_, 1.5; c: \`d\`"


@pytest.mark.parametrize(
    ("losses", "final", "blocks"),
    [
        ((100.0, 10.0), 1.0, "█▅▁"),
        ((1.0, np.inf), np.nan, "▁××"),
        ((np.nan,), np.nan, ""),
        ((3.0, 3.0), 3.0, "▁▁▁"),
        ((1.0, 0.0), -1.0, "█▅▁"),
    ],
)
def test_a_curve_is_a_line_of_blocks(losses: tuple[float, ...], final: float, blocks: str) -> None:
    assert drawn(curve(*losses, final=final)) == blocks


def test_a_long_curve_is_drawn_from_its_first_epoch_to_its_last_within_a_line() -> None:
    blocks = drawn(curve(1e9, *[10.0] * 100_000, final=1e-9))
    assert len(blocks) <= WIDE
    assert (blocks[0], blocks[-1]) == ("█", "▁")


def test_a_description_says_why_before_it_shows_the_curve() -> None:
    told = of_run("within tolerance", curve(100.0, 10.0, final=1.0))
    assert told == "within tolerance\n\n`█▅▁`\n\nLoss by epoch, on log axes: from 100 to 1 after 2 epochs."
    assert of_run("OSError: no") == "OSError: no"


@pytest.mark.parametrize(
    ("points", "name"),
    [
        ([point(lr=0.1), point(lr=0.2)], "lr=0.1 scale=0.1 epochs=5000"),
        ([point(init=(1.0, 0.0)), point(init=(2.0, 0.0))], "init.w=1 lr=0.01 scale=0.1 epochs=5000"),
        ([point(lr=10 ** (-1 - k / 7), scale=1.0) for k in range(3)][1:], "lr=0.07197 scale=1 epochs=5000"),
        ([net(THERMOMETER, 4, seed=1), net(THERMOMETER, 8, seed=2)], "width=4 seed=1 lr=0.1"),
    ],
)
def test_a_name_says_what_varies_first_and_the_seed_last_of_that(points: list[Any], name: str) -> None:
    assert named(Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001), points[0]).startswith(name)
