"""Points through any Hydra launcher: each point becomes a job, whose curve or error comes back as data."""

from collections.abc import Mapping, Sequence

from hydra.core.utils import JobStatus
from hydra.plugins.launcher import Launcher

from sweep.data import sources
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task, is_labelled
from sweep.settings.grammar import exact
from sweep.settings.hydra_internals import returned
from sweep.settings.schema import Data, Settings, is_argument
from sweep.training.curve import Compute, Curve, Failure, Result


def compute(launcher: Launcher, settings: Sequence[Settings]) -> Compute:
    """Train points of ``settings`` as jobs of ``launcher``; a job reads its data anew."""
    asked = ((each.data, is_labelled(each.problem)) for each in settings)
    distinct = {sources.identity(*each): each for each in asked}.values()
    read = sources.reader()
    by_fingerprint = {read(source, labelled).fingerprint: source for source, labelled in distinct}

    def launch(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Result]:
        jobs = [overrides(point, by_fingerprint[point.data]) for point in points]
        results: list[Result] = []
        for job in launcher.launch(jobs, initial_job_idx=0):
            outcome = returned(job)
            if job.status is JobStatus.COMPLETED and isinstance(outcome, Curve | Failure):
                results.append(outcome)
            else:
                error = outcome if isinstance(outcome, BaseException) else RuntimeError(str(outcome))
                results.append(Failure.of(error))
        return results

    return launch


def overrides(point: Point, source: Data) -> list[str]:
    """The override strings that make Hydra compose ``point``."""
    values = point.overrides()
    lines = [f"data={source.kind}", f"problem={values.pop('problem')}"]
    lines += [f"{'++' * is_argument(key)}{key}={exact(value)}" for key, value in values.items()]
    given = ((name, getattr(source, name)) for name in sources.READING)
    return lines + [f"data.{name}={exact(value)}" for name, value in given if value is not None]
