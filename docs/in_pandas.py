"""A sweep in pandas, for a script or the cells of a notebook.

Run ``python -m sweep grid=seed``, then this in the same folder.
"""

import sweep

runs, curves = sweep.frame()  # The latest sweep; sweep.frame("seed-e0e5b11c", uri="sqlite:///…") for another.

print("How many runs ended how, and the largest learning rate of each:")
print(runs.groupby("outcome", observed=True)["lr"].agg(["count", "max"]), "\n")

print("How many more epochs the unfinished ones need, by theory:")
print(runs.loc[runs["outcome"] == "UNFINISHED", ["lr", "scale", "epochs", "epochs_needed"]], "\n")

print("The median loss after each of some epochs, by outcome:")
some = curves[curves["epoch"].isin([0, 1, 10, 100])].merge(runs[["key", "outcome"]], on="key")
print(some.pivot_table("loss", "epoch", "outcome", aggfunc="median", observed=True).round(2), "\n")

best = runs.loc[runs["excess_loss"].idxmin()]
print(
    f"Best: lr={best['lr']:g} scale={best['scale']:g} epochs={best['epochs']}, attempt {best['attempt']} of its point."
)
