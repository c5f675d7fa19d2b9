"""Names and ids of the sweeps in a SQLite store, read without MLflow and without a trace; of other stores none."""

import os
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, unquote

from sweep.completion.line import Line
from sweep.settings.conf_files import conf_folder
from sweep.settings.keys import VARIABLES

MOST = 100
"""Sweeps that are offered, the newest ones."""

SHORT = 8
"""Digits of an id that are offered where no more are typed."""

PATIENCE = 0.1
"""Seconds that a tab waits for a lock."""

NEWEST = """
SELECT id.value, name.value FROM tags AS id
JOIN runs ON runs.run_uuid = id.run_uuid AND runs.lifecycle_stage = 'active'
JOIN experiments ON experiments.experiment_id = runs.experiment_id AND experiments.name = :experiment
LEFT JOIN tags AS name ON name.run_uuid = id.run_uuid AND name.key = 'name'
WHERE id.key = 'sweep_id' AND (substr(id.value, 1, :length) = :begun OR substr(name.value, 1, :length) = :begun)
ORDER BY runs.start_time DESC LIMIT :most
"""


def named(line: Line) -> dict[str, str]:
    """What names a sweep of the store of ``line`` and begins like its last word; newest first."""
    import sqlite3  # Here: most tabs need none.

    file = _file(_tracking(line, "tracking.uri"))
    if file is None:
        return {}
    asked = {
        "experiment": _tracking(line, "tracking.experiment"),
        "begun": line.begun,
        "length": len(line.begun),
        "most": MOST,
    }
    with closing(sqlite3.connect(_reading(file), uri=True, timeout=PATIENCE)) as connection:
        rows = connection.execute(NEWEST, asked).fetchall()
    found: dict[str, str] = {}
    for sweep_id, name in rows:
        if name and name.startswith(line.begun):
            found.setdefault(name, f"sweep {sweep_id[:SHORT]}")
        if sweep_id.startswith(line.begun) and (line.begun or not name):
            found[sweep_id[: SHORT if len(line.begun) <= SHORT else None]] = name or "sweep"
    return found


def _tracking(line: Line, key: str) -> str:
    """A setting of the store, as ``conf/`` finds it: typed, of the environment, or the default that stands there."""
    default = re.search(rf'^{key.partition(".")[2]}: [^"\n]*"([^"\n]*)"', _conf(), re.MULTILINE)
    return line.given(key) or os.environ.get(VARIABLES[key]) or (default[1] if default else "")


def _conf() -> str:
    return Path(conf_folder(), "tracking", "local.yaml").read_text(encoding="utf-8")


def _file(uri: str) -> Path | None:
    scheme, _, path = uri.partition("?")[0].partition(":///")
    files = [Path(each) for each in (path, unquote(path))] if scheme.startswith("sqlite") and path else []
    return next((file for file in files if file.is_file()), None)  # SQLite would wait for a pipe.


def _reading(file: Path) -> str:
    """How SQLite opens ``file`` so that it makes none beside it: with the log of who writes just now, if any does."""
    logs = [file.with_name(file.name + end) for end in ("-wal", "-shm")]
    alone = "" if all(log.is_file() for log in logs) else "&immutable=1"
    return f"file:{quote(str(file.absolute()))}?mode=ro{alone}"
