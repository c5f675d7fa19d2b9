"""How torch is switched while models are computed, so that a row is the same in a tile and alone."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def plain() -> Iterator[None]:
    """Attention by plain operations: the faster ones take other branches under ``torch.vmap``, and have no second
    derivative. What ``torch.vmap`` does row by row is done so, and not complained of.
    """
    mha, sdp = torch.backends.mha, torch.backends.cuda  # The CPU has the same switches.
    attention = sdp.flash_sdp_enabled(), sdp.mem_efficient_sdp_enabled()  # type: ignore[no-untyped-call]
    before = mha.get_fastpath_enabled(), *attention
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "There is a performance drop")
        _switch(False, False, False)
        try:
            yield
        finally:
            _switch(*before)


def _switch(fast_layers: bool, flash: bool, lean: bool) -> None:
    torch.backends.mha.set_fastpath_enabled(fast_layers)
    torch.backends.cuda.enable_flash_sdp(flash)
    torch.backends.cuda.enable_mem_efficient_sdp(lean)


def uncompiled(module: nn.Module) -> nn.Module:
    """``module`` as it was before ``torch.compile``, also in it: what is compiled has other bits, and is no tile."""
    found: nn.Module = getattr(module, "_orig_mod", module)
    for each in found.modules():
        each._compiled_call_impl = None  # Of module.compile().
        for name, child in each.named_children():
            if hasattr(child, "_orig_mod"):
                setattr(each, name, child._orig_mod)
    return found
