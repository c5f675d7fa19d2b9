"""What a call may be given in place of words: a table or arrays as data, a class or a function as the problem."""

import hashlib
import io
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sweep.api.words import name_of
from sweep.errors import BadInput
from sweep.outputs import OUTPUTS, check_writable, write_atomically
from sweep.settings.schema import Data

FOLDER = OUTPUTS / "data"
"""Where tables that a call was given are kept, by their content: any command reads them from there."""

FIELDS = {*Data.__annotations__, "frame"}
FILES = (".csv", ".tsv", ".txt", ".parquet", ".npz")


def data_settings(data: Any) -> dict[str, Any]:
    """The settings ``data`` and below that read what a call was given as its data.

    Parameters
    ----------
    data : the name of a group of ``conf/data``; a file, by its path; a DataFrame; a pair of arrays, inputs of shape
        ``(n_samples,)`` or ``(n_samples, n_inputs)`` and targets of shape ``(n_samples,)``; arrays by name; or the
        settings below ``data`` by name, in which ``frame`` may be a DataFrame or arrays.

    Raises
    ------
    BadInput : it is nothing of the kind.
    """
    if isinstance(data, str) and Path(data).suffix.lower() not in FILES and "/" not in data:
        return {"data": data}
    if isinstance(data, str | PathLike):
        return {"data": "csv", "data.path": fspath(data)}
    if isinstance(data, Mapping) and {*map(str, data)} <= FIELDS and not any(map(_is_array, data.values())):
        below = {str(name): value for name, value in data.items()}
        own = data_settings(below.pop("frame")) if "frame" in below else {}
        if "path" in below:
            own |= data_settings(Path(below.pop("path")))
        if "kind" in below:
            own["data"] = below.pop("kind")
        return own | {f"data.{name}": value for name, value in below.items()}
    if isinstance(data, tuple | list) and len(data) == 2:
        return _kept(_paired(*data)) | {"data.input": "all", "data.target": "y"}
    if isinstance(data, Mapping):
        data = pd.DataFrame({str(name): _array(values) for name, values in data.items()})
    if isinstance(data, pd.DataFrame):
        return {"data.input": "all"} | _kept(data)
    raise BadInput(
        f"data: a value of type {type(data).__name__}",
        "a name, a path, a DataFrame, (inputs, targets), arrays by name, or the settings below data by name",
        "give one of these",
    )


def problem_settings(problem: Any) -> dict[str, Any]:
    """The settings ``problem`` and below of what a call was given as its problem.

    Parameters
    ----------
    problem : the name of a group of ``conf/problem``; a class derived from ``torch.nn.Module``; a function that trains,
        and yields the loss of each epoch; or the settings below ``problem`` by name.
    """
    if isinstance(problem, str):
        return {"problem": problem}
    if isinstance(problem, Mapping):
        below = {str(name): value for name, value in problem.items()}
        kind = below.pop("kind", "function" if "function" in below else "torch" if "model" in below else None)
        return ({"problem": kind} if kind else {}) | {f"problem.{name}": value for name, value in below.items()}
    if isinstance(problem, type):
        return {"problem": "torch", "problem.model._target_": name_of(problem, "problem")}
    if hasattr(problem, "state_dict"):
        what = f"problem: a module of {type(problem).__name__} that is made already"
        step = f"give {type(problem).__name__}, and its arguments as problem.model.…"
        raise BadInput(what, "its class: each point begins with a module of its own", step)
    if callable(problem):
        return {"problem": "function", "problem.function._target_": name_of(problem, "problem")}
    raise BadInput(
        f"problem: a value of type {type(problem).__name__}",
        "a name, a class of torch.nn.Module, a function that trains, or the settings below problem by name",
        "give one of these",
    )


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray | pd.Series) or (hasattr(value, "numpy") and hasattr(value, "shape"))


def _array(values: Any) -> "np.ndarray[Any, Any]":
    """``values`` as NumPy has them; those of a tensor that has a gradient, or is on a GPU, too."""
    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)


def _paired(inputs: Any, targets: Any) -> pd.DataFrame:
    """Inputs and targets as a table: ``x``, or ``x.0``, ``x.1``, …, and ``y``."""
    inputs, targets = _array(inputs), _array(targets)
    if inputs.ndim not in (1, 2) or targets.ndim != 1 or len(inputs) != len(targets):
        what = f"data: inputs of shape {inputs.shape} and targets of shape {targets.shape}"
        raise BadInput(what, "(n_samples,) or (n_samples, n_inputs), and (n_samples,)", "give arrays of these shapes")
    columns = {"x": inputs} if inputs.ndim == 1 else {f"x.{place}": each for place, each in enumerate(inputs.T)}
    return pd.DataFrame(columns | {"y": targets})


def _kept(frame: pd.DataFrame) -> dict[str, Any]:
    """The settings that read ``frame`` again, once it is kept in a file."""
    to = io.BytesIO()
    table = frame.rename(columns=str)
    table.to_parquet(to, index=False)
    path = FOLDER / f"{hashlib.sha256(to.getvalue()).hexdigest()[:16]}.parquet"
    check_writable(FOLDER)
    if not path.is_file():
        write_atomically(path, to.getvalue())
    return {"data": "csv", "data.path": str(path)}
