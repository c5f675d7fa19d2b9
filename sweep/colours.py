"""The one table of colours: of MLflow's runs, of the page and of its pictures.

Outcomes are told apart by every kind of colour vision (Okabe and Ito, Color Universal Design, 2008).
"""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "CONVERGED": "#0072b2",
    "UNFINISHED": "#e69f00",
    "DIVERGED": "#d55e00",
    "FAILED": "#cc79a7",
    "NOT RUN": "#8a929b",
}
"""By the state of a run, on white: on a screen, on paper, and in MLflow."""

DARK: Mapping[str, str] = {**LIGHT, "CONVERGED": "#56b4e9", "DIVERGED": "#ff7a33"}
"""The same on black."""
