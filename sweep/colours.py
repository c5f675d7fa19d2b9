"""The one table of colours: of MLflow's runs, of the page and of its pictures.

Outcomes are told apart by every kind of colour vision: each stands out from its ground by 3 : 1 and more, and so does
unfinished from diverged; converged lies between these two in lightness, and its hue tells it from both.
``tests/test_colours.py`` computes it.
"""

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "CONVERGED": "#0072b2",
    "UNFINISHED": "#c07a00",
    "DIVERGED": "#741010",
    "FAILED": "#b0508c",
    "NOT RUN": "#7d858f",
}
"""By the state of a run, on white: on a screen, on paper, and in MLflow."""

DARK: Mapping[str, str] = {
    "CONVERGED": "#4aa8ff",
    "UNFINISHED": "#ffe394",
    "DIVERGED": "#c9564a",
    "FAILED": "#c77dae",
    "NOT RUN": "#8a929b",
}
"""The same on black."""

EITHER: Mapping[str, str] = {
    "CONVERGED": "#0087d7",
    "UNFINISHED": "#af8700",
    "DIVERGED": "#d75f5f",
    "FAILED": "#af5faf",
    "NOT RUN": "#878787",
}
"""The same where nobody knows what they stand on, as in a terminal: 3 : 1 on white and on black."""
