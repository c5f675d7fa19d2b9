"""The caller's process: what a call changes in it while it works, and puts back."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from sweep.errors import BadInput
from sweep.models.importing import importable_here
from sweep.outputs import check_here


@contextmanager
def as_it_was() -> Iterator[None]:
    """Undo, at the end of the context, what sweep changes for itself; and have it raise what it documents.

    Raises
    ------
    BadInput : also where Hydra has refused what was given.
    """
    check_here()  # MLflow cannot even be imported in a folder that is gone.
    variables = dict(os.environ)
    with warnings.catch_warnings():  # First: libraries that are imported here for the first time warn as well.
        warnings.simplefilter("ignore", append=not sys.warnoptions)  # They are for developers.
        from sweep.tracking.caller import left_as_it_was

        with left_as_it_was(variables), importable_here(), _documented():
            yield


@contextmanager
def _documented() -> Iterator[None]:
    """What Hydra refuses is told in our words."""
    try:
        yield
    except BadInput:
        raise
    except Exception as error:
        from sweep.settings.refusals import explain

        told = explain(error)
        if told is None:
            raise
        raise told from None
