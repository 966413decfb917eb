from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.report.destruction import destructive
from ci_runner.report.model import ReportedProject, ReportedStatement, ReportedStep
from tests.report.examples import PROJECT

EMPTY = replace(PROJECT, steps=(), plan=(), files=())


def lost(*steps: ReportedStep, plan: tuple[ReportedStatement, ...] = ()) -> list[str]:
    project: ReportedProject = replace(EMPTY, steps=steps, plan=plan)
    return [each.sql for each in destructive(project)]


def step(sql: str, *changes: str) -> ReportedStep:
    return ReportedStep("a.sql", 1, sql, "ok", changes=changes)


def test_a_dropped_table_that_was_there_is_lost() -> None:
    assert ["DROP TABLE a"] == lost(step("DROP TABLE a", "drop table public.a"))


def test_a_table_of_this_change_is_no_loss() -> None:
    made = step("CREATE TABLE a (b int)", "create table public.a")

    assert [] == lost(made, step("DROP TABLE a", "drop table public.a"))


def test_a_rebuilt_table_is_no_loss() -> None:
    back = step("ALTER TABLE new RENAME TO a", "rename table new to a")

    assert [] == lost(step("DROP TABLE a", "drop table a"), back)


@pytest.mark.parametrize("what", ["table a", "column a.b"])
def test_what_is_made_anew_is_empty(what: str) -> None:
    drop, back = step("the drop", f"drop {what}"), step("the other", f"create {what}")

    assert ["the drop"] == lost(drop, back)
    assert [] == lost(back, drop)
    assert ["the drop"] == lost(drop, back, replace(drop, sql="a second drop"))


@pytest.mark.parametrize("sql", ["DELETE FROM a", "truncate a"])
def test_rows_are_lost_too(sql: str) -> None:
    assert [sql] == lost(step(sql))


@pytest.mark.parametrize(
    ("sql", "loses"),
    [
        ("DROP TABLE a", True),
        ("ALTER TABLE a DROP b", True),
        ("ALTER TABLE a DROP CONSTRAINT b", False),
        ("CREATE TABLE a (b int)", False),
    ],
)
def test_of_what_was_not_run_the_text_tells(sql: str, loses: bool) -> None:
    assert ([sql] if loses else []) == lost(ReportedStep("a.sql", 1, sql, "not run"))


def test_a_planned_statement_counts_once_and_its_planner_knows() -> None:
    drop = ReportedStatement("DROP TABLE a", "", "table a", destructive=True)
    rebuild = replace(drop, destructive=False)
    ran = step("DROP TABLE a", "drop table a")

    assert ["DROP TABLE a"] == lost(plan=(drop,))
    assert ["DROP TABLE a"] == lost(ran, plan=(drop,))
    assert [] == lost(ran, plan=(rebuild,))


@pytest.mark.parametrize(
    ("changes", "is_lost"),
    [
        ((("drop table a",), ("create table a",)), True),
        ((("create table a",), ("drop table a",), ("create table a",)), False),
        ((("rename table b to a",), ("drop table a",)), True),
        ((("drop table a", "create table a"),), True),
        ((("drop table x to y",), ("rename table n to x to y",)), False),
        ((("drop table a",), ("rename table n to b a",)), True),
    ],
)
def test_only_what_is_new_or_brought_back_is_no_loss(
    changes: tuple[tuple[str, ...], ...], is_lost: bool
) -> None:
    steps = [step(f"statement {place}", *each) for place, each in enumerate(changes)]

    assert is_lost is bool(lost(*steps))


def test_t14_the_largest_report_that_is_read_is_judged_at_once() -> None:
    """Quadratic in the steps this would take an hour."""
    steps = [step(f"DROP TABLE t{at}", f"drop table t{at}") for at in range(30_000)]

    assert 30_000 == len(lost(*steps))
