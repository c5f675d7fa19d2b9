"""The files of ``conf/``, and of a user's folder beside it: where they are, and the choices of each group."""

from collections.abc import Sequence
from pathlib import Path


def conf_folder() -> str:
    """The folder of ``conf/``: inside the package where a wheel put it, else beside the package."""
    here = Path(__file__).resolve().parent.parent
    return str(here / "conf" if (here / "conf").is_dir() else here.parent / "conf")


def choices(folders: Sequence[Path]) -> dict[str, list[str]]:
    """The names of the files in ``folders``, without ``.yaml``, by their group; none of Hydra's own groups."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for file in folder.glob("*/**/*.yaml"):
            found.setdefault(file.parent.relative_to(folder).as_posix(), set()).add(file.stem)
    return {group: sorted(found[group]) for group in sorted(found) if group.split("/")[0] != "hydra"}
