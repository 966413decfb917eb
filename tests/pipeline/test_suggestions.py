"""Safe forms are offered where they were seen to reach the same schema, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.lint.policy import Policy
from ci_runner.migrations.reader import read_files
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.review import Reviewed, review

MERGED = """\
CREATE TABLE whole (k int, v int) PARTITION BY RANGE (k);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (10);
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE t (a int, b int, "Odd name" int);
CREATE INDEX old ON t (b);
CREATE MATERIALIZED VIEW seen AS SELECT a FROM t;
CREATE UNIQUE INDEX seen_a ON seen (a);
"""
NONE = "-- atlas:txmode none\n\n"


def reviewed(
    server: PostgresServer, root: Path, sql: str, format_name: str = "plain", name: str = "2_x.sql"
) -> Reviewed:
    merged = {"1_a.sql" if format_name == "plain" else "V1__a.sql": MERGED.encode()}
    base = read_files("m", format_name, merged)
    head = read_files("m", format_name, {**merged, name: sql.encode()})
    change = Change("shop", base, head, (), datetime(2026, 1, 1, tzinfo=UTC))
    return review(server, root, change, Policy())


@pytest.mark.parametrize(
    ("sql", "rule", "expected"),
    [
        (
            "CREATE INDEX i ON t (a)",
            "create-index-blocking",
            ("CREATE INDEX CONCURRENTLY i ON t (a)",),
        ),
        (
            "create unique\n index i on t (a)",
            "create-index-blocking",
            ("create unique\n index CONCURRENTLY i on t (a)",),
        ),
        (
            "ALTER TABLE t ADD UNIQUE (a), ADD CHECK (b > 0)",
            "add-unique-index",
            (
                "ALTER TABLE public.t ADD CONSTRAINT t_b_check CHECK ((b > 0)) NOT VALID",
                "CREATE UNIQUE INDEX CONCURRENTLY t_a_key ON public.t (a)",
                "ALTER TABLE public.t VALIDATE CONSTRAINT t_b_check",
                "ALTER TABLE public.t ADD CONSTRAINT t_a_key UNIQUE USING INDEX t_a_key",
            ),
        ),
        (
            "CREATE INDEX i ON whole (v)",
            "create-index-blocking",
            (
                "CREATE INDEX CONCURRENTLY part_v_idx ON public.part USING btree (v)",
                "CREATE INDEX i ON ONLY public.whole USING btree (v)",
                "ALTER INDEX public.i ATTACH PARTITION public.part_v_idx",
            ),
        ),
        ("DROP INDEX old", "drop-index-blocking", ("DROP INDEX CONCURRENTLY old",)),
        (
            "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES parent",
            "add-fk-validates",
            (
                "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES parent NOT VALID",
                "ALTER TABLE t VALIDATE CONSTRAINT fk",
            ),
        ),
        (
            'ALTER TABLE ONLY public.t ADD CHECK ("Odd name" > 0)',
            "add-check-validates",
            (
                'ALTER TABLE ONLY public.t ADD CHECK ("Odd name" > 0) NOT VALID',
                'ALTER TABLE public.t VALIDATE CONSTRAINT "t_Odd name_check"',
            ),
        ),
        (
            "ALTER TABLE t ADD UNIQUE (a, b)",
            "add-unique-index",
            (
                "CREATE UNIQUE INDEX CONCURRENTLY t_a_b_key ON t (a, b)",
                "ALTER TABLE t ADD CONSTRAINT t_a_b_key UNIQUE USING INDEX t_a_b_key",
            ),
        ),
        (
            "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
            "set-not-null-scan",
            (
                "ALTER TABLE t ADD CONSTRAINT t_a_is_set CHECK (a IS NOT NULL) NOT VALID",
                "ALTER TABLE t VALIDATE CONSTRAINT t_a_is_set",
                "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
                "ALTER TABLE t DROP CONSTRAINT t_a_is_set",
            ),
        ),
    ],
)
def test_a_safe_form_is_offered_for_the_whole_statement(
    sql: str,
    rule: str,
    expected: tuple[str, ...],
    postgres_server: PostgresServer,
    tmp_path: Path,
) -> None:
    found = reviewed(postgres_server, tmp_path, f"{sql};\n")

    (rewritten,) = found.rewritten
    text = ";\n".join(expected)
    by_rule = {each.rule: each.replacement for each in found.findings}
    assert rewritten.file.content.decode().endswith(f"{text};\n")
    assert by_rule[rule].removeprefix(NONE) == text


def test_what_is_around_the_statement_stays_and_the_file_gets_its_mode(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    sql = "\ufeff-- why\r\nCREATE INDEX i ON t (a); -- é\r\n"

    found = reviewed(postgres_server, tmp_path, sql)

    (rewritten,) = found.rewritten
    head = "\ufeff-- why\r\n-- atlas:txmode none\r\n\r\n"
    (finding,) = (each for each in found.findings if each.rule == "create-index-blocking")
    assert finding.suggestion == (
        "-- atlas:txmode none\r\n\r\nCREATE INDEX CONCURRENTLY i ON t (a); -- é"
    )
    assert f"{head}CREATE INDEX CONCURRENTLY i ON t (a); -- é\r\n" == (
        rewritten.file.content.decode()
    )


@pytest.mark.parametrize(
    "sql",
    [
        # counts on its transaction
        "SET LOCAL lock_timeout = '2s';\nUPDATE t SET a = 1;\nCREATE INDEX i ON t (a);\n",
        # no form that we know
        "SET LOCAL lock_timeout = '2s';\nALTER TABLE t ADD EXCLUDE (a WITH =);\n",
        "CREATE INDEX i ON t (a); -- schema-ci:nolint\n",  # nothing is found
        "-- atlas:delimiter $$\n\nCREATE INDEX i ON t (a)$$\n",
    ],
)
def test_where_no_safe_form_holds_none_is_offered(
    sql: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    found = reviewed(postgres_server, tmp_path, sql)

    assert () == found.rewritten
    assert {""} >= {each.replacement for each in found.findings}


def test_a_file_that_runs_without_a_transaction_keeps_its_other_statements(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    sql = f"{NONE}UPDATE t SET a = 1;\nCREATE INDEX i ON t (a);\nDROP INDEX old;\n"

    (rewritten,) = reviewed(postgres_server, tmp_path, sql).rewritten

    assert (
        f"{NONE}UPDATE t SET a = 1;\nCREATE INDEX CONCURRENTLY i ON t (a);\n"
        "DROP INDEX CONCURRENTLY old;\n"
    ) == rewritten.file.content.decode()


def test_flyway_needs_no_directive(postgres_server: PostgresServer, tmp_path: Path) -> None:
    sql = "CREATE INDEX i ON t (a);\n"

    (rewritten,) = reviewed(postgres_server, tmp_path, sql, "flyway", "V2__x.sql").rewritten

    assert b"CREATE INDEX CONCURRENTLY i ON t (a);\n" == rewritten.file.content


def test_flyway_would_validate_in_the_same_transaction_so_nothing_is_offered(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    sql = "ALTER TABLE t ADD CHECK (a > 0);\n"

    assert () == reviewed(postgres_server, tmp_path, sql, "flyway", "V2__x.sql").rewritten


def test_a_limit_stands_before_the_first_statement_that_waits(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    made = "CREATE TABLE new (id int PRIMARY KEY);\n"
    sql = f"{made}ALTER TABLE t ADD c int;\nALTER TABLE t ADD d int;\n"

    (rewritten,) = reviewed(postgres_server, tmp_path, sql).rewritten

    assert "SET LOCAL lock_timeout = '2s';\nALTER TABLE t ADD c int;" in (
        rewritten.file.content.decode()
    )
    assert 1 == rewritten.file.content.count(b"lock_timeout")


def test_without_a_transaction_no_limit_is_set_for_the_files_behind(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    sql = f"{NONE}ALTER TABLE t ADD c int;\n"

    assert () == reviewed(postgres_server, tmp_path, sql).rewritten


def test_a_file_that_counts_on_its_transaction_gets_what_may_stand_in_it(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    sql = "UPDATE t SET a = 1;\nALTER TABLE t ADD UNIQUE (a);\n"

    found = reviewed(postgres_server, tmp_path, sql)

    (rewritten,) = found.rewritten

    assert (
        "UPDATE t SET a = 1;\nSET LOCAL lock_timeout = '2s';\n"
        "ALTER TABLE t ADD CONSTRAINT t_a_key UNIQUE (a);\n"
    ) == rewritten.file.content.decode()
    offered = {each.rule for each in found.findings if each.replacement}
    assert {"lock-timeout-missing", "unnamed-constraint"} == offered


def test_stages_of_one_change_are_run_without_a_transaction(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    stages = (
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n"
        "ALTER TABLE t VALIDATE CONSTRAINT c;\n"
    )

    found = reviewed(postgres_server, tmp_path, f"-- why\n{stages}")

    (rewritten,) = found.rewritten
    assert f"-- why\n{NONE}{stages}" == rewritten.file.content.decode()
    # No line of the finding could be replaced by it.
    assert {""} == {each.replacement for each in found.findings}


def test_the_gravest_finding_on_a_statement_says_how_it_is_written(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    sql = "REFRESH MATERIALIZED VIEW seen;\n"

    found = reviewed(postgres_server, tmp_path, sql)

    (rewritten,) = found.rewritten
    assert "SET LOCAL lock_timeout = '2s';\nREFRESH MATERIALIZED VIEW CONCURRENTLY seen;\n" == (
        rewritten.file.content.decode()
    )


def test_a_long_change_is_not_run_again_for_notes_alone(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    sql = "ALTER TABLE t ADD c int;\n"
    notes = "COMMENT ON TABLE t IS 'long';\n" * 50

    short, long, grave = (
        reviewed(postgres_server, tmp_path, each).rewritten
        for each in (sql, sql + notes, f"{sql}{notes}REFRESH MATERIALIZED VIEW seen;\n")
    )

    assert [1, 0, 1] == [len(each) for each in (short, long, grave)]
