"""A problem that theory says nothing of: verdicts, report, table and store's tags hold what was observed alone."""

import io
import re
from dataclasses import dataclass, replace

import pandas as pd
import pytest

from sweep.plan.point import Point
from sweep.report.blocks import pictures
from sweep.report.contents import sections
from sweep.report.files import Report, make
from sweep.report.outcome_map import map_panels
from sweep.tracking.attempt import CurveAddress
from sweep.tracking.record import SweepRecord
from sweep.tracking.run_content import PointRun, of_trained
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome, Verdict
from tests.conftest import THERMOMETER, point
from tests.problem.unknown import Unknown
from tests.report.made import SEED_GRID, record

STALLED = point(lr=1e-6, scale=1.0, init=(0.5, -15.0), epochs=1300)
RISING = point(lr=0.034, epochs=50)
INFINITE = point(lr=1e-2, scale=1.0, epochs=12)
POINTS = (*SEED_GRID, STALLED, RISING, INFINITE)
OBSERVED = ["DIVERGED", "DIVERGED", "UNFINISHED", "CONVERGED", *["UNFINISHED"] * 5, "DIVERGED", "DIVERGED"]


@dataclass(frozen=True)
class Trained:
    """A sweep over :class:`Unknown`, its verdicts and its report."""

    problem: Unknown
    record: SweepRecord
    verdicts: list[Verdict]
    report: Report

    @property
    def sorted_out(self) -> list[tuple[Point, Curve, Verdict]]:
        curves = [curve for curve in self.record.results.values() if isinstance(curve, Curve)]
        return list(zip(self.record.plan.points, curves, self.verdicts, strict=True))


@pytest.fixture(scope="module", params=[True, False], ids=["least loss known", "least loss unknown"])
def trained(request: pytest.FixtureRequest) -> Trained:
    problem = Unknown(THERMOMETER, has_least_loss=request.param)
    plan = replace(record(*POINTS).plan, problems={POINTS[0].task: problem})
    curves = in_process(POINTS, plan.problems)
    verdicts = [judge(curve, each, problem, plan.tolerance) for each, curve in zip(POINTS, curves, strict=True)]
    results = dict(zip((each.key for each in POINTS), curves, strict=True))
    kept = SweepRecord("summary", plan, results, {}, [])
    return Trained(problem, kept, verdicts, make(kept))


def words(text: str) -> str:
    """What a page says, to the eye and to a screen reader: without style, script and the names of classes."""
    plain = re.sub(r"<(style|script)\b.*?</\1>", "", text, flags=re.DOTALL)
    labels = re.findall(r'aria-label="([^"]*)"', plain)
    return re.sub(r"<[^>]*>", " ", plain) + " ".join(labels)


def table(trained: Trained) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(trained.report.files["runs.csv"]), keep_default_na=False, dtype=str)


def test_verdicts_expect_nothing_and_their_sentences_are_of_what_was_observed(trained: Trained) -> None:
    for verdict in trained.verdicts:
        assert verdict.expected is None
        assert verdict.epochs_needed == (0 if verdict.outcome is Outcome.CONVERGED else None)
        assert verdict.reason
        assert not re.search("threshold|theory|None", verdict.reason)


def test_outcomes_are_those_of_a_problem_with_theory_but_nothing_converges_without_a_least_loss(
    trained: Trained,
) -> None:
    observed = OBSERVED
    if not trained.problem.knows_least:
        observed = [outcome.replace("CONVERGED", "UNFINISHED") for outcome in OBSERVED]
        assert all(v.excess is None and v.events.first_within is None for v in trained.verdicts)
        unfinished = [v.reason for v in trained.verdicts if v.outcome is Outcome.UNFINISHED]
        assert all("the least loss is not known" in reason for reason in unfinished)
    assert [str(verdict.outcome) for verdict in trained.verdicts] == observed


def test_the_report_has_no_section_of_theory_no_fit_and_nothing_to_try_by_theory(trained: Trained) -> None:
    report = trained.report
    made = sections(report.plan, report.runs, report.findings)
    headings = [section.heading for section in made if section.heading != "What to try next"]  # That is by neighbours.
    assert headings == [
        "Where descent converges",
        "Loss curves",
        "All runs",
        "What was asked",
    ]
    assert sorted(report.files) == ["curves.svg", "map.svg", "provenance.json", "report.html", "report.md", "runs.csv"]
    for name in ("report.html", "report.md", "curves.svg", "map.svg"):
        said = words(report.files[name].decode())
        assert said.strip()
        assert not re.search("theory|threshold|2/λmax|predicted|None", said), name


def test_what_to_try_next_is_left_to_what_was_not_done(trained: Trained) -> None:
    some = dict(list(trained.record.results.items())[:-1])
    page = make(replace(trained.record, results=some)).files["report.md"].decode()
    assert page.count("The same command again: it trains the 1 not yet run") == 1
    assert "theory" not in page


def test_the_map_has_no_line_and_no_legend_of_theory(trained: Trained) -> None:
    report = trained.report
    panels, _ = map_panels(report.plan, report.runs)
    assert panels
    assert all((panel.threshold, panel.formula, panel.near) == ([], None, []) for panel in panels)
    drawn = {each.name: each for each in pictures(sections(report.plan, report.runs, report.findings))}
    kinds = {kind for kind, _ in drawn["map.svg"].legend} - {"boundary", "best ring", "step"}
    assert kinds == {str(verdict.outcome) for verdict in trained.verdicts}
    assert drawn["map.svg"].alt == "learning rate against input scale, marked by outcome"
    assert not any('class="theory' in panel for panel in drawn["map.svg"].panels)


def test_curves_lie_beside_the_loss_that_counts_as_converged_only_where_that_is_known(trained: Trained) -> None:
    told = "loss that counts as converged" in trained.report.files["curves.svg"].decode()
    assert told == (trained.problem.knows_least)


def test_the_table_of_the_page_has_no_column_of_theory(trained: Trained) -> None:
    page = trained.report.files["report.html"].decode()
    heads = re.findall(r'<th scope="col" aria-sort="none"[^>]*><button type="button">([^<]*)</button>', page)
    shown = ["lr", "scale", "epochs", "init.w", "init.b"]
    assert heads == ["run", *shown, "outcome", "final loss", "note", "theta.0", "theta.1", "reason", "key"]
    assert 'for="by-' in page


def test_runs_csv_has_empty_cells_where_theory_would_speak(trained: Trained) -> None:
    read = table(trained)
    for name in ("threshold", "threshold_ratio", "predicted", "predicted_epochs"):
        assert set(read[name]) == {""}, name
    converged = [verdict.outcome is Outcome.CONVERGED for verdict in trained.verdicts]
    assert read["epochs_needed"].tolist() == ["0" if each else "" for each in converged]
    assert read["outcome"].tolist() == [str(verdict.outcome) for verdict in trained.verdicts]


def test_runs_csv_has_an_excess_only_where_the_least_loss_is_known(trained: Trained) -> None:
    read = table(trained)
    if not trained.problem.knows_least:
        assert set(read["first_within"]) == {""}
        assert set(read["excess_loss"]) == {""}
        assert {"inf", "nan"} <= set(read["final_loss"])
    else:
        assert [float(text) for text in read["excess_loss"]] == pytest.approx(
            [verdict.excess for verdict in trained.verdicts], nan_ok=True
        )


def test_a_run_in_the_store_has_no_tag_of_a_prediction(trained: Trained) -> None:
    for each, curve, verdict in trained.sorted_out:
        address = CurveAddress("summary", "curves/part.parquet", 0)
        content = of_trained(PointRun("a run", each, trained.problem, {}), curve, verdict, address, 1000)
        assert content.tags["outcome"] == str(verdict.outcome)
        assert "predicted" not in content.tags
        assert not re.search("theory|threshold|None", " ".join(content.tags.values()))
