"""A fingerprint of the code behind targets, by reading: other code has another, an edited comment has not.

In come dotted names as ``_target_`` has them, out goes a text of 32 hex digits. Nothing is imported or run: files are
found as an import would find them, and parsed.
"""

import hashlib
import importlib
import json
import re
from collections import deque
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from sweep.models import session
from sweep.models.finding import content, found, prefixes
from sweep.models.imports import imports
from sweep.models.places import is_installed, is_standard
from sweep.models.tokens import tokens
from sweep.version import __version__


def fingerprint(targets: Sequence[str]) -> str:
    """What identifies the code that calling ``targets`` may run: 32 hex digits.

    It is made of the dotted names, and of every module that the targets' modules import, wherever in them, and what
    those import in turn, packages around them included: the tokens of a source, without comments and layout; the bytes
    of a module that has none; of a module that is installed, distribution and version, and nothing behind it; of sweep,
    its release; of Python's own, nothing. Neither folders nor the order of ``targets`` is in it. What is of the session
    itself, as a notebook's, is as :func:`sweep.models.session.read` has it.

    Notes
    -----
    Whether a target can be imported is not looked at. Reading does not see a module whose name is computed
    (``importlib.import_module(name)``, though a name that is written there is seen), what is put into a module while
    others run, and files that are read as data. What was installed from a folder, as editable or not, is a user's own
    code, for its version may stay as it is while that changes. A module that was imported and edited since, as in a
    notebook, is read as it is now.

    Raises
    ------
    OSError : a file of a user's own code cannot be read.
    BadInput : a target of the session is not there, or uses what cannot be read.
    """
    importlib.invalidate_caches()  # A file may have been written a moment ago.
    records: dict[str, str] = {}
    seen: set[str] = set()
    own, used = session.read(sorted({each for each in targets if session.is_of(each)}))
    records |= {f"{session.MAIN}.{name}": known for name, known in own.items()}
    named = sorted({each for each in (*targets, *used) if not session.is_of(each)})
    waiting = deque(prefix for name in named for prefix in prefixes(name))
    while waiting:
        name = waiting.popleft()
        if name in seen:
            continue
        seen.add(name)
        record, further = _read(name)
        records |= record
        waiting.extend(further)
    document = json.dumps([sorted(set(targets)), sorted(records.items())])
    return hashlib.sha256(document.encode()).hexdigest()[:32]


def _read(name: str) -> tuple[dict[str, str], Iterable[str]]:
    """What the module ``name`` adds to a fingerprint, and the names that may be modules it imports."""
    if name.partition(".")[0] == "sweep":
        return {"sweep": __version__}, ()
    spec = found(name)
    if spec is None or (file := spec.origin) is None or file in ("built-in", "frozen") or is_standard(file):
        return {}, ()  # There is none, or it is only a folder, or of Python itself.
    if is_installed(file) and (distributions := _distributions(name, file)):
        return distributions, ()
    source = content(spec)
    if isinstance(source, bytes):
        return {name: hashlib.sha256(source).hexdigest()}, ()
    try:
        text, further = tokens(source), imports(source, spec.parent or "")
    except (SyntaxError, ValueError):  # It cannot be imported as it is; whoever tries goes on without.
        text, further = source, set()
    return {name: hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()}, further


def _distributions(name: str, file: str) -> dict[str, str]:
    """By name, the versions of the installed distributions that ``file`` of the module ``name`` is from.

    Empty where none says so, and where one came from a user's folder: there the version is not what says what it holds.
    """
    top, versions = name.partition(".")[0], {}
    owners = [metadata.distribution(each) for each in dict.fromkeys(_owners().get(top, ()))]
    if len(owners) > 1:  # Several share a package without a file of its own.
        listed = [each for each in owners if _lists(each, Path(file))]
        owners = listed or owners
    for each in owners:
        came = json.loads(each.read_text("direct_url.json") or "{}")  # As PEP 610 has it; not there for an index.
        if "dir_info" in came and (each.read_text("INSTALLER") or "").strip() != "conda":  # Which builds in a folder.
            return {}
        commit = came.get("vcs_info", {}).get("commit_id", "")
        about = each.metadata  # Which is parsed each time that it is asked for.
        versions[f"{re.sub('[-_.]+', '-', about['Name']).lower()} (installed)"] = f"{about['Version']} {commit}"
    return versions


def _lists(distribution: metadata.Distribution, file: Path) -> bool:
    """Whether ``file`` is one of those that it has installed: by its list, as to look for thousands takes long."""
    record = distribution.read_text("RECORD")
    if record is None:  # As of an egg, which has another.
        return any(str(distribution.locate_file(path)) == str(file) for path in distribution.files or ())
    folder = Path(str(distribution.locate_file("")))
    return file.is_relative_to(folder) and f"\n{file.relative_to(folder).as_posix()}," in f"\n{record}"


@cache
def _owners() -> dict[str, list[str]]:
    """Names of distributions by the modules that they install; finding them takes a tenth of a second."""
    return {name: list(owners) for name, owners in metadata.packages_distributions().items()}
