"""What cannot train row by row, in words, with a way out."""

from torch import nn

from sweep.errors import BadInput
from sweep.models.rows import Samples

KEY = "problem.model"


def does_not_fit(module: nn.Module, over: Samples, error: Exception) -> BadInput:
    """It raised ``error``, of shapes, at the samples."""
    inputs = over.x.shape[1]
    return BadInput(
        f"{KEY}: {type(module).__name__} does not take inputs of the shape {tuple(over.x.shape)}: "
        f"{str(error).splitlines()[0]}",
        f"a module that takes ({len(over.x)}, {inputs}): a row for each sample, with {inputs} "
        f"input{'' if inputs == 1 else 's'}",
        "choose as many data.input as it takes, or give its first layer as many",
    )


def returns(module: nn.Module, what: str) -> BadInput:
    """It returned ``what``."""
    return BadInput(
        f"{KEY}: {type(module).__name__} returned {what}", "one tensor of real numbers", "return the outputs alone"
    )


def changes(module: nn.Module, name: str) -> BadInput:
    """It changed the parameter or buffer ``name``."""
    owner = module.get_submodule(name.rpartition(".")[0])
    kind = type(owner).__name__
    if "BatchNorm" in kind or "InstanceNorm" in kind:
        what = f"{KEY}: the running statistics of {kind} ({name}) change while it trains, and belong to no parameter"
        return BadInput(
            what, "a normalisation without memory", "use GroupNorm or LayerNorm, or track_running_stats=False"
        )
    if name in dict(module.named_parameters()):
        return BadInput(
            f"{KEY}: {kind} changes its parameter {name} when it is called",
            "a module whose parameters change by updates alone",
            "compute another tensor from the parameter, as by .clamp() without the last _",
        )
    return BadInput(
        f"{KEY}: {kind} changes its buffer {name} when it is called",
        "a module whose output depends on its parameters and inputs alone",
        "leave the buffer as it is, or make it a parameter",
    )


def draws_always(module: nn.Module) -> BadInput:
    """It draws in eval mode too."""
    return BadInput(
        f"{KEY}: {type(module).__name__} draws random numbers also when it does not train",
        "a module that draws, if at all, while self.training is true",
        "use torch's Dropout, or ask self.training before drawing",
    )


def remembers(module: nn.Module) -> BadInput:
    """Called twice, it returned different numbers."""
    return BadInput(
        f"{KEY}: {type(module).__name__} returns other numbers when it is called again with the same",
        "a module whose output depends on its parameters and inputs alone",
        "keep no counter and no earlier value; draw while self.training is true, by torch's usual generator",
    )


def is_constant() -> BadInput:
    """Its loss has no gradient."""
    return BadInput(
        f"{KEY}: no parameter changes the loss",
        "outputs that depend on parameters, as autograd sees it",
        "leave .detach(), torch.no_grad() and rounding out",
    )


def too_large(module: nn.Module, count: int, most: int) -> BadInput:
    """It has ``count`` parameters to train."""
    return BadInput(
        f"{KEY}: {type(module).__name__} has {count:,} parameters to train",
        f"at most {most:,}: the store keeps those of every run",
        "take a smaller model, or freeze a part of it by requires_grad_(False)",
    )


def is_named(module: nn.Module, name: str) -> BadInput:
    """A parameter is called ``name``, which no store keeps."""
    return BadInput(
        f"{KEY}: {type(module).__name__} has a parameter of the name {name[:80]!r}",
        "at most 200 letters, digits, spaces and any of _./-",
        "rename it, as where it stands in a ParameterDict",
    )
