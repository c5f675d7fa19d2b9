"""The caller's process: what a call changes in it while it works, and puts back; and what it raises."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType

from sweep.console.guard import TRACEBACK
from sweep.errors import BadInput, StoreAway
from sweep.models.importing import importable_here
from sweep.outputs import check_here


class as_it_was(AbstractContextManager[None]):
    """Undo, at the end of the context, what sweep changes for itself; and have it raise what it documents.

    What is documented has a traceback that ends at the caller's own line, as the way on through sweep tells a caller
    nothing; the environment variable of commands, :data:`sweep.console.guard.TRACEBACK`, shows it.

    Raises
    ------
    BadInput : also where Hydra has refused what was given.
    """

    def __enter__(self) -> None:
        self._changes = _undone()
        self._changes.__enter__()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._changes.__exit__(None, None, None)
        told = _documented(error)
        if told is not None and os.environ.get(TRACEBACK) != "1":
            told.__traceback__ = told.__cause__ = told.__context__ = None
        if told is not None and told is not error:
            raise told from told.__cause__


@contextmanager
def _undone() -> Iterator[None]:
    check_here()  # MLflow cannot even be imported in a folder that is gone.
    variables = dict(os.environ)
    with warnings.catch_warnings():  # First: libraries that are imported here for the first time warn as well.
        warnings.simplefilter("ignore", append=not sys.warnoptions)  # They are for developers.
        from sweep.tracking.caller import left_as_it_was

        with left_as_it_was(variables), importable_here():
            yield


def _documented(error: BaseException | None) -> BaseException | None:
    """``error`` where it is one that calls document, what Hydra refuses in our words; else None."""
    if error is None or isinstance(error, BadInput | StoreAway | KeyboardInterrupt):
        return error
    from sweep.settings.refusals import explain

    return explain(error) if isinstance(error, Exception) else None
