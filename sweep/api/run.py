"""``sweep.run``: plan, train, track and report a grid, as the command does; and get it back as a :class:`Sweep`."""

from collections.abc import Mapping
from typing import Any, Literal, overload

from sweep.api import given, words
from sweep.api.process import as_it_was
from sweep.api.sweep import Sweep, started
from sweep.errors import BadInput, nearest

Grid = Mapping[str, Any] | str


@overload
def run(
    grid: Grid | None = None,
    /,
    *,
    data: Any = None,
    problem: Any = None,
    engine: str | Mapping[str, Any] | None = None,
    config_dir: str | None = None,
    quiet: bool = False,
    dry_run: Literal[False] = False,
    **settings: Any,
) -> Sweep: ...


@overload
def run(
    grid: Grid | None = None,
    /,
    *,
    data: Any = None,
    problem: Any = None,
    engine: str | Mapping[str, Any] | None = None,
    config_dir: str | None = None,
    quiet: bool = False,
    dry_run: Literal[True, "cost"],
    **settings: Any,
) -> None: ...


def run(
    grid: Grid | None = None,
    /,
    *,
    data: Any = None,
    problem: Any = None,
    engine: str | Mapping[str, Any] | None = None,
    config_dir: str | None = None,
    quiet: bool = False,
    dry_run: bool | str = False,
    **settings: Any,
) -> Sweep | None:
    """Train every point of a grid, track and judge it, and report: what ``python -m sweep`` does, with the same keys.

    Points that the store holds already are not trained again, whether a command or a call has trained them.

    Parameters
    ----------
    grid : axes by key, as a grid file has them: a list of values, or a single one; a list of mappings, whose keys go
        together; or ``{"from": 1e-5, "to": 1e-1, "points": 41, "spacing": "log"}``. Or the name of a grid file.
        Arrays, ranges and columns of pandas are lists; classes and functions stand for their dotted names.
    data : a name, as ``"waves"``; a file's path; a DataFrame; inputs, of shape ``(n_samples,)`` or ``(n_samples,
        n_inputs)``, and targets, of shape ``(n_samples,)``, as a pair of arrays; arrays by name; or the settings below
        ``data`` by name, with such a table as ``frame``. ``"data.target"`` and ``"data.input"`` in the grid name
        columns.
    problem : a name, as ``"mlp"``; a class of ``torch.nn.Module``; a function that trains, and yields the loss of each
        epoch; or the settings below ``problem`` by name.
    engine : ``"processes"``, ``"sweep_ray"`` or ``"sweep_slurm"``; or a mapping of its ``name`` and settings, as
        ``{"name": "processes", "workers": 4}``. None: this process.
    config_dir : a folder with groups of your own, as ``--config-dir``.
    quiet : whether nothing is printed, and no bar is shown.
    dry_run : True lists the plan and trains nothing, ``"cost"`` tells what it takes; what is returned is None then.
    settings : every other key, each with one value, as ``epochs=500``; a dotted one as ``init={"w": 0.5}`` or in the
        grid, and a group's choice with what is below as ``optimizer={"kind": "adam", "beta1": 0.8}``.

    Returns
    -------
    The sweep, read from the store: also where some points failed, which are counted in it.

    Raises
    ------
    BadInput : nothing was trained then, and nothing stored.
    StoreAway : the store failed for longer than it may; what was trained waits under ``outputs/``.
    KeyboardInterrupt : what was done until then is stored and reported; the same call goes on from there.

    Examples
    --------
    >>> found = sweep.run({"lr": [1e-2, 1e-4], "scale": [1, 0.1]}, epochs=5000)
    >>> found.runs[["lr", "scale", "outcome"]]
    >>> sweep.run({"problem.model.width": [8, 32]}, problem=Net, data=(x, y), lr=0.1, engine="processes")
    """
    with as_it_was():
        axes, asked = _grid(grid)
        asked |= given.data_settings(data) if data is not None else {}
        asked |= given.problem_settings(problem) if problem is not None else {}
        asked = {key: value for key, value in asked.items() if key not in axes}  # Some are but the usual ones.
        _refuse_twice(axes, settings)
        asked |= _launcher(engine) | settings | ({"dry_run": dry_run} if dry_run else {})
        return started(words.words(asked), axes, config_dir, quiet=quiet)


def _grid(grid: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Its axes; and the setting that names it, where it is a file's."""
    if isinstance(grid, Mapping):
        return words.grid(grid), {}
    if grid is None or isinstance(grid, str):
        return {}, {"grid": grid} if grid else {}
    what = f"grid: a value of type {type(grid).__name__}"
    raise BadInput(what, "values by key, or the name of a grid file", 'give it as {"lr": [1e-2, 1e-4]}')


def _refuse_twice(axes: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Raise :class:`BadInput` where a key stands in both: a command would take the setting, and drop the axis."""
    both = sorted(axes.keys() & settings.keys())
    if both:
        raise BadInput(f"{', '.join(both)}: given twice, in the grid and beside it", "one of the two", "leave one out")


def _launcher(engine: str | Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings of ``hydra/launcher`` that stand for ``engine``."""
    if engine is None:
        return {}
    from sweep.engines.launchers import LAUNCHERS

    below = {"name": engine} if isinstance(engine, str) else dict(engine)
    name = below.pop("name", "batch")
    if name not in LAUNCHERS:
        near = nearest(str(name), LAUNCHERS)
        step = f"did you mean {near}?" if near else "give one of these, or leave engine out"
        raise BadInput(f"engine={name}: no engine of sweep's", ", ".join(sorted(LAUNCHERS)), step)
    return {"hydra/launcher": name, **{f"hydra.launcher.{key}": value for key, value in below.items()}}
