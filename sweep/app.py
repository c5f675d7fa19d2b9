"""The story of a sweep: plan it, look what is done, train the rest, judge and track it, report."""

from collections.abc import Callable, Iterable, Sequence, Set
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sweep import scratch
from sweep.console import terminal
from sweep.console.interruption import watched
from sweep.console.telling import Progress, Telling
from sweep.cost.asked import Asked
from sweep.data import sources
from sweep.engines.engine import Engine
from sweep.errors import Exit
from sweep.outputs import OUTPUTS, check_writable, own_spool
from sweep.plan import plan
from sweep.plan.plan import Plan
from sweep.settings.keys import COST
from sweep.settings.schema import Settings

if TYPE_CHECKING:
    from sweep.report.files import Report
    from sweep.tracking.lookup import Known
    from sweep.tracking.store import Store

IN_PROCESS = Asked()


def run(settings: Sequence[Settings], engine: Engine, asked: Asked = IN_PROCESS, telling: Telling = terminal) -> Exit:
    """Run the sweep of ``settings``, or say what it would take, as ``dry_run`` asks.

    Parameters
    ----------
    settings : of at least one point, validated; what belongs to the whole sweep is taken from the first.
    engine : where points are trained. asked : what of it their cost depends on.
    telling : who is told how it goes.

    Raises
    ------
    BadInput : nothing was trained then, and nothing stored.
    StoreAway : the store failed for longer than it may; what was trained waits under ``outputs/``.
    Interrupted : a signal came; what was done until then is stored and reported.
    """
    from sweep.tracking import lookup
    from sweep.tracking.store import open_store

    first = settings[0]
    if not first.dry_run:
        report = train(settings, engine, telling)
        return Exit.POINT_FAILED if report.findings.counts.get("FAILED") else Exit.OK
    planned = _planned(settings, engine)
    there = open_store(first.tracking, create=False)
    _, done = _rerun_and_done(there, planned, lookup.look(there, planned), first) if there else ("", set())
    if first.dry_run == COST:
        _tell_cost(planned, done, first, asked, telling, fresh=there is None)
    else:
        telling.show_plan(planned, done, first.tracking.curve_points)
    return Exit.OK


def _planned(settings: Sequence[Settings], engine: Engine) -> Plan:
    """The plan of ``settings``, which ``engine`` can train, and the store can hold."""
    from sweep.tracking import expected

    planned = plan.make(settings, sources.reader())
    engine.check(planned.points)
    expected.check(planned)
    return planned


def train(
    settings: Sequence[Settings], engine: Engine, telling: Telling = terminal, command: str | None = None
) -> "Report":
    """Deliver what waits, train what of ``settings`` is not done, and report the whole; parameters and errors as above.

    Parameters
    ----------
    command : what stands for it in ``provenance.json``; None: the process's own command.
    """
    with closing(engine):
        is_first = _is_missing(OUTPUTS)
        if is_first:  # Whoever has swept nothing here has likely none of it done.
            engine.prepare(settings)
        planned = _planned(settings, engine)
        if _is_missing(OUTPUTS / planned.folder):
            engine.prepare(settings)
        if is_first and _has_no_file(settings[0].tracking.uri):  # Nothing waits, and nothing is stored.
            engine.begin(planned.points, planned.problems)
        return _train(settings[0], planned, engine, telling, command)


def _is_missing(folder: Path) -> bool:
    """Whether ``folder`` is not there; what cannot be looked at is refused later."""
    try:
        return not folder.exists()
    except OSError:
        return False


def _has_no_file(uri: str) -> bool:
    """Whether ``uri`` names a store that is a file, which is not there."""
    from sweep.tracking.location import database_file

    file = database_file(uri)
    return file is not None and _is_missing(file)


def _train(first: Settings, planned: Plan, engine: Engine, telling: Telling, command: str | None) -> "Report":
    from sweep import delivery
    from sweep.tracking import lookup
    from sweep.tracking.store import open_store

    tracking = first.tracking
    for folder in (OUTPUTS, OUTPUTS / planned.folder, own_spool()):
        check_writable(folder)
    scratch.clear()
    for line in delivery.deliver_all(tracking, planned.sweep_id):
        telling.say(line)
    store = open_store(tracking)
    assert store is not None, "open_store makes what is not there"
    known = lookup.look(store, planned)
    for line in known.damage():
        telling.warn(line)
    return _train_and_report(store, planned, first, known, engine, telling, command)


def _tell_cost(plan: Plan, done: Set[str], first: Settings, asked: Asked, telling: Telling, *, fresh: bool) -> None:
    """Say what training the points that are not ``done`` will take."""
    from sweep import publication
    from sweep.cost.cost import cost
    from sweep.cost.timing import since_start
    from sweep.cost.told import Cost

    start = since_start()
    todo = [point for point in plan.points if point.key not in done]

    def found() -> Cost | None:
        return cost(plan, todo, first, asked, publication.publish, fresh=fresh, start=start) if todo else None

    telling.show_cost(plan, len(todo), found)


def _rerun_and_done(store: "Store", planned: Plan, known: "Known", first: Settings) -> tuple[str, Set[str]]:
    """The id of the rerun, if it is one, and the keys of the points that are not to be trained."""
    from sweep.tracking import rerun

    return rerun.begun(store, planned, known) if first.rerun else ("", known.readable.keys())


def _train_and_report(
    store: "Store",
    planned: Plan,
    first: Settings,
    known: "Known",
    engine: Engine,
    telling: Telling,
    command: str | None,
) -> "Report":
    """Train what is not done, write it chunk by chunk as it comes, and report the whole."""
    from sweep import publication
    from sweep.provenance import this_execution
    from sweep.settings.composition import to_yaml
    from sweep.tracking import pages, sweeps
    from sweep.tracking.spool import Spool
    from sweep.tracking.survival import surviving
    from sweep.training.worth import Worth

    rerun, done = _rerun_and_done(store, planned, known, first)
    todo = [point for point in planned.points if point.key not in done]
    telling.announce(planned, len(todo))
    execution = this_execution(command) | ({"rerun": rerun} if rerun else {})
    spool = Spool(planned, first.tracking, known.newest, execution)
    opening = sweeps.opened(store, planned, first.tracking, known, execution)
    with watched(command is None) as watch, surviving(opening, spool) as sweep:
        varying = {name: planned.asked(name) for name in planned.varying if name != "data"}
        sweep.keep("config.yaml", to_yaml(first, varying).encode())
        write = spool.behind(sweep.write)

        def work() -> None:
            def heard(points: float) -> None:
                sweep.pulse.under_way = points
                bar.under_way(points)

            with telling.progress(len(todo)) as bar, closing(engine.run(todo, planned.problems, heard)) as chunks:
                told, worth = "", Worth(todo, planned.problems)
                for chunk in chunks:
                    if engine.told != told:
                        telling.say(told := engine.told)
                    if chunk:
                        with watch.uninterrupted():
                            write(chunk, _once_each(bar, [worth.of([point]) for point, _ in chunk]))
                            sweep.pulse.under_way = 0.0

        watch.until_signal(work)
        if engine.told:
            telling.say(engine.told)
        if engine.workers:
            sweep.executions[-1]["workers"] = list(engine.workers)
        spool.check()
        report = publication.publish(sweep)
        telling.conclude(report, pages.how_to_open(store, first.tracking, planned.sweep_id))
        watch.check()
        sweep.end_rerun()
    return report


def _once_each(bar: Progress, worths: Iterable[float]) -> Callable[[], None]:
    """Tells ``bar`` of the next point each time, and of none twice: what is kept after all begins anew."""
    left = iter(worths)

    def tick() -> None:
        if (worth := next(left, None)) is not None:
            bar(worth)

    return tick
