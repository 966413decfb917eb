"""The rows in the way of a statement of PostgreSQL are those that the server stumbles over."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres import DIALECT

SETUP = """
CREATE TABLE parent (id int PRIMARY KEY, "Other" int UNIQUE);
INSERT INTO parent VALUES (1, 10), (2, NULL);
CREATE TABLE t (a int, "b c" int, d text);
INSERT INTO t VALUES (1, 1, 'x'), (1, NULL, 'x'), (3, 1, NULL), (NULL, 3, 'y');
ALTER TABLE t ADD CONSTRAINT later CHECK (a <> 3) NOT VALID;
ALTER TABLE t ADD CONSTRAINT kin FOREIGN KEY ("b c") REFERENCES parent NOT VALID;
"""


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("ALTER TABLE t ALTER d SET NOT NULL", [1]),
        ('ALTER TABLE public.t ALTER a SET NOT NULL, ALTER "b c" SET NOT NULL', [1, 1]),
        ("ALTER TABLE t ADD e int NOT NULL", [4]),
        ("ALTER TABLE t ADD e int PRIMARY KEY", [4]),
        ("ALTER TABLE t ADD CHECK (a < 3)", [1]),
        ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)", [1]),
        ("ALTER TABLE t ADD PRIMARY KEY (a)", [1, 1]),
        ('CREATE UNIQUE INDEX ON t ("b c")', [1]),
        ("CREATE UNIQUE INDEX ON t (d) WHERE a = 1", [1]),
        ("CREATE UNIQUE INDEX CONCURRENTLY twice ON t (a)", [1]),
        ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES parent", [1]),
        ('ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES parent ("Other")', [3]),
        ("ALTER TABLE t VALIDATE CONSTRAINT later", [1]),
        ("ALTER TABLE ONLY public.t VALIDATE CONSTRAINT kin", [1]),
    ],
)
def test_rows_that_stop_a_statement_are_counted(
    postgres_server: PostgresServer, sql: str, rows: list[int]
) -> None:
    with postgres_server.database() as connection:
        connection.execute(SETUP)
        found = DIALECT.obstacles(sql, DIALECT.inspect(connection))
        counted = [int(str(connection.query(each.query)[0][0])) for each in found]

        with pytest.raises(StatementFailed):
            connection.execute(sql)

    assert rows == counted


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE t ADD e int",
        "ALTER TABLE t ADD e int NOT NULL DEFAULT 1",
        "ALTER TABLE t ADD e bigserial NOT NULL",
        "ALTER TABLE t ADD CHECK (a < 3) NOT VALID",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES parent NOT VALID",
        "CREATE INDEX ON t (a)",
        "CREATE UNIQUE INDEX ON t (d) WHERE a = 3",
        'CREATE UNIQUE INDEX ON t (a, "b c", d)',
        "ALTER TABLE t ADD CHECK (a < 4 OR d IS NULL)",
        "CREATE TABLE fresh (a int UNIQUE NOT NULL)",
        "ALTER TABLE t VALIDATE CONSTRAINT nowhere",
    ],
)
def test_what_no_row_stops_has_none_in_its_way(postgres_server: PostgresServer, sql: str) -> None:
    with postgres_server.database() as connection:
        connection.execute(SETUP)
        found = DIALECT.obstacles(sql, DIALECT.inspect(connection))

        assert all(int(str(connection.query(each.query)[0][0])) == 0 for each in found)
        if "nowhere" not in sql:
            connection.execute(sql)
