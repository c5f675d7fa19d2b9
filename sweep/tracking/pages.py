"""Where a person compares the runs of a sweep in MLflow's pages: the saved view, the descriptions, and the link.

Nothing here is needed by a sweep: what a store does not take is told of in a line, and the sweep succeeds.
"""

import re
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sweep.errors import StoreAway, printable
from sweep.redaction import masked, without_secrets
from sweep.tracking import answers, membership, ranks, view
from sweep.tracking.description import NOTE, plain
from sweep.tracking.location import is_server
from sweep.tracking.patience import patiently

if TYPE_CHECKING:
    from sweep.plan.plan import Plan
    from sweep.settings.schema import Tracking
    from sweep.tracking.record import SweepRecord
    from sweep.tracking.store import Store
    from sweep.training.curve import Result

STILL = "The sweep has begun; what it finds is said here once it has ended."
"""The description of a summary run until then."""

BRIEFLY = 5.0
"""Seconds that a sweep under way may wait for its view to be saved."""

MOST_VIEWS = 200
"""Saved views that an experiment keeps, the latest ones: each time that it is read all of them come along."""

AT_ONCE = 20
"""Views that a sweep deletes at most, as of an experiment with thousands from earlier releases."""

DESCRIPTION = """\
Runs of **sweep**: one of each point that was trained, and one summary of each sweep, whose artifacts hold its report.

- *Views* (above, right) has one of each sweep: its runs with their charts. The list beside the charts is the table.
- Colours: blue converged, orange unfinished, red diverged, pink failed. The tag `outcome_reason` says why.
- Runs that differ in `seed` alone are a group: lines show its mean and range.
- `loss` at step k is the loss before update k + 1, up to the last finite one; of a long curve some epochs are left out.
  The exact curve stands in a Parquet file of the summary run.
- `log10_end` is log10 of the final loss, or, where that is inf, nan or far above the initial one, a decade above the
  initial loss, so that a diverged run has its place in a chart.
- The page loads 100 runs, of a larger sweep the best, those beside a run with another outcome, and a fair sample of
  each outcome; *Load more*, below them, brings the others. While a sweep runs they are a fair sample.
"""


def save(store: "Store", record: "SweepRecord", sentence: str, first: Sequence[str] = ()) -> None:
    """Save the view of a sweep and describe experiment and summary run, or say why that could not be.

    A description that a person wrote on the experiment stays.

    Parameters
    ----------
    sentence : what the sweep found.
    first : of a sweep with more runs than the page loads, the keys of those that it is to load, in order.
    """
    plan = record.plan
    try:
        if first:
            ranks.write(store, plan.sweep_id, [record.attempts[key].run_id for key in first])
        _describe(store, plan, record.summary_id, record.results.values(), sentence, store.patience, bool(first))
    except Exception as error:  # Whatever a store of another version raises: the runs are there, and can be compared.
        reason = without_secrets(" ".join(str(error).split()[:40]))
        print(f"The view that compares the runs could not be saved: {printable(reason)}", file=sys.stderr)


def save_first(store: "Store", plan: "Plan", summary_id: str, results: Iterable["Result"]) -> None:
    """Save the view of a sweep that has no other yet, from its first ``results``, so that one can look while it runs.

    What a store does not take now is tried again, and told of, at the end.
    """
    patience = min(BRIEFLY, store.patience)
    with suppress(Exception):
        if view.TAG + plan.sweep_id not in _tags(store, patience):
            _describe(store, plan, summary_id, results, STILL, patience)


def _describe(
    store: "Store",
    plan: "Plan",
    summary_id: str,
    results: Iterable["Result"],
    sentence: str,
    patience: float,
    ranked: bool = False,
) -> None:
    client, experiment_id, there = store.client, store.experiment_id, _tags(store, patience)
    saved = view.encoded(plan.folder, view.state(plan, results, ranked=ranked), time.time_ns() // 1_000_000)
    described = {view.TAG + plan.sweep_id: saved} | ({} if NOTE in there else {NOTE: DESCRIPTION})
    note = f"{plain(sentence)}\n\n[Compare its runs]({_page(experiment_id, plan.sweep_id)})\n"

    def describe() -> None:
        for name, value in described.items():
            client.set_experiment_tag(experiment_id, name, value)
        client.set_tag(summary_id, NOTE, note, synchronous=True)
        if not described.keys() <= _tags(store, patience).keys():
            raise ConnectionError("the description of the experiment did not arrive")
        answers.check(client, summary_id, lambda run: run.data.tags.get(NOTE) == note)

    patiently(describe, patience)
    for name in _superseded(there, view.TAG + plan.sweep_id):
        patiently(partial(client.delete_experiment_tag, experiment_id, name), patience)


def how_to_open(store: "Store", tracking: "Tracking", sweep_id: str) -> str:
    """How to get to the view of a sweep: the link where a server shows it, else the command that starts one."""
    if is_server(store.uri):
        return link(store, store.uri, sweep_id)
    from sweep.settings import composition

    return " ".join(["sweep ui", sweep_id[:8], *composition.tracking_overrides(tracking)])


def link(store: "Store", address: str, sweep_id: str) -> str:
    """The page that compares the runs of a sweep, where MLflow answers at ``address``; without a password in it."""
    base = masked(address).replace("***@", "").rstrip("/")
    try:
        saved = view.TAG + sweep_id in _tags(store, store.patience)
    except StoreAway:  # A search shows the same runs.
        saved = False
    return f"{base}/{_page(store.experiment_id, sweep_id, saved=saved)}"


def _tags(store: "Store", patience: float) -> dict[str, str]:
    def ask() -> dict[str, str]:
        return dict(answers.experiment(store.client.get_experiment(store.experiment_id)).tags)

    return patiently(ask, patience)


def _page(experiment_id: str, sweep_id: str, *, saved: bool = True) -> str:
    which = {"viewStateShareKey": sweep_id} if saved else {"searchFilter": membership.condition(sweep_id)}
    query = urlencode(which | {"compareRunsMode": "CHART", "workflowType": "machine_learning"})
    return f"#/experiments/{experiment_id}/runs?{query}"


def _superseded(tags: Mapping[str, str], new: str) -> list[str]:
    """Names of views that an experiment has beyond those that it keeps, once it has the ``new`` one; oldest first."""
    own = re.compile(f"{re.escape(view.TAG)}[0-9a-f]{{16}}")  # Those that people make have longer ids.
    views = {name: view.made_at(value) for name, value in tags.items() if own.fullmatch(name) and name != new}
    most = max(0, len(views) + 1 - MOST_VIEWS)
    return sorted(views, key=lambda name: (views[name], name))[: min(most, AT_ONCE)]
