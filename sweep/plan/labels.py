"""What tables call data and tasks: as short as tells one from another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sweep.data.readings import Readings
from sweep.plan.point import Point, as_typed, shown
from sweep.problem.task import Task

MOST_COLUMNS = 8
"""Inputs that a label of readings names; of more it says how many."""


def data_labels(readings: Mapping[str, Readings]) -> dict[str, str]:
    """By fingerprint, the name of the data; of several of a name, recipe, inputs, target or kind too."""
    of_name: dict[str, list[str]] = defaultdict(list)
    for fingerprint, data in readings.items():
        of_name[data.name].append(fingerprint)
    return {
        fingerprint: " ".join([name, *told])
        for name, fingerprints in of_name.items()
        for fingerprint, told in zip(fingerprints, _apart([readings[each] for each in fingerprints]), strict=True)
    }


def _apart(same: Sequence[Readings]) -> Iterator[Sequence[str]]:
    """For each of several data of the ``same`` name, what tells it from the others: words; else its fingerprint too."""
    known = [_told_of(each) for each in same]
    names = dict.fromkeys(name for each in known for name in each)
    differ = [name for name in names if len({each.get(name) for each in known}) > 1]
    is_told = len({tuple(map(each.get, differ)) for each in known}) == len(same)
    for data, told in zip(same, known, strict=True):
        yield [*(told[name] for name in differ if name in told), *([] if is_told else [data.fingerprint[:6]])]


def _told_of(data: Readings) -> dict[str, str]:
    """What may tell ``data`` from others of its name, as a person would say it."""
    made = data.recipe.settings() if data.recipe else {}
    few = len(data.input_names) <= MOST_COLUMNS
    return {
        **{key: f"{key}={as_typed(value)}" for key, value in made.items()},
        "inputs": ", ".join(data.input_names) if few else f"{len(data.input_names):,} columns",
        "target": f"data.target={data.target_name}",
        "kind": "as classes" if data.classes else "as numbers",
    }


def differing(task: Task, others: Iterable[Task]) -> Iterator[str]:
    """The settings in which ``task`` is not as ``others``, as a person would type them."""
    values = [{getattr(each, name) for each in others} for name in Task._fields] if (others := list(others)) else []
    for name, found in zip(Task._fields, values, strict=False):
        value = getattr(task, name)
        if not found - {value}:
            continue
        declared = Point.DECLARED[name]
        if not declared.is_spec:
            yield f"{declared.keys[0]}={as_typed(value)}"
            continue
        own, known = declared.by_key(value), [declared.by_key(each) for each in found]
        yield from (
            f"{key}={as_typed(shown(own[key]))}" for key in own if any(own[key] != each.get(key, own) for each in known)
        )
