"""A policy is altered in place where PostgreSQL can, and what its absence means is said."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres import DIALECT


def planned(server: PostgresServer, old: str, new: str) -> tuple[PlannedStatement, ...]:
    with server.database() as left, server.database() as right:
        left.execute(f"CREATE TABLE t (id integer, who name); {old}")
        right.execute(f"CREATE TABLE t (id integer, who name); {new}")
        return DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("USING (id > 1)", "USING (id > 2)", ["ALTER POLICY p ON public.t USING ((id > 2))"]),
        (
            "USING (true)",
            "TO CURRENT_USER USING (true) WITH CHECK (id > 0)",
            ["ALTER POLICY p ON public.t TO schema_ci WITH CHECK ((id > 0))"],
        ),
        (
            "USING (true) WITH CHECK (id > 0)",
            "USING (true)",
            ["DROP POLICY p ON public.t", "CREATE POLICY p ON public.t USING (true)"],
        ),
        (
            "FOR SELECT USING (true)",
            "FOR DELETE USING (true)",
            ["DROP POLICY p ON public.t", "CREATE POLICY p ON public.t FOR DELETE USING (true)"],
        ),
        (
            "USING (true)",
            "AS RESTRICTIVE USING (true)",
            [
                "DROP POLICY p ON public.t",
                "CREATE POLICY p ON public.t AS RESTRICTIVE USING (true)",
            ],
        ),
    ],
)
def test_only_what_cannot_be_altered_is_made_again(
    postgres_server: PostgresServer, old: str, new: str, expected: list[str]
) -> None:
    found = planned(postgres_server, f"CREATE POLICY p ON t {old}", f"CREATE POLICY p ON t {new}")

    assert expected == [each.sql for each in found]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("PERMISSIVE", "rows that it allows are not seen or written without it"),
        ("RESTRICTIVE", "rows that it forbids are seen or written without it"),
    ],
)
def test_what_the_absence_of_a_policy_means_is_said(
    postgres_server: PostgresServer, kind: str, said: str
) -> None:
    (dropped,) = planned(postgres_server, f"CREATE POLICY p ON t AS {kind} USING (true)", "")

    assert (said,) == dropped.hazards


def test_a_policy_makes_way_for_the_type_of_its_column(postgres_server: PostgresServer) -> None:
    policy = "CREATE POLICY p ON t USING (id > 1); CREATE POLICY q ON t USING (who = 'x')"
    found = planned(postgres_server, policy, f"ALTER TABLE t ALTER id TYPE bigint; {policy}")

    assert ["DROP POLICY p", "ALTER TABLE p", "CREATE POLICY"] == [each.sql[:13] for each in found]
    assert "CREATE POLICY p ON public.t USING ((id > 1))" == found[-1].sql
