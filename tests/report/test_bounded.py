from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ci_runner.report.bounded import bounded
from ci_runner.report.model import Report, ReportedFinding, SeverityName
from ci_runner.report.verdict import verdict
from tests.report.examples import FINDINGS as EXAMPLES
from tests.report.examples import PROJECT, REPORT

SEVERITIES: tuple[SeverityName, ...] = ("note", "warning", "error")


def report_of(*projects: list[SeverityName]) -> Report:
    return replace(
        REPORT,
        projects=tuple(
            replace(
                PROJECT,
                findings=tuple(
                    replace(EXAMPLES[0], severity=severity, line=line)
                    for line, severity in enumerate(severities, 1)
                ),
            )
            for severities in projects
        ),
    )


def findings(report: Report) -> list[ReportedFinding]:
    return [each for project in report.projects for each in project.findings]


@given(st.lists(st.lists(st.sampled_from(SEVERITIES), max_size=6), min_size=1), st.integers(1, 8))
def test_t14_the_worst_stay_in_their_order_and_the_verdict_stays(
    severities: list[list[SeverityName]], most: int
) -> None:
    whole = report_of(*severities)

    short = bounded(whole, most)

    assert min(most, len(findings(whole))) == len(findings(short))
    left = list(findings(whole))
    for each in findings(short):
        left.remove(each)
    rank = SEVERITIES.index
    assert max((rank(each.severity) for each in left), default=0) <= min(
        (rank(each.severity) for each in findings(short)), default=2
    )
    assert [sorted(p.findings, key=lambda f: f.line) for p in short.projects] == [
        list(p.findings) for p in short.projects
    ]
    assert verdict(whole).outcome == verdict(short).outcome
    assert short == bounded(short, most)


def test_t14_a_report_that_fits_is_left_alone() -> None:
    assert REPORT is bounded(REPORT)


def test_t14_a_flood_of_warnings_hides_no_rule() -> None:
    flood = report_of(["warning"] * 9)
    hidden = replace(EXAMPLES[0], rule="needs-approval", severity="note")
    project = flood.projects[0]
    whole = replace(flood, projects=(replace(project, findings=(*project.findings, hidden)),))

    kept = findings(bounded(whole, 3))

    assert ["warning", "warning", "note"] == [each.severity for each in kept]
    assert hidden in kept
