"""A configuration file that cannot be read: which one, where in it, and why.

In comes what Hydra raised while it read ``conf/`` or a folder of ``--config-dir``, out goes the message.
"""

import traceback
from pathlib import Path

from yaml import MarkedYAMLError
from yaml.reader import ReaderError

from sweep.errors import BadInput
from sweep.settings.hydra_internals import FILE_READER


def unreadable(error: BaseException) -> BadInput | None:
    """What is wrong with the file that was being read when ``error`` was raised; None where none was."""
    # Not every error names its file; the reader's frame does.
    frames = [
        frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_globals["__name__"] == FILE_READER
    ]
    path = next((frame.f_locals["full_path"] for frame in frames if "full_path" in frame.f_locals), None)
    if path is None:
        return None
    line, reason = _location(error, path)
    where = f"{path}, line {line}" if line else path
    return BadInput(f"{where}: {reason}", "a YAML file in UTF-8 that maps keys to values", "correct the file")


def _location(error: BaseException, path: str) -> tuple[int | None, str]:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return error.problem_mark.line + 1, error.problem or "not YAML"
    if isinstance(error, ReaderError):
        text = Path(path).read_text(encoding="utf-8", errors="replace")
        return text.count("\n", 0, error.position) + 1, f"the character {chr(error.character)!r} is not allowed"
    if isinstance(error, UnicodeDecodeError):
        lines = enumerate(Path(path).read_bytes().split(b"\n"), 1)
        return next(number for number, line in lines if line.decode(errors="ignore").encode() != line), "not UTF-8"
    if isinstance(error, RecursionError):
        return None, "it contains itself"
    return None, str(error).partition("\n")[0]
