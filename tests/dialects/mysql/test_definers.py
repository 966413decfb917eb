"""To whom views and programs belong: left alone, or compared where owners are."""

from __future__ import annotations

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import USUAL, PlanOptions
from ci_runner.dialects.mysql import DIALECT
from tests.dialects.mysql.laws import load, run

COMPARED = PlanOptions(leave=frozenset({"column order"}))
SCHEMA = """
CREATE TABLE t (a int);
CREATE ALGORITHM = MERGE {0} SQL SECURITY INVOKER VIEW v AS SELECT a FROM t;
CREATE {0} TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = {1};
CREATE {0} PROCEDURE p() SELECT {1};
CREATE {0} FUNCTION f(x int) RETURNS int DETERMINISTIC RETURN {1};
CREATE {0} EVENT e ON SCHEDULE EVERY 1 DAY DO SET @a = {1};
"""
OTHER = "DEFINER = `jo``e`@`%`"


def test_another_definer_is_no_difference_unless_owners_are_compared(
    mysql_superuser_server: MysqlServer,
) -> None:
    with mysql_superuser_server.database() as left, mysql_superuser_server.database() as right:
        load(left, SCHEMA.format(OTHER, 1), "old.sql")
        load(right, SCHEMA.format("", 1), "new.sql")
        old, new = DIALECT.inspect(left), DIALECT.inspect(right)

        assert () == DIALECT.plan(old, new, USUAL)
        plan = DIALECT.plan(old, new, COMPARED)
        run(left, ";\n".join(each.sql for each in plan))

        assert new == DIALECT.inspect(left)


def test_what_is_made_again_keeps_its_own(mysql_superuser_server: MysqlServer) -> None:
    with (
        mysql_superuser_server.database() as left,
        mysql_superuser_server.database() as right,
        mysql_superuser_server.database() as goal,
    ):
        load(left, SCHEMA.format(OTHER, 1), "old.sql")
        load(right, SCHEMA.format("", 2), "new.sql")
        load(goal, SCHEMA.format(OTHER, 2), "goal.sql")

        plan = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right), USUAL)
        run(left, ";\n".join(each.sql for each in plan))

        assert DIALECT.inspect(goal) == DIALECT.inspect(left)
        assert () == DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right), USUAL)
