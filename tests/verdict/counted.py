"""How often the rule for an unknown least loss is wrong, on classes, whose least loss Newton's method finds exactly.

``python -m tests.verdict.counted --problems 90 --seed 1`` prints the counts of classes that stand in
``docs/verdicts.md``, and with ``--models 5`` in place of the problems those of models, from as many starts each. With
``--momentum 20`` or ``--sampled 15`` it counts, on as many tables, what a rise says of runs that are not bound to fall.
"""

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from sweep.problem.separable import Separation
from sweep.settings.schema import DType
from sweep.verdict.judge import judge
from sweep.verdict.rule import bound
from tests.problem.classes import logistic, of, run, table, trained
from tests.verdict import counted_models, counted_rises
from tests.verdict.states import TOLERANCES, State, counts

EPOCHS = (10, 30, 100, 300, 1000, 3000, 10_000)
PARTS = (0.03, 0.3, 0.9, 1.5)
"""Of the lr below which the loss is sure to fall."""

CONDITIONS = (1.0, 30.0, 1000.0)
"""How many times as wide as the narrowest the widest input is; its square is about the condition of the Hessian."""


def states(problems: int, seed: int, lengths: Sequence[int] = EPOCHS) -> Iterator[State]:
    """The ends of runs on ``problems`` random tables of 2 to 4 classes, a third of them told apart without a doubt."""
    chance = np.random.default_rng(seed)
    for number in range(problems):
        classes, inputs = int(chance.integers(2, 5)), int(chance.integers(1, 6))
        data = table(int(chance.integers(20, 200)), inputs, classes, int(chance.integers(1 << 30)))
        widths = CONDITIONS[number // 3 % len(CONDITIONS)] ** np.linspace(0, -1, inputs)
        labels = data.targets
        if number % 3 == 2:
            edges = np.quantile(data.inputs[:, 0], np.arange(1, classes) / classes)
            labels = np.digitize(data.inputs[:, 0], edges).astype(np.float64)
        posed = of(data.inputs * widths, labels)
        problem, dtype = logistic(posed), (DType.float32, DType.float64)[number // 9 % 2]
        base = run(posed, dtype=dtype, seed=number)
        known = problem.convexity(base)
        assert known is not None
        points = [replace(base, lr=part * 2 / known.curvature, epochs=epochs) for part in PARTS for epochs in lengths]
        kind = (
            "told apart"
            if problem.separation is not Separation.NONE
            else f"width {CONDITIONS[number // 3 % len(CONDITIONS)]:g}"
        )
        for point, curve in zip(points, trained(posed, *points), strict=True):
            for tolerance in TOLERANCES:
                verdict = judge(curve, point, problem, tolerance)
                left = math.nan if verdict.left is None else verdict.left
                exact = problem.loss_at(point, curve.parameters) - known.least_loss
                yield State(f"{kind}, {dtype}", verdict.outcome, left, exact, bound(problem, tolerance))


def main() -> None:
    """Count, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=0)
    parser.add_argument("--models", type=int, default=0)
    parser.add_argument("--momentum", type=int, default=0)
    parser.add_argument("--sampled", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    risen = [*counted_rises.with_momentum(given.seed, given.momentum, 100)]
    risen += [*counted_rises.with_batches(given.seed, given.sampled, 100)]
    if risen:
        print(*counted_rises.counts(risen), sep="\n")
        return
    found = list(states(given.problems, given.seed))
    if given.models:
        found += [*counted_models.linear(given.seed, given.models), *counted_models.absolute(given.seed)]
        found += [*counted_models.networks(given.seed, given.models), *counted_models.dead(given.seed, given.models)]
    print(*counts(found), sep="\n")
    print(f"\nOutcomes: {dict(Counter(str(state.outcome) for state in found))}")


if __name__ == "__main__":
    main()
