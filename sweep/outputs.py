"""The folder ``outputs/``: where it is, whether it can be written, and how a file in it is written whole."""

import errno
import os
import secrets
import shlex
import stat
import time
from contextlib import suppress
from pathlib import Path

from sweep.errors import BadInput

OUTPUTS = Path("outputs")

SPOOL = OUTPUTS / "spool"
"""Where results wait that a store did not take."""

OWN_SPOOL = OUTPUTS / f"spool-{os.getuid()}"
"""Where those of this user wait while ``SPOOL`` is closed to him, as one that another user has made."""

LEFT = 3600.0
"""Seconds after which a file beside another counts as left by a killed process: nobody writes one for so long."""


class Anothers(PermissionError):
    """A file of another user, in a folder whose files are replaced by their owners alone (``chmod +t``)."""

    def __init__(self, path: Path) -> None:
        try:
            self.owner = path.owner()
        except KeyError:  # Nobody of that number is known here.
            self.owner = f"user {path.lstat().st_uid}"
        super().__init__(errno.EPERM, f"{self.owner} alone may replace it (chmod +t)", str(path))
        self.cure = f"let {self.owner} run the command, or chmod -t {shlex.quote(str(path.parent))}"


def check_here() -> None:
    """Refuse a current folder that is gone, or that cannot be entered any more."""
    try:
        Path.cwd()
    except OSError as error:
        raise BadInput(
            f"the current folder: {error.strerror}",
            "a folder that is there and can be entered",
            "change to another folder, or to this one once more where it was made again",
        ) from error


def check_writable(folder: Path, elsewhere: str = "change to another folder") -> None:
    """Refuse a ``folder`` that could not be made or written to.

    Parameters
    ----------
    elsewhere : how the command writes to another, for the message.
    """
    check_here()
    there = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise BadInput(
            f"{folder}/ cannot be written: {there} is {'not writable' if there.is_dir() else 'a file'}",
            "a folder that can be made or written",
            f"{elsewhere}, or correct what is in the way",
        )


def closed_spool() -> bool:
    """Whether :data:`SPOOL` is there, or may be, and closed to this user."""
    try:
        return stat.S_ISDIR(SPOOL.stat().st_mode) and not os.access(SPOOL, os.R_OK | os.W_OK | os.X_OK)
    except PermissionError:
        return True
    except OSError:
        return False


def own_spool() -> Path:
    """The folder in which results of this user wait."""
    return OWN_SPOOL if closed_spool() else SPOOL


def write_atomically(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write beside, sync, then rename: whoever looks sees the old file or the new one.

    Parameters
    ----------
    replace : if False, a file that is there already stays as it is, however late it came.

    Raises
    ------
    OSError : ``Anothers`` where the file that is there may not be replaced by this user.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / f".{path.name}.{secrets.token_hex(4)}.part"
    try:
        with beside.open("xb") as file:  # Its mode is what the umask leaves, as of any file that a program makes.
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace or not _link(beside, path):
            _replace(beside, path)
        else:
            beside.unlink()
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _clear(path)


def is_anothers(path: Path) -> bool:
    """Whether there is a file of another user at ``path``."""
    try:
        return path.lstat().st_uid != os.geteuid()
    except OSError:
        return False


def _replace(beside: Path, path: Path) -> None:
    try:
        beside.replace(path)
    except PermissionError as error:
        if is_anothers(path):
            raise Anothers(path) from error
        raise


def _clear(path: Path) -> None:
    """Delete what killed processes have left beside ``path``."""
    for left in path.parent.glob(f".{path.name}.*.part"):
        with suppress(OSError):  # Another process was quicker, or it is another user's.
            if time.time() - left.lstat().st_mtime > LEFT:
                left.unlink()


def _link(beside: Path, path: Path) -> bool:
    """Give ``beside`` the name ``path`` too, unless that is taken; False on a file system without hard links."""
    try:
        os.link(beside, path)
    except FileExistsError:
        return True
    except OSError:
        return path.exists()
    return True
