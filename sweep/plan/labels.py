"""What tables call data and tasks: as short as tells one from another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sweep.data.readings import Readings
from sweep.plan.point import Point, as_typed
from sweep.problem.task import Task


def data_labels(readings: Mapping[str, Readings]) -> dict[str, str]:
    """By fingerprint, the name of the data; of several of a name, their columns or what made them too."""
    of_name: dict[str, list[str]] = defaultdict(list)
    for fingerprint, data in readings.items():
        of_name[data.name].append(fingerprint)
    return {
        fingerprint: " ".join([name, *told])
        for name, fingerprints in of_name.items()
        for fingerprint, told in zip(fingerprints, _apart([readings[each] for each in fingerprints]), strict=True)
    }


def _apart(same: Sequence[Readings]) -> Iterator[Sequence[str]]:
    """For each of several data of the ``same`` name, what tells it from the others."""
    inputs, targets = [", ".join(each.input_names) for each in same], {each.target_name for each in same}
    recipes = [each.recipe.settings() for each in same if each.recipe]
    are_made = len(recipes) == len({*map(str, recipes)}) == len(same)
    for place, each in enumerate(same):
        if len(same) == 1:
            yield []
        elif are_made:
            yield [f"{k}={as_typed(v)}" for k, v in recipes[place].items() if any(r[k] != v for r in recipes)]
        else:
            yield [inputs[place] if len({*inputs}) == len(same) and len(targets) == 1 else each.fingerprint[:6]]


def differing(task: Task, others: Iterable[Task]) -> Iterator[str]:
    """The settings in which ``task`` is not as ``others``, as a person would type them."""
    values = [{getattr(each, name) for each in others} for name in Task._fields] if (others := list(others)) else []
    for name, found in zip(Task._fields, values, strict=False):
        value = getattr(task, name)
        if found - {value}:
            yield f"{Point.DECLARED[name].keys[0]}={as_typed(value)}"
