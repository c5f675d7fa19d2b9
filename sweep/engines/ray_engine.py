"""Engine *sweep_ray*: the cores or GPUs of a Ray cluster, an actor each."""

import pickle
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from sweep.engines import cores, extras
from sweep.engines.crew import Staffed
from sweep.engines.ray_cluster import connected
from sweep.engines.ray_worker import Hiring
from sweep.engines.work import Kit
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training.curve import Result
from sweep.training.devices import refuse_missing


class Ray(Staffed):
    """See :class:`sweep.engines.engine.Engine`.

    Parameters
    ----------
    address : of the cluster, as :func:`sweep.engines.ray_cluster.connected` has it.
    asked : how many workers there are at most; None: as many as the cluster has cores, or GPUs if they are asked for.
    timeout : seconds after which a point is ended; None: never.
    """

    def __init__(self, address: str | None, asked: int | None, timeout: float | None = None) -> None:
        super().__init__(timeout)
        self.address, self.asked = address, asked

    def check(self, points: Sequence[Point]) -> None:
        """Refuse an address at which there is no cluster, and a device that a worker there has not."""
        extras.require("ray", "ray", "hydra/launcher=sweep_ray")
        cores.workers(self.asked)
        if self.address or _on_gpu(points):
            with self._hiring(points, Kit({}, {})) as (_, hiring):
                if _on_gpu(points):
                    worker = hiring()
                    try:
                        refuse_missing(points, worker.started().devices)
                    except EOFError:
                        raise worker.stillborn() from None
                    finally:
                        worker.kill()

    def run(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> Generator[list[tuple[Point, Result]]]:
        """See :meth:`sweep.engines.crew.Staffed.shared_out`."""
        if points:
            with (
                self._hiring(points, Kit.of(problems)) as (size, hiring),
                closing(self.shared_out(points, problems, size, hiring)) as chunks,
            ):
                yield from chunks

    @contextmanager
    def _hiring(self, points: Sequence[Point], kit: Kit) -> Iterator[tuple[int, Hiring]]:
        """How many workers the cluster has for ``points``, and what starts one."""
        kind = "GPU" if _on_gpu(points) else "CPU"
        with connected(self.address, self.asked) as ray:
            has = int(ray.cluster_resources().get(kind, 0))
            if not has and kind == "GPU":
                raise BadInput("device=cuda: Ray's cluster has no GPU", "cpu", "use device=cpu")
            with closing(Hiring(ray, int(kind == "GPU"), pickle.dumps(kit))) as hiring:
                yield self.asked or has or 1, hiring


def _on_gpu(points: Iterable[Point]) -> bool:
    return any(point.device != "cpu" for point in points)
