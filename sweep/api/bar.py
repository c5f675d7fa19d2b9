"""A bar below a notebook's cell, which ends as a line that says what was trained, and how long it took."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from time import perf_counter
from typing import Any

from sweep.console.progress import Shown, Unseen
from sweep.console.telling import Progress

BAR = (
    '<div role="progressbar" aria-label="sweep" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{percent}" '
    'aria-valuetext="{words}" style="display:flex;align-items:center;gap:.75em">'
    '<div style="flex:0 0 15em;height:.6em;border-radius:.3em;background:#8884">'
    '<div style="width:{percent}%;height:100%;border-radius:.3em;background:#0072b2"></div></div>'
    "<span>{words}</span></div>"
)
"""Both colours are seen on a light page and on a dark one."""


class _Shown:
    """What a notebook displays: ``html``, or where it shows none, ``words``."""

    def __init__(self, words: str, html: str) -> None:
        self._words, self._html = words, html

    def __repr__(self) -> str:
        return self._words

    def _repr_html_(self) -> str:
        return self._html


@contextmanager
def shown(total: int) -> Iterator[Progress]:
    """A bar over ``total`` points; of none, there is none."""
    if not total:
        yield Unseen()
        return
    display: Any = import_module("IPython.display").display  # A notebook's own, and no library of sweep's.
    place: Any = None

    def draw(share: float, words: str) -> None:
        nonlocal place
        now = _Shown(words, BAR.format(percent=int(100 * share), words=words))
        if place is None:
            place = display(now, display_id=True)
        else:
            place.update(now)

    began = perf_counter()
    progress = Shown(total, draw)
    try:
        yield progress
    finally:
        said = _ended(progress.gauge.points, total, perf_counter() - began)
        if place is not None:
            place.update(_Shown(said, f"<div>{said}</div>"))


def _ended(points: int, total: int, seconds: float) -> str:
    of = f" of {total:,}" if points < total else ""
    took = f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:,.1f} min"
    return f"{points:,}{of} point{'s' * (total != 1)} trained in {took}."
