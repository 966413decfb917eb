"""What InnoDB's ids tell of a statement: renames, rebuilds."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.devdb.mariadb import MysqlServer, existing_mysql
from ci_runner.dialects.base import Sighting, StatementFailed
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.dialects.observation import Observation, compare
from ci_runner.schema.changes import Create, Rename
from ci_runner.schema.model import Identity, View

# Run in order in one session.
STATEMENTS = """
CREATE TABLE parent (id int PRIMARY KEY, name varchar(20) DEFAULT 'x' COMMENT 'a name')
CREATE TABLE t (a int, b int, KEY (a), CHECK (b > 0), FOREIGN KEY (a) REFERENCES parent (id))
INSERT INTO parent VALUES (1, 'one')
ALTER TABLE t ADD COLUMN c int DEFAULT 1, ADD UNIQUE u (b)
CREATE INDEX i ON parent (name)
ALTER TABLE parent RENAME COLUMN id TO number
CREATE VIEW inner_ AS SELECT * FROM t
CREATE VIEW outer_ AS SELECT a, c FROM inner_
ALTER TABLE t MODIFY c varchar(40) NOT NULL COMMENT 'wide'
ALTER TABLE t DROP COLUMN c
ALTER TABLE t ADD COLUMN c int
RENAME TABLE parent TO elders
RENAME TABLE elders TO parent, t TO child, child TO t
CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1
CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW FOLLOWS f SET NEW.b = 2
DROP TRIGGER f
CREATE FUNCTION unit() RETURNS int DETERMINISTIC RETURN 1
CREATE VIEW calling AS SELECT unit() AS it
DROP FUNCTION UNIT
CREATE PROCEDURE changes() ALTER TABLE t ADD COLUMN d int
CALL changes()
PREPARE made FROM 'CREATE TABLE prepared (a int)'
EXECUTE made
DEALLOCATE PREPARE made
/*!40000 ALTER TABLE prepared ADD COLUMN b int */
DROP PROCEDURE IF EXISTS Changes
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1
DROP EVENT E
CREATE TEMPORARY TABLE t (z int)
DROP TEMPORARY TABLE t
SET sql_mode = 'ANSI_QUOTES'
ALTER TABLE "t" ADD COLUMN "quoted" int
DROP INDEX "i" ON "parent"
SET sql_mode = DEFAULT
CREATE TABLE liked LIKE t
CREATE TABLE copied AS SELECT * FROM parent
TRUNCATE TABLE copied
ALTER TABLE copied CONVERT TO CHARACTER SET latin1
OPTIMIZE TABLE copied
CREATE TABLE `a b` (a int) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (9))
ALTER TABLE `a b` ADD PARTITION (PARTITION q VALUES LESS THAN (99))
CREATE TABLE `ü` (a int)
ALTER TABLE `ü` RENAME TO `u-1`
DROP TABLE t
CREATE TABLE t (a int, c int)
DROP VIEW outer_
ALTER TABLE parent ENGINE = InnoDB, FORCE
DROP TABLE IF EXISTS liked, missing, `u-1`
LOCK TABLES parent WRITE
ALTER TABLE parent ADD COLUMN locked int
UNLOCK TABLES
BEGIN
ALTER TABLE parent ADD COLUMN committed int
ROLLBACK
""".strip().splitlines()
OF_MARIADB = """
CREATE SEQUENCE s INCREMENT BY 2
CREATE TABLE numbered (a int DEFAULT NEXT VALUE FOR s)
SET STATEMENT lock_wait_timeout = 5 FOR ALTER TABLE numbered ADD COLUMN b int
ALTER SEQUENCE s INCREMENT BY 3
EXECUTE IMMEDIATE 'CREATE TABLE at_once (a int)'
CREATE OR REPLACE TABLE at_once (b int)
CREATE TABLE spans (a date, b date, PERIOD FOR p (a, b))
ALTER TABLE numbered ADD SYSTEM VERSIONING
BEGIN NOT ATOMIC CREATE TABLE compound (a int); END
DROP TABLE numbered
DROP SEQUENCE s
""".strip().splitlines()


def facts(look: Sighting) -> tuple[object, ...]:
    return look.schema, dict(look.handles), dict(look.storage)


def run(connection: MysqlConnection, statements: list[str]) -> None:
    for each in statements:
        with suppress(StatementFailed):
            connection.execute(each)


def test_renewed_look_equals_a_whole_one_after_every_kind_of_statement(
    mysql: MysqlConnection,
) -> None:
    look = DIALECT.sight(mysql)
    for statement in (*STATEMENTS, *(OF_MARIADB if "MariaDB" in mysql.title else ())):
        mysql.execute(statement)
        look = DIALECT.sight(mysql, look)

        assert facts(DIALECT.sight(mysql)) == facts(look), statement


@settings(max_examples=12, deadline=None)
@given(
    several=st.lists(
        st.lists(st.sampled_from([*STATEMENTS, *OF_MARIADB]), min_size=1, max_size=5),
        min_size=1,
        max_size=5,
    )
)
def test_renewed_look_equals_a_whole_one_after_any_statements(
    mysql_server: MysqlServer, several: list[list[str]]
) -> None:
    with mysql_server.database() as connection:
        run(connection, STATEMENTS[:9])
        look = DIALECT.sight(connection)
        for statements in several:
            run(connection, statements)
            look = DIALECT.sight(connection, look)

            assert facts(DIALECT.sight(connection)) == facts(look)


@pytest.mark.parametrize("others", [0, 40])
def test_a_look_asks_of_what_a_statement_touched(mysql: MysqlConnection, others: int) -> None:
    run(mysql, STATEMENTS[:2])
    for number in range(others):
        mysql.execute(f"CREATE TABLE other_{number} LIKE parent")
    before = DIALECT.sight(mysql)
    mysql.execute("ALTER TABLE t ADD COLUMN d bigint, ADD KEY (d)")
    was = asked(mysql)

    after = DIALECT.sight(mysql, before)

    # The session's counts and place, the catalogue, SHOW CREATE TABLE, the ids.
    assert 14 >= asked(mysql) - was
    assert ["index t.d", "column t.d"] == [str(e.identity) for e in compare(before, after).changes]


def asked(connection: MysqlConnection) -> int:
    """How many questions the server has answered to all sessions, this one included."""
    ((_, questions),) = connection.query("SHOW GLOBAL STATUS LIKE 'Questions'")
    return int(str(questions))


def test_a_view_whose_function_is_gone_stays_a_view(mysql: MysqlConnection) -> None:
    run(mysql, ["CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1"])
    run(mysql, ["CREATE VIEW broken AS SELECT f() AS it", "CREATE VIEW fine AS SELECT 1 AS one"])
    mysql.execute("DROP FUNCTION f")

    views = DIALECT.inspect(mysql).of_type(View)

    assert {
        "broken": "VIEW `broken` AS select `f`() AS `it`",
        "fine": "VIEW `fine` AS select 1 AS `one`",
    } == {each.name: each.definition for each in views}


def observed(connection: MysqlConnection, sql: str) -> Observation:
    before = DIALECT.sight(connection)
    connection.execute(sql)
    return compare(before, DIALECT.sight(connection, before))


@pytest.mark.parametrize("name", ["users", "a b", "x-1"])
def test_a_rename_is_seen_as_one(mysql: MysqlConnection, name: str) -> None:
    mysql.execute(f"CREATE TABLE `{name}` (a int)")

    (change,) = observed(mysql, f"RENAME TABLE `{name}` TO people").changes

    assert isinstance(change, Rename)
    assert (name, "people") == (change.old.identity.name, change.identity.name)


def test_a_table_that_is_written_again_is_seen(mysql: MysqlConnection) -> None:
    mysql.execute("CREATE TABLE t (a int)")

    quick = observed(mysql, "ALTER TABLE t ALGORITHM=INSTANT, ADD COLUMN b int")
    slow = observed(mysql, "ALTER TABLE t MODIFY a bigint")

    assert [Identity("column", "", "b", "t")] == [
        each.identity for each in quick.changes if isinstance(each, Create)
    ]
    assert () == quick.rewritten
    assert (Identity("table", "", "t"),) == slow.rewritten


def test_an_account_without_process_sees_no_ids_and_no_error(mysql_server: MysqlServer) -> None:
    with connect(mysql_server.admin) as admin:
        admin.execute("CREATE USER plain@localhost IDENTIFIED BY 'p'")
        admin.execute(r"GRANT ALL ON `schema\_ci\_%`.* TO plain@localhost")
    try:
        url = f"mysql://plain:p@/?socket={mysql_server.admin.socket}"
        with existing_mysql(url) as server, server.database() as connection:
            connection.execute("CREATE TABLE t (a int)")
            seen = DIALECT.sight(connection)
    finally:
        with connect(mysql_server.admin) as admin:
            admin.execute("DROP USER plain@localhost")

    assert {} == seen.handles
    assert [Identity("table", "", "t")] == [each.identity for each in seen.schema.objects]
