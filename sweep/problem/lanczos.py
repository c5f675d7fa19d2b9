"""Lanczos' method: what products with a Hessian say of it around a gradient, of many rows at once.

Rows never mix: a row has the same bits wherever it stands among as many rows, whatever the others hold. So a row that
has seen all it can goes on with another vector of its own, and nothing ends before all steps are taken.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from sweep.models.starts import uniform

MOST_STEPS = 40
"""Products that are asked for at most, and vectors that a basis has."""

ENDED = 64 * 2.0**-52
"""What is left of a product that has at most this part of its length is rounding."""

BLOCK = 8
"""Numbers of which a vector is a whole number, filled up with zeros: one that begins elsewhere in memory may be summed
in another order, and bits would depend on a row's place."""


class Ritz(NamedTuple):
    """What some steps have found of each row.

    Parameters
    ----------
    values : eigenvalues of the Hessian in the space that was seen, ascending, shape ``(rows, steps)``; nan where the
        gradient or a product was not finite.
    weights : the part of the gradient's square along each, of that shape; of no meaning where the gradient is 0.
    """

    values: Tensor
    weights: Tensor


class Spectrum(NamedTuple):
    """What all steps have found of each row, on the CPU.

    Parameters
    ----------
    length : the gradient's Euclidean norm, shape ``(rows,)``.
    half, full : after half of the steps, and after all.
    is_complete : whether there were as many steps as parameters, so that the values are the Hessian's.
    """

    length: Tensor
    half: Ritz
    full: Ritz
    is_complete: bool


def steps_of(parameters: int) -> int:
    """How many steps are taken of a model; each needs a vector a row, 8 bytes a parameter, that is kept to the end."""
    return min(parameters, MOST_STEPS)


def spectrum(gradient: Tensor, product: Callable[[Tensor], Tensor], steps: int) -> Spectrum:
    """From the gradient, each vector made orthogonal to all before it, twice.

    Of fewer steps than parameters the outermost eigenvalues come first, and those are missing whose directions the
    gradient does not see, the largest as well. Where it sees fewer directions than there are steps, the steps left
    look at others, which weigh nothing; where it is 0, so do all.

    Parameters
    ----------
    gradient : shape ``(rows, parameters)``, float64.
    product : from a vector a row, of that shape, to each row's Hessian times it.
    steps : from 1 to ``parameters``.

    References
    ----------
    Golub, Van Loan: Matrix Computations, 4th edition, Johns Hopkins 2013, section 10.3 (reorthogonalisation).
    Golub, Meurant: Matrices, Moments and Quadrature with Applications, Princeton 2010, chapter 6 (weights).
    """
    rows, parameters = gradient.shape
    finite = gradient.isfinite().all(dim=1, keepdim=True)
    unit, length = _normed(filled(gradient))
    unit = torch.where(length == 0, _other(0, unit, parameters), unit)
    basis = unit.new_zeros((rows, steps, unit.shape[1]))
    diagonal, beside = unit.new_zeros((rows, steps)), unit.new_zeros((rows, steps))
    reach = torch.zeros_like(length)
    for step in range(steps):
        basis[:, step] = unit
        image = product(unit[:, :parameters].contiguous())
        finite = finite & image.isfinite().all(dim=1, keepdim=True)
        image = filled(image)
        diagonal[:, step] = (unit * image).sum(dim=1)
        reach = torch.maximum(reach, _normed(image)[1])
        seen = basis[:, : step + 1]
        unit, left = _normed(_without(seen, image))
        ended = left <= ENDED * reach
        beside[:, step] = torch.where(ended, 0.0, left)[:, 0]
        if step + 1 < steps and ended.any():
            unit = torch.where(ended, _normed(_without(seen, _other(step + 1, unit, parameters)))[0], unit)
    diagonal, beside, finite = diagonal.cpu(), beside.cpu(), finite[:, 0].cpu()
    half, full = (_ritz(diagonal[:, :count], beside[:, :count], finite) for count in (max(1, steps // 2), steps))
    return Spectrum(torch.where(finite, length[:, 0].cpu(), torch.nan), half, full, steps == parameters)


def filled(vectors: Tensor) -> Tensor:
    """In whole blocks: see :data:`BLOCK`."""
    return pad(vectors, (0, -vectors.shape[1] % BLOCK))


def _normed(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Each over its norm, and that, shape ``(rows, 1)``; vectors of 0 stay. No square over- or underflows."""
    largest = vectors.abs().amax(dim=1, keepdim=True)
    even = vectors / torch.where(largest == 0, 1.0, largest)
    norm = (even * even).sum(dim=1, keepdim=True).sqrt()
    return even / torch.where(norm == 0, 1.0, norm), norm * largest


def _without(seen: Tensor, vectors: Tensor) -> Tensor:
    """What of ``vectors`` is orthogonal to those in ``seen``, shape ``(rows, steps, parameters)``."""
    for _ in range(2):
        vectors = vectors - torch.bmm(torch.bmm(seen, vectors[:, :, None]).transpose(1, 2), seen)[:, 0]
    return vectors


def _other(number: int, like: Tensor, parameters: int) -> Tensor:
    """A vector that is always the same, in each row of ``like``, and of length 1."""
    drawn = like.new_tensor(uniform(number, parameters, 1.0))
    return _normed(pad(drawn, (0, like.shape[1] - parameters))[None])[0].expand_as(like)


def _ritz(diagonal: Tensor, beside: Tensor, finite: Tensor) -> Ritz:
    """Of the tridiagonal matrices with that diagonal, and ``beside`` but its last beside it."""
    values, weights = torch.full_like(diagonal, torch.nan), torch.full_like(diagonal, torch.nan)
    for row in finite.nonzero()[:, 0].tolist():  # One by one: where a matrix begins in memory depends on its place.
        one, other = diagonal[row], beside[row, :-1]
        values[row], vectors = torch.linalg.eigh(torch.diag(one) + torch.diag(other, 1) + torch.diag(other, -1))
        weights[row] = vectors[0] ** 2
    return Ritz(values, weights)
