"""Whether second derivatives of a model are to be had, and are those of its slope; found before anything trains."""

import re

import torch
from torch import Tensor, nn

from sweep.errors import first_line, raised
from sweep.models.losses import Loss
from sweep.models.rows import Rows, Samples
from sweep.models.shapes import flatten, trained

OTHER = "its second derivative is not that of its slope, as where a backward of one's own leaves out a part"

MOST_CURVED = 3_000_000
"""Parameters up to which it is measured: it takes 40 vectors of them, a GB in all."""

OFF = 1e-2, 1e-5
"""By the first part of itself a product with a Hessian may be off what differences of gradients say, and by the second
of the gradient."""

STEPS = (1e-7, 1e-8, 1e-6)
"""How far apart those gradients are, in float64: a loss with kinks, as of ReLUs, may have one in between."""


def uncurved_by(module: nn.Module, loss: Loss, modes: bool, over: Samples) -> str:
    """Why products with the Hessian cannot be had, or are none of it, where that is so; as measured: in float64."""
    if (count := sum(each.numel() for each in trained(module).values())) > MOST_CURVED:
        return f"it has {count:,} parameters, and vectors of more than {MOST_CURVED:,} take too much memory"
    t = over.t.double() if over.t.is_floating_point() else over.t
    wide, start = Samples(over.x.double(), t), flatten(trained(module.double()))[None]
    shift = torch.randn(start.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(start)
    found = ""
    for place in (start + 0.1 * shift * (start.abs() + 0.1), start):  # Some are none beside where they start.
        try:
            return "" if _agrees(Rows(module, loss, modes), place, wide) else OTHER
        except raised() as error:  # Of whatever kind; a run needs no second derivative to train.
            said = re.search(r"derivative for '?(?:aten::)?(\w+)'? is not implemented", str(error))
            found = f"torch has no second derivative of {said[1]}" if said else first_line(error)
    return found


def _agrees(rows: Rows, place: Tensor, over: Samples) -> bool:
    """Whether a product at ``place``, shape ``(1, n_parameters)``, is how the gradient changes."""
    one, chance = over.x.new_ones(1), torch.Generator().manual_seed(1)
    slope, product = rows.around(place, one, over)
    for step in STEPS:
        way = torch.randn(place.shape, generator=chance, dtype=torch.float64).to(place)
        after, before = (rows.around(place + sign * step * way, one, over)[0] for sign in (1, -1))
        expected = (after - before) / (2 * step)
        off, most = (product(way) - expected).norm(), OFF[0] * expected.norm() + OFF[1] * way.norm() * slope.norm()
        if not off > most:  # Nor is nan.
            return True
    return False
