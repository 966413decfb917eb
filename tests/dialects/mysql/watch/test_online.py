"""Which forms of a statement are tried, and what comes of each."""

from __future__ import annotations

import pytest

from ci_runner.dialects.base import OnlineDdl, Ran, StatementFailed
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.dialects.mysql.watch.online import alteration, run
from ci_runner.schema.model import Identity

T = Identity("table", "", "t")


@pytest.fixture
def table(maria: MysqlConnection) -> MysqlConnection:
    maria.execute("CREATE TABLE t (id int PRIMARY KEY, a int, `lock` int, KEY k (a))")
    return maria


@pytest.mark.parametrize(
    ("sql", "form"),
    [
        ("ALTER TABLE t ADD b int", "ALTER TABLE t ALGORITHM=X, LOCK=Y, ADD b int"),
        ("alter table `a b`.t drop a", "alter table `a b`.t ALGORITHM=X, LOCK=Y, drop a"),
        (
            "ALTER ONLINE TABLE IF EXISTS t WAIT 5 ADD b int",
            "ALTER ONLINE TABLE IF EXISTS t WAIT 5 ALGORITHM=X, LOCK=Y, ADD b int",
        ),
        ("ALTER TABLE t", "ALTER TABLE t ALGORITHM=X, LOCK=Y"),
        (
            "ALTER TABLE t PARTITION BY HASH (id)",
            "ALTER TABLE t ALGORITHM=X, LOCK=Y PARTITION BY HASH (id)",
        ),
        ("ALTER TABLE t ADD `lock` int", "ALTER TABLE t ALGORITHM=X, LOCK=Y, ADD `lock` int"),
        ("ALTER TABLE t ADD lock int", "ALTER TABLE t ALGORITHM=X, LOCK=Y, ADD lock int"),
        ("ALTER TABLE t ADD b int, LOCK=NONE", "ALTER TABLE t ALGORITHM=X, ADD b int, LOCK=NONE"),
        ("ALTER TABLE t ADD b int, ALGORITHM COPY, LOCK=NONE",) * 2,
        ("CREATE INDEX i ON t (a) -- why", "CREATE INDEX i ON t (a)\nALGORITHM=X LOCK=Y -- why"),
        (
            "CREATE OR REPLACE UNIQUE INDEX i USING BTREE ON t (a)",
            "CREATE OR REPLACE UNIQUE INDEX i USING BTREE ON t (a)\nALGORITHM=X LOCK=Y",
        ),
        ("DROP INDEX i ON t", "ALTER TABLE t ALGORITHM=X, LOCK=Y, DROP INDEX i"),
        (
            "DROP INDEX IF EXISTS `on` ON d.t",
            "ALTER TABLE d.t ALGORITHM=X, LOCK=Y, DROP INDEX IF EXISTS `on`",
        ),
    ],
)
def test_a_form_names_what_the_statement_does_not(sql: str, form: str) -> None:
    found = alteration(sql)

    assert found is not None
    assert form == found.asking("X", "Y")


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER DATABASE d CHARACTER SET utf8mb4",
        "ALTER TABLE",
        "ALTER VIEW v AS SELECT 1",
        "CREATE TABLE t (id int, INDEX (id))",
        "CREATE INDEX i",
        "DROP INDEX i",
        "DROP TABLE t",
        "RENAME TABLE t TO u",
        "TRUNCATE TABLE t",
    ],
)
def test_other_statements_have_no_form(sql: str) -> None:
    assert alteration(sql) is None


def online(ran: Ran) -> OnlineDdl:
    assert ran.online is not None
    return ran.online


def test_the_cheapest_form_that_is_accepted_is_what_ran(table: MysqlConnection) -> None:
    found = online(run(table, "ALTER TABLE t ADD INDEX n (id, a)"))

    assert OnlineDdl(T, "NOCOPY", "NONE", "ADD INDEX", found.form) == found
    assert "ALTER TABLE t ALGORITHM=NOCOPY, LOCK=NONE, ADD INDEX n (id, a)" == found.form
    assert [("n",)] == table.query(
        "SELECT DISTINCT index_name FROM information_schema.statistics"
        " WHERE table_schema = database() AND index_name = 'n'"
    )


def test_a_lock_that_others_wait_for_is_not_named(table: MysqlConnection) -> None:
    table.execute("ALTER TABLE t ADD b varchar(20)")

    found = online(run(table, "ALTER TABLE t ADD FULLTEXT (b)"))

    assert ("INPLACE", "SHARED") == (found.algorithm, found.lock)
    assert "ALTER TABLE t ALGORITHM=INPLACE, ADD FULLTEXT (b)" == found.form


def test_a_copy_has_the_servers_reason_and_no_form(table: MysqlConnection) -> None:
    found = online(run(table, "ALTER TABLE t MODIFY a bigint"))

    assert OnlineDdl(T, "COPY", "SHARED", "Cannot change column type") == found


def test_what_the_statement_names_is_what_it_gets(table: MysqlConnection) -> None:
    found = online(run(table, "ALTER TABLE t ADD b int, ALGORITHM=COPY, LOCK=EXCLUSIVE"))

    assert ("COPY", "EXCLUSIVE") == (found.algorithm, found.lock)


def test_a_statement_that_asks_for_too_little_fails_as_it_stands(table: MysqlConnection) -> None:
    with pytest.raises(StatementFailed) as refused:
        run(table, "ALTER TABLE t MODIFY a bigint, ALGORITHM=INSTANT, LOCK=NONE")

    assert "1846" == refused.value.failure.code


def test_a_failure_is_that_of_the_statement_as_written(table: MysqlConnection) -> None:
    sql = "ALTER TABLE t DROP COLUMN nowhere"

    with pytest.raises(StatementFailed) as refused:
        run(table, sql)

    assert ("1091", sql.index("nowhere")) == (
        refused.value.failure.code,
        refused.value.failure.offset,
    )


def test_a_session_that_names_an_algorithm_is_obeyed(table: MysqlConnection) -> None:
    table.execute("SET SESSION alter_algorithm = 'COPY'")

    assert run(table, "ALTER TABLE t ADD b int").online is None


def test_rows_that_do_not_fit_fail_once_and_change_nothing(table: MysqlConnection) -> None:
    table.execute("INSERT INTO t VALUES (1, 1, 1), (2, 1, 1)")

    with pytest.raises(StatementFailed) as refused:
        run(table, "CREATE UNIQUE INDEX n ON t (a)")

    assert "1062" == refused.value.failure.code
