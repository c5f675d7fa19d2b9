"""From override strings to typed settings, one for each point of the grid.

Hydra composes once for each distinct set of structural overrides (config groups, ``+``, ``++``, ``~``). A plain value
goes through Hydra's own typed path once for each value of its axis, not once a point; the product is taken of the typed
values. Where a value may depend on that of an axis (by an interpolation, or a mapping set beside one of its own keys),
that axis is taken as structural.
"""

import copy
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from hydra_plugins.sweep_grid import _axes
from hydra_plugins.sweep_grid._axes import Axis
from hydra_plugins.sweep_grid._interpolations import Depends, may_read, texts
from hydra_plugins.sweep_grid._listed import MOST_POINTS
from sweep.data import sources
from sweep.errors import BadInput
from sweep.plan import size
from sweep.problem import choice
from sweep.settings import by_key, composition, text_in_files
from sweep.settings.grammar import literal
from sweep.settings.hydra_internals import apply_overrides, is_group, unparsed_value
from sweep.settings.keys import WHOLE_SWEEP, validate
from sweep.settings.optimizer_keys import refuse_foreign
from sweep.settings.schema import OWN_KEYS, Settings, is_argument

RUN_SECONDS = 0.002
"""What a run takes at the least, to train and to track."""

MOST_COUNTED = 10**18
"""Beyond, the number of points is not told exactly."""


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
    words = OverridesParser.create(config_loader=loader).parse_overrides(list(arguments))
    given = list({word.get_key_element(): word for word in words}.values())  # As Hydra's sweeper: the last one's value.
    if len(given) < len(words):
        master = loader.load_sweep_config(master, _lines(given, (), ()))
    files = text_in_files.Files(loader)
    files.check(master)
    grid = OmegaConf.to_container(master.grid, resolve=True)
    assert isinstance(grid, dict)
    from_file = _axes.from_grid({str(key): value for key, value in grid.items()}, given)
    axes = [*from_file, *_axes.from_command_line(given)]
    _refuse_if_too_large(math.prod(axis.size for axis in axes), master)

    def compose(chosen: Sequence[int | None]) -> DictConfig:
        if all(step is None for step in chosen):
            return master
        config = loader.load_sweep_config(master, _lines(given, axes, chosen))
        files.check(config)
        return config

    structural = [_is_structural(axis, given, axes, loader) for axis in axes]
    while isinstance(points := _points(compose, axes, structural), Depends):
        structural = [taken or axis in points.on for axis, taken in zip(axes, structural, strict=True)]
    sources.refuse_unused([point.data for point in points])
    keys = {*(o.key_or_group for o in given), *(key for axis in axes for key in axis.keys)}
    choice.refuse_unused(keys, points)
    refuse_foreign(keys, points)
    return points


def _points(
    compose: Callable[[Sequence[int | None]], DictConfig], axes: Sequence[Axis], structural: Sequence[bool]
) -> list[Settings] | Depends:
    """The points of ``axes``; or those that are not structural, and that a composed value may be computed from."""
    plain = [axis for axis, taken in zip(axes, structural, strict=True) if not taken]
    computed = [(axis, texts(axis)) for axis in axes]
    if on := [a for a, own in computed if a in plain and (own or any(may_read(each, a) for _, each in computed))]:
        return Depends(on)
    bases: dict[tuple[int | None, ...], _Base] = {}
    points = []
    for steps in itertools.product(*(range(axis.size) for axis in axes)):
        chosen = tuple(step if taken else None for step, taken in zip(steps, structural, strict=True))
        if chosen not in bases:
            own = composition.without_hydra(compose(chosen))
            read = composition.interpolations(own)
            if on := [axis for axis in plain if may_read(read, axis)]:
                return Depends(on)
            bases[chosen] = _Base(own, plain)
        rest = [step for step, taken in zip(steps, structural, strict=True) if not taken]
        points.append(validate(bases[chosen].point(rest)))
    _refuse_several_sweeps([base.first for base in bases.values()])
    return points


def _refuse_several_sweeps(points: Sequence[Settings]) -> None:
    for key in WHOLE_SWEEP:
        if any(getattr(point, key) != getattr(points[0], key) for point in points):
            raise BadInput(
                f"{key} belongs to the sweep as a whole and cannot follow an axis",
                f"one value of {key}",
                "leave the ${…} out of it",
            )


def _refuse_if_too_large(count: int, master: DictConfig) -> None:
    if count <= MOST_POINTS:
        return
    more, count = " or more" if count > MOST_COUNTED else "", min(count, MOST_COUNTED)
    most = count * (size.RUN + master.tracking.curve_points * size.POINT)
    hours = count * RUN_SECONDS / 3600
    raise BadInput(
        f"the grid has {count:,}{more} points: up to {size.readable(most)} in the store and {hours:,.1f} hours or more",
        f"at most {MOST_POINTS:,} points",
        "shorten an axis, or take larger steps",
    )


def _lines(given: Sequence[Override], axes: Sequence[Axis], chosen: Sequence[int | None]) -> list[str]:
    """The overrides for Hydra to compose: the chosen steps and all single values, in the order of the command line."""
    lines = {
        override.get_key_element(): _line(override)
        for axis, step in zip(axes, chosen, strict=True)
        if step is not None
        for override in axis.steps[step]
    }
    single = {o.get_key_element(): o.input_line or "" for o in given if not o.is_sweep_override()}
    order = [o.get_key_element() for o in given]
    from_file = [key for key in lines if key not in order]
    both = {**lines, **single}
    return [both[key] for key in (*from_file, *order) if key in both]


class _Base:
    """What one composed configuration gives: the settings of any combination of plain axes' steps."""

    def __init__(self, own: DictConfig, axes: Sequence[Axis]) -> None:
        self._leaves = [_typed(own, axis) for axis in axes]
        # An axis may be what sets a mandatory key, so the settings start from each axis's first step.
        apply_overrides([o for axis in axes for o in axis.steps[0]], own)
        self.first = composition.built(own)

    def point(self, steps: Sequence[int]) -> Settings:
        """The settings with each axis at its step."""
        values: dict[str, Any] = {}
        for leaves, step in zip(self._leaves, steps, strict=True):
            values.update(leaves[step])
        return by_key.replaced(self.first, values)


def _typed(own: DictConfig, axis: Axis) -> list[dict[str, Any]]:
    """For each step of ``axis``, the leaves that it changes, as Hydra types them."""
    scratch = copy.deepcopy(own)
    typed = []
    for step in axis.steps:
        if any(isinstance(override.value(), dict) for override in step):
            scratch = copy.deepcopy(own)  # A mapping merges into what is there, so it must not find an earlier step's.
        apply_overrides(step, scratch)
        leaves: dict[str, Any] = {}
        for override in step:
            _flatten(override.key_or_group, OmegaConf.select(scratch, override.key_or_group), leaves)
        typed.append(leaves)
    return typed


def _flatten(key: str, value: Any, leaves: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        for name in value:
            _flatten(f"{key}.{name}", value[name], leaves)
    else:  # A list is one of Hydra's, which the next step may write over.
        leaves[key] = OmegaConf.to_container(value) if OmegaConf.is_list(value) else value


def _is_structural(axis: Axis, given: Sequence[Override], axes: Sequence[Axis], loader: ConfigLoader) -> bool:
    """Whether Hydra must compose for each step of ``axis``."""
    overrides = [override for step in axis.steps for override in step]
    own = {override.get_key_element() for override in overrides}
    others = {
        o.key_or_group
        for o in given
        # A group that is given one choice is composed before any value below it is set.
        if o.get_key_element() not in own and (o.is_sweep_override() or not is_group(loader, o.key_or_group))
    }
    others |= {key for other in axes if other is not axis for key in other.keys}
    if any(a == b or a.startswith(f"{b}.") or b.startswith(f"{a}.") for a in axis.keys for b in others):
        return True
    if any("/" in key or is_group(loader, key) for key in axis.keys):
        return True
    if len({frozenset(override.key_or_group for override in step) for step in axis.steps}) > 1:
        return True
    return any(_adds(override) or override.package is not None for override in overrides)


def _adds(override: Override) -> bool:
    """Whether it may add keys, or take some away, so that steps of its axis differ in more than values."""
    if is_argument(override.key_or_group):
        return override.type.name in ("ADD", "DEL") or isinstance(override.value(), dict)
    return override.type.name != "CHANGE" or (override.key_or_group in OWN_KEYS and isinstance(override.value(), dict))


def _line(override: Override) -> str:
    return f"{override.get_key_element()}={literal(unparsed_value(override))}"
