"""From a spec to a module of torch, or to a loss: classes and functions by ``_target_``, with what stands beside it."""

import inspect
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sweep.errors import BadInput, first_line, raised
from sweep.models.arguments import check, check_takes
from sweep.models.importing import imported
from sweep.models.spec import TARGET

if TYPE_CHECKING:
    import torch

ARGUMENTS, PARTIAL = "_args_", "_partial_"

SPECIAL = re.compile("_.+_")
"""Keys that say how to call, as Hydra has them, and so are no argument."""


def built(spec: Mapping[str, Any], seed: int, key: str = "problem.model") -> "torch.nn.Module":
    """The module that ``spec`` describes, its parameters drawn by ``seed``.

    Parameters
    ----------
    spec : ``_target_`` with its arguments by name, and ``_args_`` by place; see :func:`made`.
    seed : >= 0, of torch's generators, and of Python's and NumPy's, which a constructor may draw from; those of the
        caller are left as they were.
    key : where the spec stands, for messages.

    Raises
    ------
    BadInput : ``spec`` cannot be followed, or what comes of it is no module.
    Exception : whatever the constructor raises, as it is.
    """
    with _apart():
        return _built(spec, seed, key)


def _built(spec: Mapping[str, Any], seed: int, key: str) -> "torch.nn.Module":
    import torch

    target = spec.get(TARGET)
    module = "a class that is a torch.nn.Module, or a function that returns one"
    found = _called(spec, key)
    _import_all(spec, key)  # Some draw as they are imported, which happens once a process: before the seed is set.
    if inspect.isclass(found) and not issubclass(found, torch.nn.Module):
        raise BadInput(f"{key}._target_={target}: no torch.nn.Module", module, f"derive {found.__name__} from it")
    if spec.get(PARTIAL):
        raise BadInput(f"{key}.{PARTIAL}=true: makes no module", "a module that is built", f"leave {PARTIAL} out")
    with drawn(seed):
        model = made(spec, key)
    if not isinstance(model, torch.nn.Module):
        what = f"{key}._target_={target}: returned {type(model).__name__}, which is no torch.nn.Module"
        raise BadInput(what, module, "return the module")
    return model


def loss_function(spec: Mapping[str, Any], key: str = "problem.loss") -> Callable[..., Any]:
    """What ``spec`` describes to be called with outputs and targets: a function, its arguments bound, or an instance.

    Parameters
    ----------
    spec : ``_target_`` with its arguments. A function is not called; a class, as ``torch.nn.HuberLoss``, is.

    Raises
    ------
    BadInput : ``spec`` cannot be followed, what comes of it does not take two arguments, or a constructor raises.
    """
    found = _called(spec, key)
    if spec.get(ARGUMENTS) and not inspect.isclass(found):  # They would stand in the place of the outputs.
        what = f"{key}.{ARGUMENTS}: {spec[TARGET]} has outputs and targets by place"
        raise BadInput(what, "further arguments by name", f"write {key}.NAME=… for each")
    name = spec[TARGET]
    try:
        with _apart():
            loss = made(spec if inspect.isclass(found) else {**spec, PARTIAL: True}, key)
    except BadInput:
        raise
    except raised() as error:
        said = ": ".join(dict.fromkeys((type(error).__name__, first_line(error))))
        what = f"{key}: making {name} raises {said}"
        raise BadInput(
            what, "a loss that can be made", f"correct it, or give it other arguments: {key}.NAME=…"
        ) from error
    if not callable(loss):
        what = f"{key}.{TARGET}={name}: of type {type(loss).__name__}, which cannot be called"
        raise BadInput(what, "a function of outputs and targets, or a class whose instances are", "give another one")
    check_takes(loss, 2, name, "outputs and targets", key)
    called: Callable[..., Any] = loss
    return called


def made(spec: Any, key: str) -> Any:
    """What ``spec`` describes: plain data as it is, and of each mapping with ``_target_`` what calling that gives.

    Mappings within are made before those around them, ``_args_`` first, then in the order of their keys' letters, so
    that random numbers do not depend on the order in which keys were typed. With ``_partial_: true`` nothing is called,
    and a ``functools.partial`` stands for it.

    Raises
    ------
    BadInput : a ``_target_`` cannot be imported or called, its arguments are not those that it takes, or there is a
        key like ``_recursive_``.
    Exception : whatever is called raises, as it is.
    """
    if isinstance(spec, list | tuple):
        return [made(each, f"{key}.{place}") for place, each in enumerate(spec)]
    if not isinstance(spec, Mapping):
        return spec
    special = [name for name in spec if SPECIAL.fullmatch(str(name))]
    if not special:
        return {name: made(spec[name], f"{key}.{name}") for name in sorted(spec, key=str)}
    call = _called(spec, key)
    places = [made(each, f"{key}.{ARGUMENTS}.{place}") for place, each in enumerate(spec.get(ARGUMENTS, ()))]
    names = {name: made(spec[name], f"{key}.{name}") for name in sorted(spec, key=str) if name not in special}
    check(call, spec[TARGET], places, names, bool(spec.get(PARTIAL)), key)
    return partial(call, *places, **names) if spec.get(PARTIAL) else call(*places, **names)


def _import_all(spec: Any, key: str) -> None:
    """Import each ``_target_`` in ``spec``."""
    below = spec.items() if isinstance(spec, Mapping) else enumerate(spec) if isinstance(spec, list | tuple) else ()
    if isinstance(spec, Mapping) and any(SPECIAL.fullmatch(str(name)) for name in spec):
        _called(spec, key)
    for name, each in below:
        _import_all(each, f"{key}.{name}")


def _called(spec: Mapping[str, Any], key: str) -> Callable[..., Any]:
    """What ``spec`` would have called, once its own keys are found to be in order."""
    import torch

    for name in spec:
        if SPECIAL.fullmatch(str(name)) and name not in (TARGET, ARGUMENTS, PARTIAL):
            allowed = f"{TARGET}, {ARGUMENTS}, {PARTIAL}, and arguments by their names"
            raise BadInput(f"{key}.{name}: not known here", allowed, "leave it out")
    for name, form, said in ((ARGUMENTS, list | tuple, "a list, as [8, 2]"), (PARTIAL, bool, "true or false")):
        if name in spec and not isinstance(spec[name], form):
            raise BadInput(f"{key}.{name}={spec[name]} is not allowed", said, f"give another {key}.{name}=…")
    if TARGET not in spec:
        step = f"add {key}.{TARGET}=my_models.Net"
        raise BadInput(f"{key}: says no {TARGET}", "the dotted name of a class or function", step)
    found = imported(spec[TARGET], key)
    what, function = f"{key}.{TARGET}={spec[TARGET]}", "a class, or a function that returns a module"
    if isinstance(found, torch.nn.Module):  # It can be called, but runs would share its parameters.
        raise BadInput(f"{what}: a module that is made already", function, f"name its class, {type(found).__name__}")
    if not callable(found):
        raise BadInput(
            f"{what}: of type {type(found).__name__}, which cannot be called", function, "name what makes it"
        )
    call: Callable[..., Any] = found
    return call


@contextmanager
def drawn(seed: int) -> Iterator[None]:
    """Whatever is drawn meanwhile, by torch, Python or NumPy, is drawn by ``seed``; see :func:`built`."""
    import numpy as np

    from sweep.models.draws import seed_all

    with _apart():
        seed_all(seed)
        random.seed(seed)
        np.random.seed(seed % 2**32)
        yield


@contextmanager
def _apart() -> Iterator[None]:
    """Whatever is drawn meanwhile, and from whichever seed, generators are as they were afterwards."""
    import numpy as np
    import torch

    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call]
    python, numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
