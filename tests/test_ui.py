"""``python -m sweep.ui`` as a process of its own, and the page it opens in a real browser."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mlflow import MlflowClient

from sweep.errors import BadInput
from sweep.tracking import page_server
from sweep.tracking.page_server import serving
from tests.conftest import Command, run
from tests.processes import children, gone
from tests.shown import Shown, answers, light_mlflow

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

GRID = ("lr=1e-2,1e-4", "scale=1,0.1")
BLUE, ORANGE, RED = "rgb(0, 114, 178)", "rgb(192, 122, 0)", "rgb(116, 16, 16)"
SLOW = 120_000
"""Milliseconds that MLflow's pages may take to draw."""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """A folder in which the four points of :data:`GRID` were swept."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "outputs").mkdir()
    shutil.copyfile(empty_store, folder / "outputs" / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
            patch.delenv(name, raising=False)
        assert run(*GRID).code == 0
    return folder


@pytest.fixture(scope="module")
def shown(swept: Path) -> Iterator[Shown]:
    made = Shown(swept)
    yield made
    if made.process.returncode is None:
        made.end(signal.SIGINT)


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a module ``mlflow`` that is there in no time."""
    return light_mlflow(tmp_path_factory.mktemp("light"))


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page without the panel that MLflow opens in a new browser."""
    page = browser.new_page(viewport={"width": 1600, "height": 1300})
    page.set_default_timeout(SLOW)
    page.add_init_script("localStorage.setItem('mlflow.assistant.fab.autoOpenedOnFirstLoad_v1', 'true')")
    yield page
    page.close()


CHARTS = """() => [...document.querySelectorAll('.js-plotly-plot')].map(chart => ({
    axes: [chart._fullLayout.xaxis.type, chart._fullLayout.yaxis.type],
    titles: [chart._fullLayout.xaxis.title.text, chart._fullLayout.yaxis.title.text],
    range: chart._fullLayout.yaxis.range,
    drawn: [...chart.querySelectorAll('.scatterlayer .trace path.js-line')].map(line => ({
        colour: getComputedStyle(line).stroke, height: line.getBoundingClientRect().height,
    })),
}))"""


def test_the_link_opens_charts_in_which_falling_and_diverged_runs_are_both_seen(page: "Page", shown: Shown) -> None:
    page.goto(shown.link)
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot .scatterlayer .trace').length >= 12")
    every, falling, where = page.evaluate(CHARTS)
    assert page.locator("text=4 matching runs").count() == 1
    assert (every["axes"], falling["axes"]) == (["log", "log"], ["log", "log"])
    assert {line["colour"] for line in every["drawn"]} == {BLUE, ORANGE, RED}
    assert height(every, RED) > 100
    assert height(falling, BLUE) > 50
    low, high = falling["range"]
    assert low < 0.5 < 3 < high < 5
    assert where["titles"] == ["log10_lr", "log10_scale"]
    assert page.locator("text=log10_end").count() >= 1


BANDS = """() => [...document.querySelectorAll('.js-plotly-plot')].slice(0, 2).map(
    chart => chart.data.filter(each => each.fill && each.fill != 'none' && each.x.length > 100).length)"""
"""Areas of the charts of curves; each goes along its curve and back."""


def test_repeats_are_groups_whose_curves_have_bands(command: Command, page: "Page", shown: Shown) -> None:
    there = (f"tracking.uri=http://127.0.0.1:{shown.port}", "tracking.experiment=repeats")
    assert command("lr=1e-2,5e-2", "start=random", "seed=range(3)", "epochs=60", *there).code == 0
    page.goto(command(*there, module="sweep.ui").out.strip())
    page.wait_for_function(f"String(({BANDS})()) == '2,2'")
    names = page.locator("text=/^Group: /").all_inner_texts()
    assert page.locator("text=6 matching runs").count() == 1
    assert sorted(set(names)) == ["Group: 0.01", "Group: 0.05"]


def height(chart: dict[str, Any], colour: str) -> float:
    """Pixels that the curves of a colour take from top to bottom; MLflow draws each twice, once smoothed."""
    return float(max(line["height"] for line in chart["drawn"] if line["colour"] == colour))


def test_the_table_has_our_columns_in_order_and_the_best_run_first(page: "Page", shown: Shown) -> None:
    page.goto(shown.link.replace("compareRunsMode=CHART", "compareRunsMode=TABLE"))
    page.wait_for_selector(".ag-row [col-id='tags.`outcome`']")
    page.wait_for_function("document.querySelectorAll('.ag-center-cols-container .ag-row').length == 4")
    ours = ["params.`lr`", "params.`scale`", "params.`epochs`", "tags.`outcome`"]
    ours += ["metrics.`final_loss`", "metrics.`w`", "metrics.`b`"]
    cells = page.locator(".ag-header-cell").all()
    headers = {place(cell, "aria-colindex"): cell.get_attribute("col-id") for cell in cells}
    assert [headers[number] for number in sorted(headers)][3:10] == ours
    rows = sorted(page.locator(".ag-center-cols-container .ag-row").all(), key=lambda row: place(row, "row-index"))
    outcomes = [row.locator("[col-id='tags.`outcome`']").inner_text() for row in rows]
    assert outcomes == ["CONVERGED", "UNFINISHED", "UNFINISHED", "DIVERGED"]


def place(cell: "Locator", attribute: str) -> int:
    """Where MLflow's table shows something, which is not where it stands in the document."""
    return int(cell.get_attribute(attribute) or 0)


def test_the_summary_run_says_what_was_found_and_leads_to_the_comparison(
    page: "Page", shown: Shown, swept: Path
) -> None:
    client = MlflowClient(f"sqlite:///{swept}/outputs/mlflow.db")
    (summary,) = client.search_runs(["1"], "tags.kind = 'summary'")
    page.goto(f"http://127.0.0.1:{shown.port}/#/experiments/1/runs/{summary.info.run_id}")
    link = page.locator("a", has_text="Compare its runs")
    link.wait_for()
    assert page.locator("text=4 points: 1 converged, 2 unfinished, 1 diverged.").count() == 1
    with page.expect_popup() as opened:
        link.click()
    opened.value.set_default_timeout(SLOW)
    opened.value.wait_for_selector("text=4 matching runs")


def test_however_it_is_ended_nothing_of_the_server_is_left(swept: Path, light: Path) -> None:
    ends_with(Shown(swept, light), signal.SIGTERM, 143)


def ends_with(shown: Shown, number: int, code: int) -> None:
    """That it answers, and with a signal ends with ``code``, and all that it has started."""
    started = children(shown.process.pid)
    assert len(started) >= 3  # The tether, MLflow, and its server.
    assert answers(shown.port)
    assert shown.end(number) == code
    assert not answers(shown.port)
    assert [each for each in started if Path(f"/proc/{each}").exists()] == []


def test_killed_it_leaves_no_server(swept: Path, light: Path) -> None:
    shown = Shown(swept, light)
    started = children(shown.process.pid)
    assert len(started) == 3
    assert shown.end(signal.SIGKILL) == -signal.SIGKILL
    assert gone(started)


def test_a_server_that_is_gone_ends_it_with_a_word(swept: Path, light: Path) -> None:
    shown = Shown(swept, light)
    started = children(shown.process.pid)
    os.kill(started[1], signal.SIGKILL)
    out, _ = shown.process.communicate(timeout=60)
    assert shown.process.returncode == 1
    assert "MLflow's server ended with code 137" in out
    assert gone(started)


def test_the_server_listens_on_this_machine_alone(shown: Shown) -> None:
    listening = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, port = local.split(":")
            if state == "0A" and int(port, 16) == shown.port:
                listening.add(address)
    assert listening == {"0100007F"}  # 127.0.0.1, its bytes backwards.


def test_a_second_signal_does_not_leave_a_server_behind_that_will_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_server, "GRACE", 1.0)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(99)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        page_server._end(stubborn)
        assert stubborn.returncode == -signal.SIGKILL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_of_a_server_only_the_link_is_printed(command: Command, shown: Shown) -> None:
    said = command(f"tracking.uri=http://127.0.0.1:{shown.port}", module="sweep.ui")
    assert (said.code, said.out.strip(), said.err) == (0, shown.link, "")


def test_a_store_with_nothing_in_it_is_refused_before_anything_starts(command: Command) -> None:
    said = command(module="sweep.ui")
    assert (said.code, said.out, "nothing there yet" in said.err) == (1, "", True)


def test_a_store_that_mlflow_does_not_serve_is_told_of_in_its_words() -> None:
    with pytest.raises(BadInput, match=r"does not start: .*nosuchkind"), serving("nosuchkind://x/y"):
        pass


def test_ctrl_c_ends_mlflows_own_server(shown: Shown) -> None:
    """The last of this file: the server is that of the others."""
    ends_with(shown, signal.SIGINT, 0)
