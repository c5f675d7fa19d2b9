"""What runs were trained with, from their tags: versions, commit, processor and host; and what of it is not so now."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sweep.provenance import MACHINE, source_tags, this_execution
from sweep.verdict.sentences import plural

FEW = 3
"""Hosts that are named; of more, how many."""


def source(tags: Mapping[str, str]) -> dict[str, str]:
    """By name, what the tags of :func:`sweep.provenance.source_tags` tell.

    Host and processor of runs of earlier releases are not known, and so not there.
    """
    versions = {}
    for item in tags.get("versions", "").split(", "):
        name, _, number = item.rpartition(" ")
        versions[name] = number
    commit = tags.get("mlflow.source.git.commit", "none")
    versions["commit"] = commit[:12] + (" with changes" if tags.get("git_dirty") == "true" else "")
    return versions | {name: tags[f"worker.{name}"] for name in MACHINE if f"worker.{name}" in tags}


def now() -> dict[str, str]:
    """What runs would be trained with now, in this process."""
    return source(source_tags(this_execution()))


def measures_alike(then: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether what computes a curvature is the same: torch, or of a shipped problem NumPy."""
    return all(then.get(name) == now.get(name) for name in ("torch", "numpy"))


def since(sources: Iterable[Mapping[str, str]], now: Mapping[str, str]) -> Iterator[str]:
    """What is not as it was when runs were trained, a line for each kind of source; and on which other hosts they were.

    Parameters
    ----------
    sources : of each run.
    """
    sources = list(sources)
    kinds = Counter(tuple((name, text) for name, text in each.items() if name != "host") for each in sources)
    for items, count in kinds.items():
        then = dict(items)
        known = [name for name in {**then, **now} if name in then or name not in MACHINE]
        changed = [
            f"{name} {then.get(name, 'none')} is now {now.get(name, 'none')}"
            for name in known
            if name != "host" and then.get(name) != now.get(name)
        ]
        same = "every version, the commit and the processor" if "processor" in then else "every version and the commit"
        news = ", ".join(changed) or f"{same} are the same"
        yield f"Since {plural(count, 'run')} {'was' if count == 1 else 'were'} trained: {news}."
    hosts = sorted({each["host"] for each in sources if "host" in each})
    if {*hosts} - {now.get("host")}:
        named = ", ".join(hosts) if len(hosts) <= FEW else f"{len(hosts):,} hosts"
        yield f"Trained on {named}; now on {now.get('host')}."
