from __future__ import annotations

import re

import pytest

from ci_runner.report.model import ReportedObstacle, ReportedStep
from ci_runner.report.steps import render_steps
from tests.report.hostile import HOSTILE

RETYPE = ReportedStep(
    "m/1.sql",
    1,
    "ALTER TABLE users ALTER COLUMN id TYPE bigint",
    "ok",
    14.2,
    changes=("alter column public.users.id",),
    rewritten=("table public.users (118 M rows, 48 GB)",),
    locks=("ACCESS EXCLUSIVE on table public.users (118 M rows, 48 GB)",),
    held_milliseconds=20.0,
    scanned=("table public.users (118 M rows, 48 GB)",),
    estimates=("rewrites 48 GB of table public.users: about 16 min at 50 MB/s",),
)
INSERTS = ReportedStep("m/1.sql", 2, "INSERT INTO t VALUES (1)", "ok", 3.0, rows=40, statements=40)
FAILED = ReportedStep("m/1.sql", 42, "SELECT no", "failed", 0.1, error="no such column: no")
STOPPED = ReportedStep(
    "m/1.sql",
    7,
    "ALTER TABLE t ALTER a SET NOT NULL",
    "failed",
    error='column "a" contains null values',
    obstacles=(
        ReportedObstacle("SELECT count(*) FROM t WHERE a IS NULL", 2),
        ReportedObstacle("SELECT count(*) FROM t"),
    ),
)
REST = ReportedStep("m/1.sql", 43, "SELECT 1", "not run")


def test_statements_stand_in_columns_with_what_they_did_below() -> None:
    text = render_steps((RETYPE, INSERTS, FAILED, REST), color=False)

    assert (
        text
        == """\
STATEMENT   OUTCOME  TIME     LOCKS HELD  ROWS  EFFECT
m/1.sql:1   ok       14.2 ms  20.0 ms           rewrites, reads all, blocks, changes
  alter column public.users.id
  rewrote table public.users (118 M rows, 48 GB)
  read all of table public.users (118 M rows, 48 GB)
  locked ACCESS EXCLUSIVE on table public.users (118 M rows, 48 GB)
  in production: rewrites 48 GB of table public.users: about 16 min at 50 MB/s
m/1.sql:2   ok       3.0 ms               40
  40 statements
m/1.sql:42  failed   0.1 ms
  no such column: no
m/1.sql:43  not run
"""
    )


def test_rows_in_the_way_are_told_with_the_query_that_counts_them() -> None:
    lines = render_steps((STOPPED,), color=False).splitlines()

    assert lines[1].endswith("rows in the way")
    assert [
        "  2 rows in the way: SELECT count(*) FROM t WHERE a IS NULL",
        "  rows in the way: SELECT count(*) FROM t",
    ] == lines[2:4]


def test_nothing_is_said_of_nothing() -> None:
    assert "" == render_steps((), color=False)


def test_color_changes_no_column() -> None:
    steps = (RETYPE, FAILED)

    painted = re.sub("\x1b\\[[0-9;]*m", "", render_steps(steps, color=True))

    assert render_steps(steps, color=False) == painted
    assert "\x1b[31mfailed\x1b[0m " in render_steps(steps, color=True)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_speaks_to_the_terminal_or_the_ci(text: str) -> None:
    several = (text,)
    step = ReportedStep(
        text,
        1,
        text,
        "failed",
        changes=several,
        rewritten=several,
        locks=several,
        scanned=several,
        unfinished=several,
        notices=several,
        estimates=several,
        error=text,
    )

    shown = render_steps((step,), color=False)

    assert not any(line.lstrip().startswith(("::", "##[")) for line in shown.splitlines())
    assert not set(shown) & {"\x1b", "\r", "\x07"}
