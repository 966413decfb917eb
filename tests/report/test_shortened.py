from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.report.destruction import destructive
from ci_runner.report.json import dump, load
from ci_runner.report.model import GeneratedFile, Report, ReportedStatement, ReportedStep
from ci_runner.report.plan_hash import plan_hash
from ci_runner.report.shortened import shortened
from ci_runner.report.verdict import verdict
from tests.report.examples import NEW, PROJECT, REPORT

CREATE = f"CREATE VIEW v AS SELECT '{'x' * 5_000}'"
DROP = f"DROP TABLE users /* {'why ' * 2_000} */"
INSERT = f"INSERT INTO t VALUES ('{'y' * 3_000}')"


def step(sql: str, *changes: str) -> ReportedStep:
    return ReportedStep(NEW, 1, sql, "ok", changes=changes)


STEPS = {
    "create": step(CREATE, "create view public.v"),
    "drop": step(DROP, "drop table public.users"),
    "insert": step(INSERT),
}


def report_of(*steps: ReportedStep) -> Report:
    return replace(REPORT, projects=(replace(PROJECT, steps=steps),))


def test_what_fits_is_left_alone() -> None:
    assert REPORT is shortened(REPORT)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=8), st.integers(15_000, 40_000))
def test_t14_the_verdict_the_losses_and_the_plan_stay(names: list[str], largest: int) -> None:
    whole = report_of(*(STEPS[name] for name in names))

    short = shortened(whole, largest)

    assert len(dump(short)) <= largest
    assert verdict(whole).outcome == verdict(short).outcome
    assert plan_hash(whole) == plan_hash(short)
    (before,), (after,) = whole.projects, short.projects
    assert len(destructive(before)) == len(destructive(after))
    assert (whole is short) == (len(dump(whole)) <= largest)
    assert short is whole or "To keep report.json readable" in short.notices[-1]
    assert short == load(dump(short))


def test_what_loses_data_is_cut_last() -> None:
    whole = report_of(STEPS["create"], STEPS["drop"])

    (project,) = shortened(whole, len(dump(whole)) - 3_000).projects

    assert DROP == project.steps[1].sql
    assert CREATE[:1_000] == project.steps[0].sql[:1_000]
    assert len(project.steps[0].sql) < 2_000


def test_t25_a_plan_that_is_cut_is_not_taken_for_another_one() -> None:
    def planned(end: str) -> Report:
        statement = ReportedStatement(CREATE + end, "", "view v", destructive=False)
        return replace(REPORT, projects=(replace(PROJECT, files=(), plan=(statement,)),))

    one, other = (shortened(planned(end), 6_000) for end in ("", " -- more"))

    assert plan_hash(one) != plan_hash(other)
    assert len(dump(one)) <= 6_000


def test_half_of_a_suggestion_is_not_offered() -> None:
    finding = replace(PROJECT.findings[0], replacement=CREATE, suggestion=CREATE)
    whole = replace(REPORT, projects=(replace(PROJECT, findings=(finding,)),))

    ((cut,),) = (each.findings for each in shortened(whole, 8_000).projects)

    assert ("", "") == (cut.replacement, cut.suggestion)


@pytest.mark.parametrize("characters", [1_048_577, 17 * 1_048_576])
def test_t14_no_text_keeps_the_next_job_from_reading_it(characters: int) -> None:
    whole = report_of(step(f"SELECT '{'z' * characters}'"))

    content = dump(shortened(whole))

    assert "more characters" in load(content).projects[0].steps[0].sql


def test_t14_more_statements_than_are_read_are_counted() -> None:
    losses = tuple(step(f"DELETE FROM t WHERE id = {number}") for number in range(9))
    whole = report_of(*losses, *[STEPS["insert"]] * 41)

    short = shortened(whole, most=30)

    assert 39 == len(short.projects[0].steps)
    assert "11 statements that changed no object left out" in short.notices[-1]
    assert len(destructive(whole.projects[0])) == len(destructive(short.projects[0]))
    assert load(dump(short)) == short


def test_t14_statements_go_where_cutting_them_is_not_enough() -> None:
    whole = report_of(STEPS["drop"], *[STEPS["insert"]] * 300)

    short = shortened(whole, 40_000)

    assert len(dump(short)) <= 40_000
    assert "left out" in short.notices[-1]
    assert verdict(whole).outcome == verdict(short).outcome


def test_a_generated_file_is_left_whole() -> None:
    file = GeneratedFile(PROJECT.generated[0].path, "-" * 1_048_577)
    whole = replace(REPORT, projects=(replace(PROJECT, generated=(file,)),))

    assert whole is shortened(whole)
