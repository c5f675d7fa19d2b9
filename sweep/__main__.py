"""The entry: ``python -m sweep``, and the console script ``sweep``."""

import gc
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from sweep.curve import Curve


GARBAGE = (50_000, 10, 10)
"""When Python looks for cycles. A sweep makes millions of small objects and hardly a cycle: by default, every 700 of
them, a tenth of its time goes there."""


def main() -> NoReturn:
    """Run the command line and exit with a code of :class:`sweep.errors.Exit`."""
    from sweep import help
    from sweep.guard import guard

    gc.set_threshold(*GARBAGE)
    arguments = sys.argv[1:]
    asked = parse(arguments)
    if help.is_plain(asked):
        sys.exit(guard(lambda: print(help.text(asked.config_dir))))
    # Every sweep, one of a single point included, goes down the same road.
    rest = [word for word in arguments if word not in ("-m", "--multirun", "-r", "--run")]
    sys.argv[1:] = rest if questions(asked) else ["--multirun", *rest]
    sys.exit(guard(_hydra))


def parse(arguments: Sequence[str]) -> Namespace:
    """What Hydra makes of ``arguments``.

    Raises
    ------
    SystemExit : with Hydra's usage and code 2, for a malformed flag.
    """
    from hydra._internal.utils import get_args_parser

    parser = get_args_parser()
    parser.prog = "python -m sweep"
    parsed = parser.parse_args(list(arguments))
    asks = questions(parsed)
    if len(asks) > 1:
        parser.error(f"only one of --{asks[0]} and --{asks[1].replace('_', '-')} can be given")
    if parsed.resolve and not {"cfg", "help"} & set(asks):
        parser.error("--resolve goes with --cfg or --help alone")
    return parsed


def questions(parsed: Namespace) -> list[str]:
    """The flags that are given and ask something, for which nothing is run."""
    return [flag for flag in ("cfg", "info", "shell_completion", "help", "hydra_help") if getattr(parsed, flag)]


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
