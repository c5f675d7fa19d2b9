"""Plans in a store that were changed such that all of it fits: ids, keys, checksums and the part with the curves."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from sweep.plan.point import Point
from sweep.tracking import documents, parts
from sweep.tracking.location import absolute
from sweep.training.curve import Curve
from tests.tracking.stored import URI, runs


def lie(change: Callable[[dict[str, Any]], None], **trained: int) -> None:
    """Change ``plan.json`` in the store, and its ids, keys, checksum and the part with the curves so that all fits."""
    (file,), (part,) = (list(Path("outputs/artifacts").rglob(name)) for name in ("plan.json", "*.parquet"))
    document = json.loads(file.read_bytes())
    before = [row["key"] for row in document["points"]]
    change(document)
    points = document.pop("points")
    for row in points:
        row["key"] = Point.from_stored(row).key
    text = "\n".join([*sorted(row["key"] for row in points), document["tolerance"].hex()])
    document["sweep_id"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    curves = dict(parts.decode(f"curves/{part.name}", part.read_bytes(), longest=5))
    path, content = parts.encode([row["key"] for row in points], [_as(curves[key], trained) for key in before])
    part.with_name(Path(path).name).write_bytes(content)
    for predicted in Path("outputs/artifacts").rglob("predictions.json"):
        predicted.unlink()  # It names runs by their keys.
    for number, row in enumerate(points):
        row["attempt"]["place"] |= {"part": path, "row": number}
    file.write_bytes(documents.seal(documents.encode(document | {"checksum": ""}, "points", points)))
    MlflowClient(absolute(URI)).set_tag(runs("summary")[0].info.run_id, "sweep_id", document["sweep_id"])


def _as(curve: Curve, trained: dict[str, int]) -> Curve:
    return replace(curve, trained=dict(curve.trained) | trained)


def of_points(key: str, text: str) -> Callable[[dict[str, Any]], None]:
    """Of each point, the text of a setting."""

    def change(document: dict[str, Any]) -> None:
        for row in document["points"]:
            row[key] = text

    return change
