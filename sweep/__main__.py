"""The entry: ``python -m sweep``, and the console script ``sweep``."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from sweep.curve import Curve


def main() -> NoReturn:
    """Run the command line and exit with a code of :class:`sweep.errors.Exit`."""
    from sweep.guard import guard

    sys.argv[1:] = always_multirun(sys.argv[1:])
    sys.exit(guard(_hydra))


def always_multirun(arguments: Sequence[str]) -> list[str]:
    """``arguments`` so that Hydra takes every sweep, one of a single point included, down the same road.

    Raises
    ------
    SystemExit : with Hydra's usage and code 2, for a malformed flag.
    """
    from hydra._internal.utils import get_args_parser

    parser = get_args_parser()
    parser.prog = "python -m sweep"
    parsed = parser.parse_args(list(arguments))
    asks = [flag for flag in ("cfg", "info", "shell_completion", "help", "hydra_help") if getattr(parsed, flag)]
    if len(asks) > 1:
        parser.error(f"only one of --{asks[0]} and --{asks[1].replace('_', '-')} can be given")
    if parsed.resolve and not {"cfg", "help"} & set(asks):
        parser.error("--resolve goes with --cfg or --help alone")
    rest = [word for word in arguments if word not in ("-m", "--multirun", "-r", "--run")]
    return rest if asks else ["--multirun", *rest]


def _hydra() -> None:
    import warnings

    import hydra

    from sweep import composed

    warnings.filterwarnings("ignore", r"\s*Running Hydra app with --multirun")  # As every command is.

    composed.register()
    hydra.main(version_base="1.3", config_path=composed.conf_folder(), config_name="config")(train)()


def train(config: "DictConfig") -> "Curve":
    """The task function, which only a launcher other than ours calls."""
    from sweep import job

    return job.train(config)


if __name__ == "__main__":
    main()
