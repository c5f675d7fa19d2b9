"""What tables call data, tasks and settings: as short as tells one from another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sweep.data.readings import Readings
from sweep.plan import usage
from sweep.plan.point import Point, Value, as_typed
from sweep.plan.shown import shown, told_apart
from sweep.problem.task import Task

MOST_COLUMNS = 8
"""Inputs that a label of readings names; of more it says how many."""

BRIEF = 4
"""Significant digits in sentences, names and a terminal."""

SHORT = 7
"""Characters up to which a setting is told as it is."""

EXACT = 17
"""Digits that tell any two floats apart."""


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
    others = list(others)
    for name in Task._fields:
        declared = Point.DECLARED["function" if name == "model" and usage.is_function(task) else name]
        if name == "code" or not declared.used(task):  # Of one model, all points of a plan run the same code.
            continue
        value, found = getattr(task, name), {getattr(each, name) for each in others if _has(each, name, task)}
        if declared.is_spec:
            own, *known = (
                {key: told_apart(shown(each)) for key, each in declared.by_key(text).items()}
                for text in (value, *found)
            )
            yield from (f"{key}={text}" for key, text in own.items() if any(text != each.get(key) for each in known))
        elif found - {value}:
            yield f"{declared.keys[0]}={as_typed(value)}"


def _has(other: Task, name: str, task: Task) -> bool:
    """Whether ``task`` is told from ``other`` by the setting ``name``; arguments tell models of one problem apart."""
    if name == "model":
        return other.problem is task.problem
    return name == "spread" or Point.DECLARED[name].used(other)


def brief(value: Value, tried: Iterable[Value]) -> str:
    """A setting in a sentence: a float to four digits, or as many as tell it from the others that were ``tried``."""
    return briefs([*tried, value])[value]


def briefs(tried: Iterable[Value]) -> dict[Value, str]:
    """All of ``tried`` as :func:`brief` has each of them."""
    told = {each: as_typed(each) for each in tried}
    numbers = sorted(each for each in told if isinstance(each, int | float))
    for place, value in enumerate(numbers):
        if isinstance(value, float) and len(told[value]) > SHORT:
            told[value] = _shortest(value, [*numbers[max(0, place - 1) : place], *numbers[place + 1 : place + 2]])
    return told


def _shortest(value: float, near: Sequence[float]) -> str:
    for digits in range(BRIEF, EXACT):
        text = f"{value:.{digits}g}"
        if all(f"{each:.{digits}g}" != text for each in near):
            return as_typed(float(text))
    return as_typed(value)
