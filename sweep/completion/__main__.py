"""``sweep completion SHELL`` prints the script that completes, which asks ``sweep completion query SHELL LINE``."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from argparse import ArgumentParser

QUERY = "query"

EPILOG = """\
into the start-up file of the shell goes
  bash (~/.bashrc)                    eval "$(sweep completion bash)"
  zsh  (~/.zshrc)                     eval "$(sweep completion zsh)"
  fish (~/.config/fish/config.fish)   sweep completion fish | source

Exit codes: 0 printed, 2 malformed flag.
"""


@dataclass(frozen=True)
class Completion:
    """The command; called, it prints and exits with a code of :class:`sweep.errors.Exit`."""

    def __call__(self, program: str = "") -> NoReturn:
        """Print the script of a shell, or what a script asks for."""
        if sys.argv[1:2] == [QUERY]:
            with suppress(Exception):  # Whoever presses tab wants a word, and no message in the midst of his line.
                from sweep.completion.answer import answer

                print(*answer(*sys.argv[2:]), sep="\n", flush=True)
            sys.exit(0)
        from sweep.completion.shells import script
        from sweep.console.guard import guard, own_process

        with own_process():
            shell = self.parser(program).parse_args().shell
            sys.exit(guard(lambda: print(script(shell), end="")))

    def parser(self, program: str = "") -> "ArgumentParser":
        """The parser of its command lines."""
        from argparse import ArgumentParser, RawDescriptionHelpFormatter

        from sweep.completion.shells import SHELLS
        from sweep.version import __version__

        parser = ArgumentParser(
            prog=program or "python -m sweep.completion",
            description="Print what makes tab complete verbs, keys, values and names of sweeps after sweep.",
            epilog=EPILOG,
            formatter_class=RawDescriptionHelpFormatter,
        )
        parser.add_argument("--version", action="version", version=f"sweep {__version__}")
        parser.add_argument("shell", choices=SHELLS, help="the shell that you type in")
        return parser


main = Completion()

if __name__ == "__main__":
    main()
