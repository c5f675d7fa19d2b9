"""Colours of outcomes, by computation: they stand out from their ground and from one another, for every kind of eyes.

Contrast is that of WCAG 2.2. Colour-blind eyes see as by the matrices, for the whole of a kind of cones missing, of
Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency", table
1, which act on linear RGB. How different colours look is CIE 1976's distance in L*a*b*.
"""

import itertools
import re
from importlib.resources import files

import numpy as np
import pytest
from numpy.typing import NDArray

from sweep.colours import DARK, EITHER, LIGHT

Numbers = NDArray[np.float64]

EYES = {
    "all cones": np.eye(3),
    "no long ones": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no middle ones": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no short ones": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
SHEET = files("sweep.report").joinpath("picture.css").read_text(encoding="utf-8")
ON_SCREEN, IN_DARK, IN_PRINT = (
    [*re.findall(r"--(?:paper|sheet): (#\w{6})", part)] for part in SHEET.split("@media")[:3]
)
GROUNDS = [(LIGHT, ON_SCREEN), (DARK, [*IN_DARK, "#000000"]), (LIGHT, IN_PRINT), (EITHER, ["#ffffff", "#000000"])]
OUTCOMES = ("CONVERGED", "UNFINISHED", "DIVERGED")
APART = 25
"""Distance of two colours that nobody takes for one another; 2.3 is what can just be seen."""

TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def seen(colour: str, eyes: Numbers) -> Numbers:
    """A colour as ``#rrggbb`` in linear RGB, as ``eyes`` see it."""
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return np.clip(eyes @ linear, 0, 1)


def contrast(one: str, other: str, eyes: Numbers) -> float:
    """From 1 to 21."""
    low, high = sorted(float(TO_XYZ[1] @ seen(colour, eyes)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, eyes: Numbers) -> Numbers:
    """L*, a* and b* under the white of sRGB."""
    parts = TO_XYZ @ seen(colour, eyes) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(parts > (6 / 29) ** 3, np.cbrt(parts), parts / 3 * (29 / 6) ** 2 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_black_on_white_is_21_to_1_and_grey_is_grey_for_all() -> None:
    for eyes in EYES.values():
        assert contrast("#000000", "#ffffff", eyes) == pytest.approx(21, rel=1e-3)
        np.testing.assert_allclose(lab("#808080", eyes), [53.6, 0, 0], atol=0.1)


@pytest.mark.parametrize("eyes", EYES)
def test_each_outcome_stands_out_from_its_ground(eyes: str) -> None:
    for tones, grounds in GROUNDS:
        assert len(grounds) >= 2
        for ground, (state, tone) in itertools.product(grounds, tones.items()):
            assert contrast(tone, ground, EYES[eyes]) >= 3, (state, ground)


@pytest.mark.parametrize("eyes", EYES)
def test_unfinished_and_diverged_part_by_lightness_alone(eyes: str) -> None:
    for tones in (LIGHT, DARK):
        assert contrast(tones["UNFINISHED"], tones["DIVERGED"], EYES[eyes]) >= 3


@pytest.mark.parametrize("eyes", EYES)
def test_no_outcome_is_taken_for_another(eyes: str) -> None:
    for tones in (LIGHT, DARK):
        for one, other in itertools.combinations(OUTCOMES, 2):
            distance = np.linalg.norm(lab(tones[one], EYES[eyes]) - lab(tones[other], EYES[eyes]))
            assert distance >= APART, (one, other)
