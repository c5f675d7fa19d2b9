"""Which runs belong to a sweep: a tag on each, as a point may belong to several, whoever trained it."""

PREFIX = "in_sweep."


def tag(sweep_id: str) -> str:
    """The tag that marks a run as a member of the sweep; its value is ``true``."""
    return f"{PREFIX}{sweep_id}"


def condition(sweep_id: str) -> str:
    """The search that finds the members of a sweep, in MLflow's own language."""
    return f"tags.`{tag(sweep_id)}` = 'true'"
