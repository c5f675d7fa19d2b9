"""The one table of colours: of MLflow's runs, of the page and of its pictures.

Outcomes are told apart by every kind of colour vision, and without colour too: the tones of converged and diverged
differ from that of unfinished in lightness, diverged by 3 : 1 and more, and each stands out from its ground.
"""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "CONVERGED": "#0072b2",
    "UNFINISHED": "#cf8500",
    "DIVERGED": "#8c1515",
    "FAILED": "#b0508c",
    "NOT RUN": "#7d858f",
}
"""By the state of a run, on white: on a screen, on paper, and in MLflow."""

DARK: Mapping[str, str] = {
    "CONVERGED": "#4aa8ff",
    "UNFINISHED": "#ffd166",
    "DIVERGED": "#d1443c",
    "FAILED": "#c77dae",
    "NOT RUN": "#8a929b",
}
"""The same on black."""
