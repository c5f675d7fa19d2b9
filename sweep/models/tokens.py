"""The tokens of a source: what is left of it without comments and layout."""

import io
import tokenize
from functools import lru_cache

LAYOUT = (tokenize.COMMENT, tokenize.NL, tokenize.ENDMARKER, tokenize.ENCODING)
STRUCTURE = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
"""Tokens whose presence matters, and not how wide or long they are."""


@lru_cache(maxsize=256)  # A sweep reads the same sources for each of its models, and again before it trains.
def tokens(source: str) -> str:
    r"""The tokens of ``source``, so written that two sources have the same text exactly if they have the same tokens.

    Parameters
    ----------
    source : decoded, its lines ended by ``\n`` alone.

    Raises
    ------
    SyntaxError : the source is not Python.

    Notes
    -----
    Comments, blank lines, the width of indents and lines that are continued leave no trace; a docstring is a
    token as any text. A text with ``f`` before it is one token, as Python took it before 3.12.
    """
    starts = [0]
    for line in io.StringIO(source):
        starts.append(starts[-1] + len(line))
    written: list[str] = []
    depth, begun = 0, 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            kind = tokenize.tok_name[token.type]
            if kind.endswith("STRING_START"):
                begun = begun if depth else starts[token.start[0] - 1] + token.start[1]
                depth += 1
            elif kind.endswith("STRING_END"):
                depth -= 1
                if not depth:
                    written.append(f"STRING\0{source[begun : starts[token.end[0] - 1] + token.end[1]]}")
            elif not depth and token.type not in LAYOUT:
                written.append(kind if token.type in STRUCTURE else f"{kind}\0{token.string}")
    except (tokenize.TokenError, IndentationError) as error:
        raise SyntaxError(str(error)) from error
    return "\0\0".join(written)
