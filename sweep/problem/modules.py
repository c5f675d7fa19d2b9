"""What a run ended at as a module of torch."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sweep.errors import BadInput
from sweep.models import session
from sweep.models.spec import TARGET, parsed, targets
from sweep.problem.network import Network
from sweep.problem.problem import Problem, Setup

if TYPE_CHECKING:
    from torch import nn

ARGUMENTS = "_args_"


def module_of(
    problem: Problem, point: Setup, parameters: Sequence[float], own: "Callable[..., nn.Module] | nn.Module | None"
) -> "nn.Module":
    """The module of a run that ended at ``parameters``, in its dtype and in eval mode.

    Parameters
    ----------
    own : of a user's own model, its class, which is made with the arguments that the run had; or a module to fill.

    Raises
    ------
    BadInput : ``own`` is missing, or what it makes has not the parameters that the run had.
    Exception : whatever ``own`` raises.
    """
    import torch

    from sweep.models.shapes import shapes_of, trained, unflatten

    dtype = getattr(torch, str(point.dtype))
    module = _made(problem, point, own).to(dtype)
    there = trained(module) if isinstance(problem, Network) else dict(zip("wb", module.parameters(), strict=True))
    values = torch.tensor(parameters, dtype=dtype)
    if isinstance(problem, Network):
        _check(module, shapes_of(there), problem.shapes)
        kept = unflatten(values, shapes_of(there))
    else:
        kept = {name: part.view_as(there[name]) for name, part in unflatten(values, problem.shapes).items()}
    with torch.no_grad():
        for name, tensor in there.items():
            tensor.copy_(kept[name])
    return module.eval()


def _made(problem: Problem, point: Setup, own: "Callable[..., nn.Module] | nn.Module | None") -> "nn.Module":
    """A module with whatever parameters."""
    from torch import nn

    from sweep.models.draws import forked

    if not isinstance(problem, Network):
        outputs = (*problem.shapes["b"], 1)[0]
        with forked():  # It draws weights, which are replaced.
            return nn.Linear(problem.prepared.inputs.shape[1], outputs)
    said: dict[str, Any] = parsed(problem.source.model)
    if TARGET not in said:
        return problem.source.module(point.seed)
    if own is None:
        name = str(said[TARGET]).removeprefix(f"{session.MAIN}.")
        what = f"the run's model is {name}, which is code of your own"
        raise BadInput(what, "its class beside the run", f"give it: net={name}")
    if callable(own) and not isinstance(own, nn.Module):
        own = _called(own, said, point.seed)
    if not isinstance(own, nn.Module):
        allowed = "the class of the model, a function that makes it, or a torch.nn.Module"
        raise BadInput(f"{said[TARGET]}: no module, but of type {type(own).__name__}", allowed, "give another")
    from sweep.models.switches import uncompiled

    return uncompiled(own)


def _called(own: "Callable[..., Any]", said: Mapping[str, Any], seed: int) -> Any:
    """What ``own`` makes of the arguments that a run had, drawn as that was."""
    from sweep.models import arguments, build

    given = {name: value for name, value in said.items() if name not in (TARGET, ARGUMENTS)}
    places = said.get(ARGUMENTS, [])
    if named := targets([given, places]):
        raise BadInput(
            f"the run's model has arguments that name code to be run: {', '.join(named)}",
            "arguments that are plain data",
            "make the module yourself, and give it in the place of its class",
        )
    name = getattr(own, "__qualname__", type(own).__name__)
    arguments.check(own, name, places, given, False, "problem.model")
    with build.drawn(seed):
        return own(*places, **given)


def _check(module: "nn.Module", now: Mapping[str, tuple[int, ...]], then: Mapping[str, tuple[int, ...]]) -> None:
    kind = type(module).__name__
    for name in dict.fromkeys([*then, *now]):
        if now.get(name) != then.get(name):
            had, has = (f"one of the shape {each[name]}" if name in each else "none" for each in (then, now))
            raise BadInput(
                f"{kind}: of the parameter {name} the run had {had}, the module has {has}",
                "the model of the run, as its code was then",
                "give the class that it was trained with, or a module made with the same arguments",
            )
    if list(now) != list(then):
        what = f"{kind}: has its parameters in another order than the run"
        raise BadInput(what, "the model of the run, as its code was then", "give the class that it was trained with")
