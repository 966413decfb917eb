from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from ci_runner.report.model import Report, ReportedProject, ReportedStep, State
from ci_runner.report.verdict import Outcome, verdict
from tests.report.examples import FINDINGS, PROJECT, REPORT

CLEAN = replace(PROJECT, steps=(), plan=(), findings=(), files=(), state="in-sync")


def of(*projects: ReportedProject) -> Report:
    return replace(REPORT, projects=projects)


@pytest.mark.parametrize(
    ("unmanaged", "besides"),
    [
        ((), ""),
        (("function f()",), " in what is compared; 1 object not compared"),
    ],
)
def test_a_clean_project_passes_and_only_what_was_compared_agrees(
    unmanaged: tuple[str, ...], besides: str
) -> None:
    result = verdict(of(replace(CLEAN, unmanaged=unmanaged)))

    assert ("pass", f"no findings; schema and migrations agree{besides}") == (
        result.outcome,
        result.sentence,
    )


def test_findings_are_counted() -> None:
    result = verdict(REPORT)

    assert (1, 1, 0, 1) == (result.errors, result.warnings, result.notes, result.destructive)


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [("error", "warn"), ("warning", "fail"), ("note", "fail"), ("never", "warn")],
)
def test_fail_on_decides_on_a_warning(
    fail_on: Literal["error", "warning", "note", "never"], expected: Outcome
) -> None:
    report = replace(of(replace(CLEAN, findings=FINDINGS[:1])), fail_on=fail_on)

    assert expected == verdict(report).outcome


@pytest.mark.parametrize("state", ["unknown", "differs"])
def test_what_was_not_looked_at_or_is_missing_never_passes(state: State) -> None:
    report = replace(of(CLEAN, replace(CLEAN, state=state)), fail_on="never")

    assert "fail" == verdict(report).outcome


@pytest.mark.parametrize("outcome", ["failed", "not run"])
def test_a_statement_that_did_not_run_never_passes(outcome: Literal["failed", "not run"]) -> None:
    step = ReportedStep("a.sql", 1, "SELECT 1", outcome)

    result = verdict(of(replace(CLEAN, steps=(step,))))

    assert "fail" == result.outcome
    assert result.sentence.startswith(f"1 statement {outcome}")


def test_no_project_is_no_pass() -> None:
    assert "warn" == verdict(of()).outcome


def test_destruction_without_a_finding_warns() -> None:
    step = ReportedStep("a.sql", 1, "DROP TABLE a", "ok", changes=("drop table public.a",))

    assert "warn" == verdict(of(replace(CLEAN, steps=(step,)))).outcome


def test_a21_a_report_with_gaps_never_passes() -> None:
    report = replace(of(CLEAN), gaps=("part 1 of 2 is not in the report",), fail_on="never")

    result = verdict(report)

    assert "fail" == result.outcome
    assert result.sentence.startswith("the report is not whole: 1 gap")


def test_a19_the_word_of_an_untrusted_job_is_no_pass() -> None:
    passed, failed = of(CLEAN), of(replace(CLEAN, state="differs"))

    assert ["warn", "fail"] == [
        verdict(replace(report, reported_by="mallory/shop")).outcome for report in (passed, failed)
    ]
