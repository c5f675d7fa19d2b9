"""What is offered at the end of a line, written as a shell's script reads it: one a line."""

import re

from sweep.completion import run_words, store_words
from sweep.completion.line import Line, read
from sweep.completion.shells import SHELLS

OPEN = ("=", "/")
"""What goes on after such a sign has no blank behind it."""

UNSAFE = re.compile(r"([^\w@%+=:,./-])", re.ASCII)


def answer(shell: str, text: str, breaks: str = "") -> list[str]:
    """What completes ``text``, a line up to the cursor, in the form that the script of ``shell`` takes.

    Parameters
    ----------
    breaks : of bash, the signs at which it begins a word anew (``COMP_WORDBREAKS``).

    Raises
    ------
    Exception : of any kind, where a file or a store cannot be read.
    """
    line = read(text)
    found = {word: said for word, said in _offered(line).items() if word.startswith(line.begun) and word.isprintable()}
    if shell == "bash":
        return [_for_bash(word, line, breaks) for word in found]
    return [f"{word}\t{said}" if said else word for word, said in found.items()]


def _offered(line: Line) -> dict[str, str]:
    if line.verb in (None, "run"):
        return run_words.offered(line)
    if line.verb == "completion":
        return dict.fromkeys(SHELLS, "") if not line.words else {}
    return store_words.offered(line)


def _for_bash(word: str, line: Line, breaks: str) -> str:
    """What bash puts in the place of what it takes for the word at the cursor."""
    if line.quote:
        return word
    signs = "".join(sign for sign in breaks if not sign.isspace() and sign not in "'\"")
    there = max((line.begun.rfind(sign) for sign in signs), default=-1) + 1
    return UNSAFE.sub(r"\\\1", word[there:]) + ("" if word.endswith(OPEN) else " ")
