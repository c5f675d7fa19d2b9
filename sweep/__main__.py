"""The entry: ``python -m sweep``, and the console script ``sweep``; their first word may be a verb."""

import gc
import io
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from argparse import Namespace

    from omegaconf import DictConfig

    from sweep.errors import BadInput, Exit
    from sweep.training.curve import Result


GARBAGE = (50_000, 10, 10)
"""When Python looks for cycles. A sweep makes millions of small objects and hardly a cycle: by default, every 700 of
them, a tenth of its time goes there."""


OURS = ("--multirun", "--run", "--quiet", "--json")
"""Flags that Hydra's parser does not get: each sweep goes down the road of many points, and the others are ours."""


def main() -> NoReturn:
    """Do what the command line says and exit with a code of :class:`sweep.errors.Exit`."""
    from importlib import import_module

    from sweep.settings import verbs

    verb = verbs.first(sys.argv[1:])
    if verb is not None:
        del sys.argv[1]
        if verb != verbs.RUN:
            import_module(verbs.VERBS[verb].module).main(f"{verbs.program(sys.argv[0])} {verb}")
    _run()


def _run() -> NoReturn:
    from sweep.console.guard import guard, own_process
    from sweep.models.importing import importable_here

    gc.set_threshold(*GARBAGE)
    with own_process(), importable_here():
        from sweep.settings import help_page

        arguments = sys.argv[1:]
        parsed = parse(arguments)
        if help_page.is_plain(parsed):
            sys.exit(guard(lambda: print(help_page.text(parsed.config_dir))))
        # Every sweep, one of a single point included, goes down the same road.
        rest = [word for word in arguments if not _is_ours(word)]
        asks = questions(parsed)
        sys.argv[1:] = rest if asks else ["--multirun", *rest]
        sys.exit(guard(lambda: _answer(parsed) if asks else _hydra(parsed), parsed.overrides))


def _is_ours(word: str) -> bool:
    """Whether ``word`` is one of :data:`OURS`, which may be cut short, or letters for some of them, as ``-mq``."""
    if word.startswith("--"):
        return len(word) > 2 and any(flag.startswith(word) for flag in OURS)
    return word.startswith("-") and len(word) > 1 and set(word[1:]) <= {"m", "r", "q"}


def parse(arguments: Sequence[str]) -> "Namespace":
    """What Hydra makes of ``arguments``, and which of our own flags are among them.

    Raises
    ------
    SystemExit : with Hydra's usage and code 2, for a malformed flag.
    """
    from sweep.console.telling import FLAGS
    from sweep.settings import verbs
    from sweep.settings.hydra_internals import arguments_parser

    parser = arguments_parser()
    parser.prog = verbs.program(sys.argv[0])
    for flags, meaning in FLAGS.items():
        parser.add_argument(*flags.split(), **meaning)
    parsed = parser.parse_intermixed_args(list(arguments))
    asks = questions(parsed)
    if len(asks) > 1:
        parser.error(f"only one of --{asks[0]} and --{asks[1].replace('_', '-')} can be given")
    if parsed.hydra_help and parsed.overrides:
        parser.error("--hydra-help goes without settings")
    if asks and (parsed.quiet or parsed.json):
        parser.error(f"--quiet and --json go without --{asks[0].replace('_', '-')}")
    if parsed.resolve and not {"cfg", "help"} & set(asks):
        parser.error("--resolve goes with --cfg or --help alone")
    return parsed


def questions(parsed: "Namespace") -> list[str]:
    """The flags that are given and ask something, for which nothing is run."""
    return [flag for flag in ("cfg", "info", "shell_completion", "help", "hydra_help") if getattr(parsed, flag)]


def _refuse_foreign(parsed: "Namespace") -> None:
    """Refuse what would unpickle a file, is no verb, trains without tracking, or has Hydra call what is named."""
    from sweep.errors import BadInput
    from sweep.settings import called, verbs
    from sweep.settings.keys import KEYS

    if parsed.experimental_rerun is not None:
        raise BadInput(
            "--experimental-rerun: unpickles a file, which may run anything",
            "settings as KEY=VALUE",
            "give the command of the sweep again, which stands in its provenance.json, or use sweep replay",
        )
    verbs.refuse_mistyped(parsed.overrides, KEYS)
    for word in parsed.overrides:
        key, _, value = word.lstrip("+").partition("=")
        if key.lstrip("~") == "hydra/sweeper" and (key.startswith("~") or value.strip("'\"") != "grid"):
            raise other_sweeper(word)
        if key.startswith("hydra.") and key.rpartition(".")[2] == "_target_":
            raise called.refusal(word)


def other_sweeper(named: str) -> "BadInput":
    """The message for a sweeper that is ``named`` and is not ours."""
    from sweep.errors import BadInput

    return BadInput(
        f"{named}: another sweeper neither tracks nor judges", "hydra/sweeper=grid", "leave hydra/sweeper out"
    )


def _hydra(parsed: "Namespace") -> "Exit":
    import hydra

    from hydra_plugins.sweep_grid import _ending, _telling
    from sweep.errors import Exit
    from sweep.outputs import check_here
    from sweep.settings import called, composition, grammar, hydra_internals, hydra_memory
    from sweep.settings.conf_files import conf_folder
    from sweep.settings.keys import KEYS

    check_here()
    _refuse_foreign(parsed)
    if parsed.shell_completion:
        hydra_internals.offer(lambda key: KEYS[key].options if key in KEYS else [])
    typed = {word: grammar.as_typed(word) for word in parsed.overrides}
    sys.argv[1:] = [typed.get(word, word) for word in sys.argv[1:]]
    composition.register()
    _ending.exit_code = Exit.OK
    _telling.quiet, _telling.json = parsed.quiet, parsed.json
    with hydra_memory.composed_once(called.check):
        hydra.main(version_base="1.3", config_path=conf_folder(), config_name="config")(train)()
    return _ending.exit_code


def _answer(parsed: "Namespace") -> "Exit":
    """What Hydra prints of the configuration, without the password of a store."""
    from sweep.redaction import without_secrets

    answer = io.StringIO()
    try:
        with redirect_stdout(answer):
            return _hydra(parsed)
    finally:
        print(without_secrets(answer.getvalue()), end="")


def train(config: "DictConfig") -> "Result":
    """The task function, which only a launcher other than ours calls."""
    from hydra.core.hydra_config import HydraConfig

    from hydra_plugins.sweep_grid import GridSweeperConf, _worker

    sweeper = HydraConfig.get().sweeper._target_
    if sweeper != GridSweeperConf._target_:
        raise other_sweeper(sweeper)
    return _worker.train(config)


if __name__ == "__main__":
    main()
