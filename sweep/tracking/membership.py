"""Which sweeps and which point a run belongs to: tags that are named by them, as a store finds a name and not a value.

MLflow's tables have an index on the names of tags and none on their values: what has a tag of one name is found at once
among any number of runs, and what has one value of a tag that all runs have by reading them all. A name for each key
would make as many columns of :func:`mlflow.search_runs`; so there are sixteen names, by a key's first digit.
"""

PREFIX = "in_sweep."

KEY_PREFIX = "mlflow.sweep.key."
"""MLflow's pages leave out tags that begin with ``mlflow.``: as columns, these are of no use."""

SETTING = "setting"
"""The tag by which repeats lie together: its value is the key that they would have with one seed."""

DIGITS = 1
"""Of a key, those in the name."""


def tag(sweep_id: str) -> str:
    """The tag that marks a run as a member of the sweep; its value is ``true``. A run may be one of several sweeps."""
    return f"{PREFIX}{sweep_id}"


def condition(sweep_id: str) -> str:
    """The search that finds the members of a sweep, in MLflow's own language."""
    return carrying(tag(sweep_id))


def key_tag(key: str) -> str:
    """The tag that a run of the point with this key has; its value is the key."""
    return f"{KEY_PREFIX}{key[:DIGITS]}"


def of_point(key: str) -> str:
    """The search that finds the runs of a point, in MLflow's own language."""
    return f"tags.`{key_tag(key)}` = '{key}'"


def carrying(name: str) -> str:
    """The search that finds the runs with such a tag."""
    return f"tags.`{name}` = 'true'"
