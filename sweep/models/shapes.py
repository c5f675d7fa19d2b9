"""Parameters of a module, and the row of numbers that they are while they train."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from sweep.errors import BadInput


def trained(module: nn.Module, key: str = "problem.model") -> dict[str, Tensor]:
    """What trains, by name, in torch's order: a parameter that has several names once, by its first.

    Parameters that ask for no gradient stay as they are, as buffers do; whole numbers never ask for one.

    Raises
    ------
    BadInput : nothing trains; complex numbers would; or a lazy module has sizes that it does not know yet.
    """
    kind = type(module).__name__
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if is_lazy(tensor):
            owner = module.get_submodule(name.rpartition(".")[0])
            raise BadInput(
                f"{key}: {name} of {kind} has no shape yet, as {type(owner).__name__} waits for its first input",
                "a module that knows all its sizes once it is made",
                f"use {type(owner).__name__.removeprefix('Lazy')} with its sizes, or a function that runs the module"
                " on an example and returns it",
            )
    found: dict[str, Tensor] = {name: each for name, each in module.named_parameters() if each.requires_grad}
    if odd := [name for name, each in found.items() if each.is_complex()]:
        raise BadInput(
            f"{key}: the parameter {odd[0]} of {kind} has complex numbers",
            "parameters of real numbers",
            "keep real and imaginary part as two parameters, or freeze it by requires_grad_(False)",
        )
    if not sum(each.numel() for each in found.values()):
        frozen = sum(1 for _ in module.parameters())
        raise BadInput(
            f"{key}: {kind} has no parameters to train"
            + (f"; all {frozen:,} it has are frozen or empty" if frozen else ""),
            "a module with parameters, of which one or more ask for a gradient",
            "give it layers, keep them in a ModuleList and not in a list, or leave requires_grad as torch sets it",
        )
    return found


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Name and shape of each; a number has the shape ``()``."""
    return {name: tuple(each.shape) for name, each in tensors.items()}


def unflatten(row: Tensor, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """The numbers of ``row`` as tensors by name, in order: views of it, no copies; under ``torch.func.vmap`` too.

    Parameters
    ----------
    row : shape ``(n_parameters,)``, as many as ``shapes`` have together.
    """
    parts = torch.split(row, [math.prod(shape) for shape in shapes.values()])
    return {name: part.view(shape) for part, (name, shape) in zip(parts, shapes.items(), strict=True)}


def flatten(tensors: Mapping[str, Tensor]) -> Tensor:
    """Their numbers as a row, one tensor after another; shape ``(n_parameters,)``, a copy that needs no gradient."""
    return torch.cat([each.detach().reshape(-1) for each in tensors.values()])
