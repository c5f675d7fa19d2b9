"""``docs/python.md`` cannot lie: its blocks are run, in order, as the cells of a session."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sweep

PAGE = Path(__file__).parent.parent.parent / "docs" / "python.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.usefixtures("ready_store", "forked_workers")
def test_blocks_of_the_page_run(monkeypatch: pytest.MonkeyPatch) -> None:
    session: Any = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", session)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) >= 6
    for block in blocks:
        exec(compile(block, "<cell>", "exec"), vars(session))
    assert session.found.counts == {"CONVERGED": 1, "UNFINISHED": 2, "DIVERGED": 1}
    assert session.step.why.startswith("the lr that theory says converges fastest")
    assert session.nearer.counts["CONVERGED"] == 1
    assert len(session.fit.runs) == 4
    assert sweep.load().id != session.found.id
