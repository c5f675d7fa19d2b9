"""From override strings to typed settings, one for each point of the grid.

Hydra composes once for each distinct set of structural overrides (config groups, ``+``, ``++``, ``~``). A plain value
goes through Hydra's own typed path once for each value of its axis, not once a point; the product is taken of the typed
values. Where a value depends on another key (an interpolation), every point is composed by Hydra instead.
"""

import copy
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from hydra_plugins.sweep_grid import _axes
from hydra_plugins.sweep_grid._axes import Axis
from sweep import composed
from sweep.errors import BadInput
from sweep.settings import Settings, validate

Step = tuple[Override, ...]


def expand(loader: ConfigLoader, master: DictConfig, arguments: Sequence[str]) -> list[Settings]:
    """All points that ``arguments`` and the grid file of ``master`` ask for, validated, the last axis fastest.

    Parameters
    ----------
    master : as Hydra composed it for this command; overrides without a sweep are in it already.
    arguments : the command's override strings.

    Raises
    ------
    BadInput, or Hydra's own composition errors.
    """
    given = OverridesParser.create(config_loader=loader).parse_overrides(list(arguments))
    grid = OmegaConf.to_container(master.grid, resolve=True)
    assert isinstance(grid, dict)
    axes = [
        *_axes.from_grid({str(key): value for key, value in grid.items()}, given),
        *_axes.from_command_line(given),
    ]
    count = math.prod(len(axis.steps) for axis in axes)
    if count > _axes.MOST_POINTS:
        raise BadInput(f"the grid has {count:,} points", f"at most {_axes.MOST_POINTS:,}", "shorten an axis")
    fixed = [line for override in given if not override.is_sweep_override() and (line := override.input_line)]
    structural = [axis for axis in axes if any(_is_structural(o, loader) for step in axis.steps for o in step)]
    if any(_interpolated(o.value()) for axis in axes for step in axis.steps for o in step) or composed.depends(master):
        structural = axes
    plain = [axis for axis in axes if axis not in structural]
    # Points come axis by axis in the order asked for, whichever way each axis is taken.
    order = {id(axis): place for place, axis in enumerate(structural + plain)}
    places = [order[id(axis)] for axis in axes]
    settings: dict[tuple[int, ...], Settings] = {}
    for chosen in itertools.product(*(range(len(axis.steps)) for axis in structural)):
        lines = [_line(o) for axis, step in zip(structural, chosen, strict=True) for o in axis.steps[step]]
        config = loader.load_sweep_config(master, [*fixed, *lines]) if structural else master
        for steps, point in _product(config, plain):
            settings[chosen + steps] = validate(point)
    by_place = sorted(settings, key=lambda steps: tuple(steps[place] for place in places))
    return [settings[steps] for steps in by_place]


def _product(config: DictConfig, axes: Sequence[Axis]) -> Iterator[tuple[tuple[int, ...], Settings]]:
    """The settings of ``config`` with every combination of plain axes, and which step of each axis made it."""
    own = composed.without_hydra(config)
    typed = [_typed(own, axis) for axis in axes]
    base: Settings | None = None
    for steps in itertools.product(*(range(len(axis)) for axis in typed)):
        changes = {key: value for axis, step in zip(typed, steps, strict=True) for key, value in axis[step].items()}
        if base is None:  # An axis may be what sets a mandatory key, so the base is the first point, not the config.
            ConfigLoaderImpl._apply_overrides_to_config([o for axis in axes for o in axis.steps[0]], own)
            base = composed.settings(own)
        yield steps, _changed(base, changes)


def _typed(own: DictConfig, axis: Axis) -> list[dict[str, Any]]:
    """For each step of ``axis``, the leaves that it changes, as Hydra types them."""
    scratch = copy.deepcopy(own)
    found = []
    for step in axis.steps:
        if any(isinstance(override.value(), dict) for override in step):
            scratch = copy.deepcopy(own)  # A mapping merges into what is there, so it must not find an earlier step's.
        ConfigLoaderImpl._apply_overrides_to_config(list(step), scratch)
        leaves: dict[str, Any] = {}
        for override in step:
            _flatten(override.key_or_group, OmegaConf.select(scratch, override.key_or_group), leaves)
        found.append(leaves)
    return found


def _flatten(key: str, value: Any, leaves: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        for name in value:
            _flatten(f"{key}.{name}", value[name], leaves)
    else:
        leaves[key] = value


def _changed(base: Settings, changes: Mapping[str, Any]) -> Settings:
    point = copy.copy(base)
    for key, value in changes.items():
        room, _, leaf = key.rpartition(".")
        if room:
            owner = copy.copy(getattr(point, room))
            setattr(point, room, owner)
            setattr(owner, leaf, value)
        else:
            setattr(point, leaf, value)
    return point


def _is_structural(override: Override, loader: ConfigLoader) -> bool:
    change = override.type.name == "CHANGE" and override.package is None
    return not change or "/" in override.key_or_group or bool(loader.get_group_options(override.key_or_group))


def _interpolated(value: Any) -> bool:
    return "${" in str(value)


def _line(override: Override) -> str:
    return f"{override.get_key_element()}={Override._get_value_element_as_str(_quoted(override._value))}"


def _quoted(value: Any) -> Any:
    from hydra.core.override_parser.types import Quote, QuotedString

    return QuotedString(value, Quote.single) if isinstance(value, str) else value
