"""An engine out of any Hydra launcher: each point becomes a job, whose curve or error comes back as data."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from hydra.core.override_parser.types import Override, Quote, QuotedString
from hydra.core.utils import JobStatus
from hydra.plugins.launcher import Launcher

from sweep import data
from sweep.curve import Curve, Engine, Failure, Result
from sweep.data import Readings
from sweep.plan import Point
from sweep.settings import PARAMETERS, Data, Settings


def engine(launcher: Launcher, asked: Sequence[Settings]) -> Engine:
    """Train points of ``asked`` as jobs of ``launcher``; a job reads its data anew."""
    distinct = {tuple(vars(settings.data).values()): settings.data for settings in asked}.values()
    sources = {data.read(source).fingerprint: source for source in distinct}

    def launch(points: Sequence[Point], readings: Mapping[str, Readings]) -> list[Result]:
        jobs = [overrides(point, sources[point.data]) for point in points]
        results: list[Result] = []
        for job in launcher.launch(jobs, initial_job_idx=0):
            if job.status is JobStatus.COMPLETED and isinstance(job.return_value, Curve):
                results.append(job.return_value)
            else:
                error = job._return_value
                results.append(Failure.of(error if isinstance(error, BaseException) else RuntimeError(str(error))))
        return results

    return launch


def overrides(point: Point, source: Data) -> list[str]:
    """The override strings that make Hydra compose ``point``."""
    own = {name: value for name, value in point.columns().items() if name != "data" and value is not None}
    own |= {"device": point.device} | {f"init.{n}": v for n, v in zip(PARAMETERS, point.init, strict=True)}
    lines = [f"data={source.kind}", *(f"{name}={_text(value)}" for name, value in own.items())]
    given = ((field.name, getattr(source, field.name)) for field in fields(source) if field.name != "kind")
    return lines + [f"data.{name}={_text(value)}" for name, value in given if value is not None]


def _text(value: object) -> str:
    quoted = QuotedString(value, Quote.single) if isinstance(value, str) else value
    text: str = Override._get_value_element_as_str(quoted)  # type: ignore[arg-type]
    return text
