from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ci_runner.errors import UsageError
from ci_runner.report.merge import Expected, merge
from ci_runner.report.model import Report, ReportedFinding, ReportedProject, SeverityName
from ci_runner.report.verdict import verdict
from tests.report.examples import PROJECT, REPORT

# How long whole reports take to draw depends on what else the machine does.
SLOW = [HealthCheck.too_slow]
RANKS = ("pass", "warn", "fail")
CLEAN = replace(PROJECT, steps=(), plan=(), findings=(), files=(), generated=(), state="in-sync")

SEVERITIES: st.SearchStrategy[SeverityName] = st.sampled_from(["error", "warning", "note"])


def of(*projects: ReportedProject, **changes: Any) -> Report:
    return replace(REPORT, projects=projects, **changes)


def called(name: str, **changes: Any) -> ReportedProject:
    return replace(CLEAN, name=name, **changes)


@st.composite
def shares(draw: st.DrawFn) -> list[Report]:
    """What the jobs of one run have written: each project in one report."""
    reports: list[Report] = []
    for job in range(draw(st.integers(1, 4))):
        projects = tuple(
            called(
                f"{job}-{number}",
                state=draw(st.sampled_from(["in-sync", "differs", "no-schema"])),
                findings=tuple(
                    ReportedFinding("rule", severity, "says", "a.sql", 1, 1)
                    for severity in draw(st.lists(SEVERITIES, max_size=2))
                ),
            )
            for number in range(draw(st.integers(1, 3)))
        )
        reports.append(of(*projects, notices=tuple(draw(st.lists(st.text("ab"), max_size=2)))))
    return reports


@given(shares(), st.randoms())
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_a21_the_order_of_the_reports_does_not_count(reports: list[Report], random: Random) -> None:
    shuffled = random.sample(reports, len(reports))

    assert merge(reports) == merge(shuffled)


@given(shares())
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_a21_merging_again_changes_nothing(reports: list[Report]) -> None:
    merged = merge(reports)

    assert merged == merge([merged]) == merge([*reports, merged]) == merge([*reports, *reports])


@given(shares(), st.sampled_from(["error", "warning", "note", "never"]))
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_a21_the_verdict_is_the_worst(reports: list[Report], fail_on: str) -> None:
    said = [replace(report, fail_on=fail_on) for report in reports]  # type: ignore[arg-type]

    worst = max((verdict(each).outcome for each in said), key=RANKS.index)

    assert worst == verdict(merge(said)).outcome


@given(shares(), st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_a21_a_report_that_is_missing_is_never_green(
    reports: list[Report], data: st.DataObject
) -> None:
    assume(len(reports) > 1)
    names = tuple(project.name for report in reports for project in report.projects)
    there = data.draw(st.lists(st.sampled_from(reports), min_size=1, max_size=len(reports) - 1))

    by_count = merge(there, Expected(reports=len(reports)))
    by_name = merge(there, Expected(projects=names))

    assert {"fail"} == {verdict(by_count).outcome, verdict(by_name).outcome}
    assert "pass" not in verdict(by_name).sentence


def test_a21_a_missing_part_is_named_and_stays_missing() -> None:
    parts = [of(called("a"), shards=("1/3",)), of(called("c"), shards=("3/3",))]

    merged = merge(parts)

    assert ("part 2 of 3 is not in the report",) == merged.gaps == merge([merged]).gaps
    whole = merge([*parts, of(shards=("2/3",))])
    assert () == whole.gaps
    assert "pass" == verdict(whole).outcome


def test_the_strictest_severity_counts() -> None:
    merged = merge([of(called("a"), fail_on="never"), of(called("b"), fail_on="warning")])

    assert "warning" == merged.fail_on


OTHER = replace(REPORT.build, head_sha="a" * 40)


@pytest.mark.parametrize(
    ("reports", "says"),
    [
        ([of(called("a")), of(called("b"), build=OTHER)], "not of one head"),
        ([of(called("a")), of(called("b"), tool_version="9")], "not of one version"),
        (
            [of(called("a")), of(called("b"), build=replace(REPORT.build, base="release"))],
            "not of one base",
        ),
        ([of(called("a")), of(called("a", replayed_files=1))], "different things of one project"),
        (
            [of(called("a"), shards=("1/2",)), of(called("b"), shards=("1/3",))],
            "not of one number of parts",
        ),
        (
            [of(called("a"), committed="a" * 40), of(called("b"), committed="b" * 40)],
            "not of one commit of ours",
        ),
        ([], "no report to merge"),
    ],
)
def test_a21_what_does_not_belong_together_is_refused(reports: Sequence[Report], says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        merge(reports)

    assert refused.value.next_step


def test_more_reports_than_expected_are_refused() -> None:
    with pytest.raises(UsageError, match="2 reports are there, 1 were expected"):
        merge([of(called("a")), of(called("b"))], Expected(reports=1))
