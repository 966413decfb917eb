"""The queries that hazards show find what is in the way of a statement, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres import DIALECT


@dataclass(frozen=True)
class Rule:
    """What a table comes to ask, rows that it lets in, and one row more that it does not."""

    says: str
    asks: str
    fits: str
    offends: str


T = """
CREATE TABLE other (id integer PRIMARY KEY, "B" integer, UNIQUE (id, "B"));
CREATE TABLE t (a integer, "B" integer, c int4range);
INSERT INTO other VALUES (1, 1);
"""
RULES = (
    Rule("is NULL", "ALTER TABLE t ALTER a SET NOT NULL", "(1, NULL)", "(NULL, 1)"),
    Rule("violates it", 'ALTER TABLE t ADD CHECK ("B" > a)', "(1, 2), (1, NULL)", "(2, 1)"),
    Rule(
        "values repeat",
        'ALTER TABLE t ADD UNIQUE (a, "B")',
        "(1, NULL), (1, NULL), (1, 1)",
        "(1, 1)",
    ),
    Rule(
        "values repeat", "ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a)", "(NULL, 1)", "(NULL, 2)"
    ),
    Rule("values repeat", "ALTER TABLE t ADD PRIMARY KEY (a)", "(1, 1)", "(1, 2)"),
    Rule("value is NULL", "ALTER TABLE t ADD PRIMARY KEY (a)", "(1, 1)", "(NULL, 1)"),
    Rule(
        "values repeat",
        'CREATE UNIQUE INDEX ON t ((a % 2)) WHERE "B" > 0',
        "(1, 0), (1, 1)",
        "(3, 1)",
    ),
    Rule(
        "no counterpart",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES other",
        "(1, 5), (NULL, 5)",
        "(2, 5)",
    ),
    Rule(
        "no counterpart",
        'ALTER TABLE t ADD FOREIGN KEY (a, "B") REFERENCES other (id, "B")',
        "(1, 1), (7, NULL)",
        "(1, 2)",
    ),
    Rule(
        "no counterpart",
        'ALTER TABLE t ADD FOREIGN KEY (a, "B") REFERENCES other (id, "B") MATCH FULL',
        "(1, 1), (NULL, NULL)",
        "(1, NULL)",
    ),
    Rule(
        "rows conflict",
        """ALTER TABLE t ADD EXCLUDE USING gist
           (int4range("B", "B" + 2) WITH &&, c range_ops WITH &&) WHERE (a <> 7) DEFERRABLE""",
        "(1, 1, '[1,3)'), (1, 2, '[3,4)'), (7, 1, '[1,2)')",
        "(1, 2, '[2,3)')",
    ),
)


# Of ranges, so that no extension has to say how integers go into a GiST index.
PERIODS = """
CREATE TABLE known (id int4range, at int4range, UNIQUE (id, at WITHOUT OVERLAPS));
CREATE TABLE t (a int4range, c int4range);
INSERT INTO known VALUES ('[1,2)', '[1,3)'), ('[1,2)', '[3,4)');
"""
OF_PERIODS = (
    Rule(
        "values overlap",
        "ALTER TABLE t ADD UNIQUE (a, c WITHOUT OVERLAPS)",
        "('[1,2)', '[1,3)'), ('[1,2)', '[3,4)'), ('[2,3)', '[1,3)')",
        "('[1,2)', '[2,9)')",
    ),
    Rule(
        "no counterpart",
        "ALTER TABLE t ADD FOREIGN KEY (a, PERIOD c) REFERENCES known (id, PERIOD at)",
        "('[1,2)', '[2,4)'), (NULL, '[7,9)')",
        "('[1,2)', '[2,5)')",
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda each: each.asks.replace("\n", " "))
def test_a_query_finds_the_rows_in_the_way_and_no_others(
    rule: Rule, postgres_server: PostgresServer
) -> None:
    is_found(postgres_server, T, rule)


@pytest.mark.parametrize("rule", OF_PERIODS, ids=lambda each: each.asks)
def test_a_query_finds_what_periods_refuse(rule: Rule, newest_server: PostgresServer) -> None:
    is_found(newest_server, PERIODS, rule)


def is_found(server: PostgresServer, start: str, rule: Rule) -> None:
    with server.database() as left, server.database() as right:
        left.execute(start)
        right.execute(f"{start} {rule.asks}")
        *before, planned = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right))
        (query,) = (each for each in planned.hazards if rule.says in each)
        query = query.split(": ", 1)[1]
        left.execute(f"INSERT INTO t VALUES {rule.fits}")

        assert {0} >= {row[-1] for row in left.query(query)}
        left.execute("BEGIN")
        for each in (*before, planned):
            left.execute(each.sql)
        left.execute("ROLLBACK")
        left.execute(f"INSERT INTO t VALUES {rule.offends}")
        assert [True] == [row[-1] != 0 for row in left.query(query)]
        with pytest.raises(StatementFailed):
            left.execute(";".join(each.sql for each in (*before, planned)))
