"""``--help`` without a composition: Hydra would compose every key and list every group of its own, twice.

What it prints equals what Hydra prints from ``conf/hydra/help/sweep.yaml`` (a test compares them); where more than
``--config-dir`` is asked with it, Hydra answers.
"""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from string import Template

from omegaconf import OmegaConf

from sweep.settings.composition import register
from sweep.settings.conf_files import choices, conf_folder


def is_plain(parsed: Namespace) -> bool:
    """Whether ``--help`` is asked for, and beside it nothing but a folder of configurations."""
    given = {name for name, value in vars(parsed).items() if value}
    if "help" not in given or given - {"help", "config_dir", "run", "multirun"}:
        return False
    return parsed.config_dir is None or Path(parsed.config_dir).is_dir()


def text(config_dir: str | None) -> str:
    """The page, with the groups of a user's folder among ours."""
    register()
    folders = [Path(conf_folder()), *([Path(config_dir)] if config_dir else [])]
    page = OmegaConf.create({"hydra": {"help": OmegaConf.load(folders[0] / "hydra/help/sweep.yaml")}})
    return Template(page.hydra.help.template).substitute(APP_CONFIG_GROUPS=groups(folders))


def groups(folders: Sequence[Path]) -> str:
    """A line for each group that is not Hydra's own, with its choices."""
    return "".join(f"{group}: {', '.join(names)}\n" for group, names in choices(folders).items())
