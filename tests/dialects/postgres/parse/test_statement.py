from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    Alone,
    AlterColumnType,
    AlterObject,
    AlterTable,
    AttachPartition,
    Cluster,
    CreateIndex,
    CreateObject,
    CreateTable,
    CreateView,
    Data,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropObject,
    DropSchema,
    DropTable,
    LockTable,
    Operation,
    Other,
    Refresh,
    Reindex,
    RenameColumn,
    RenameObject,
    RenameTable,
    Repeated,
    SearchPath,
    SetNotNull,
    Setting,
    Target,
    Transaction,
    Unparsed,
    Vacuum,
    ValidateConstraint,
)
from ci_runner.dialects.postgres.parse.nodes import text
from ci_runner.dialects.postgres.parse.parsed import statements
from ci_runner.dialects.postgres.parse.statement import never_null, parse
from ci_runner.dialects.postgres.parse.tree import LONGEST, ORDINARY_LENGTH, library, tree

T = Target("", "t")

ONE = {
    'DROP TABLE IF EXISTS "A".b CASCADE': DropTable(Target("A", "b"), cascade=True),
    "DROP SCHEMA s CASCADE": DropSchema("s", cascade=True),
    "DROP INDEX CONCURRENTLY app.i": DropIndex(Target("app", "i"), concurrently=True),
    "DROP VIEW v": DropObject("view", Target("", "v")),
    "ALTER TABLE t DROP COLUMN a": DropColumn(T, "a"),
    "ALTER TABLE t RENAME TO u": RenameTable(T, "u"),
    "ALTER TABLE t RENAME a TO b": RenameColumn(T, "a", "b"),
    "ALTER VIEW t RENAME COLUMN a TO b": RenameObject("column", T, "b", was="a"),
    "ALTER TYPE t RENAME VALUE 'a' TO 'b'": RenameObject("enum value", T, "b", was="a"),
    "ALTER TABLE t RENAME CONSTRAINT c TO d": RenameObject("constraint", Target("", "c"), "d", T),
    "ALTER SCHEMA s RENAME TO r": RenameObject("schema", Target("", "s"), "r"),
    "ALTER INDEX app.i RENAME TO j": RenameObject("index", Target("app", "i"), "j"),
    "ALTER TYPE t ADD VALUE 'a' BEFORE 'b'": AlterObject("type", T, "ADD VALUE", "a"),
    "ALTER TYPE t ADD ATTRIBUTE a int": AlterObject("type", T, "ADD ATTRIBUTE", "a"),
    "ALTER DOMAIN t ADD CHECK (VALUE > 0) NOT VALID": AlterObject(
        "domain", T, "ADD CONSTRAINT", not_valid=True
    ),
    "ALTER DOMAIN t SET NOT NULL": AlterObject("domain", T, "SET NOT NULL"),
    "ALTER SEQUENCE t RESTART": AlterObject("sequence", T, "RESTART"),
    "ALTER VIEW t SET SCHEMA s": AlterObject("view", T, "SET SCHEMA", "s"),
    "DROP TRIGGER g ON app.t": DropObject("trigger", Target("", "g"), table=Target("app", "t")),
    "DROP FUNCTION app.f(int) CASCADE": DropObject("function", Target("app", "f"), cascade=True),
    "CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()": CreateObject(
        "trigger", Target("", "g"), table=T
    ),
    "CREATE OR REPLACE FUNCTION t() RETURNS int LANGUAGE sql RETURN 1": CreateObject(
        "function", T, replace=True
    ),
    "ALTER TABLE t DROP CONSTRAINT c CASCADE": DropConstraint(T, "c", cascade=True),
    "ALTER TABLE t ALTER a DROP NOT NULL": AlterTable(T, "DROP NOT NULL", "a"),
    "ALTER TABLE t ALTER a SET DEFAULT 1": AlterTable(T, "SET DEFAULT", "a", "1"),
    "ALTER TABLE t ALTER a DROP DEFAULT": AlterTable(T, "DROP DEFAULT", "a"),
    "ALTER TABLE t SET SCHEMA s": AlterTable(T, "SET SCHEMA", value="s"),
    "ALTER TABLE t DISABLE TRIGGER ALL": AlterTable(T, "DISABLE TRIGGER ALL"),
    "ALTER TABLE t ATTACH PARTITION p DEFAULT": AttachPartition(T, Target("", "p")),
    "ALTER TABLE t DETACH PARTITION p": DetachPartition(T, Target("", "p")),
    "ALTER TABLE t ADD CONSTRAINT n NOT NULL a": SetNotNull(T, "a"),
    "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID": AddConstraint(
        T, "check", "n", ("a",), not_valid=True, never_null=("a",)
    ),
    "CREATE TABLE t PARTITION OF app.p DEFAULT": CreateTable(T, partition_of=Target("app", "p")),
    "CREATE TABLE IF NOT EXISTS t (a int)": CreateTable(T, if_not_exists=True),
    "ALTER TABLE t ALTER a SET NOT NULL": SetNotNull(T, "a"),
    "ALTER TABLE t ALTER a TYPE varchar(20)": AlterColumnType(T, "a", "varchar(20)"),
    "ALTER TABLE t ALTER a TYPE int USING a::text::int": AlterColumnType(T, "a", "int4"),
    "ALTER TABLE t ALTER a TYPE int USING f(a)": AlterColumnType(T, "a", "int4", computed=True),
    "ALTER TABLE t ALTER a TYPE timestamptz(3)": AlterColumnType(T, "a", "timestamptz(3)"),
    "ALTER TABLE t ALTER a TYPE interval(3)": AlterColumnType(T, "a", "interval(32767,3)"),
    "ALTER TABLE t ALTER a TYPE app.mood[]": AlterColumnType(T, "a", "mood[]"),
    "ALTER TABLE t ADD UNIQUE (a, b)": AddConstraint(T, "unique", columns=("a", "b")),
    "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX i": AddConstraint(
        T, "unique", "k", using_index=True
    ),
    "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID": AddConstraint(
        T, "check", "c", not_valid=True
    ),
    "ALTER TABLE t ADD CHECK (a > 0) NOT ENFORCED": AddConstraint(T, "check", not_valid=True),
    "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES app.p": AddConstraint(
        T, "foreign key", columns=("a",), references=Target("app", "p")
    ),
    "CREATE TABLE t (a int)": CreateTable(T),
    "CREATE TEMP TABLE t (a int)": CreateTable(T, temporary=True),
    "CREATE TABLE t AS SELECT 1": CreateTable(T),
    "SELECT 1 INTO t": CreateTable(T),
    "CREATE OR REPLACE VIEW v AS SELECT 1": CreateView(Target("", "v"), replace=True),
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY t (a, lower(b))": CreateIndex(
        T, "i", concurrently=True, unique=True, if_not_exists=True, only=True, columns=("a",)
    ),
    "REINDEX TABLE CONCURRENTLY t": Reindex("table", T, concurrently=True),
    "REINDEX (CONCURRENTLY false) TABLE t": Reindex("table", T),
    "REINDEX SCHEMA s": Reindex("schema", Target("", "s")),
    "ALTER TABLE t DETACH PARTITION p CONCURRENTLY": DetachPartition(
        T, Target("", "p"), concurrently=True
    ),
    "REFRESH MATERIALIZED VIEW t WITH NO DATA": Refresh(T, with_data=False),
    "VACUUM (FULL false) t": Vacuum(T),
    "VACUUM FULL": Vacuum(full=True),
    "CLUSTER t": Cluster(T),
    "LOCK TABLE t IN SHARE MODE": LockTable(T, "SHARE"),
    "ALTER SYSTEM SET work_mem = '1GB'": Alone("ALTER SYSTEM"),
    "SET LOCAL lock_timeout = '2s'": Setting("lock_timeout", "2s", local=True),
    "RESET lock_timeout": Setting("lock_timeout", ""),
    "TRUNCATE t CASCADE": Data("TRUNCATE", T, everywhere=True, cascade=True),
    "UPDATE t SET a = 1 WHERE 1 = 1": Data(
        "UPDATE", T, everywhere=True, columns=("a",), fills=("a",)
    ),
    "UPDATE t SET a = 1, b = NULL, c[1] = 2": Data(
        "UPDATE", T, everywhere=True, columns=("a", "b"), fills=("a",)
    ),
    "UPDATE t SET a = 1, b = 2, c = 3 WHERE a IS NULL OR t.b IS NULL": Data(
        "UPDATE", T, columns=("a", "b", "c"), fills=("a", "b")
    ),
    "UPDATE t SET a = 1 WHERE a IS NULL AND id < 9": Data("UPDATE", T, columns=("a",)),
    "UPDATE t SET a = 1 FROM u WHERE a IS NULL": Data("UPDATE", T, columns=("a",)),
    "UPDATE t SET a = 1 WHERE a IS NOT NULL": Data("UPDATE", T, columns=("a",)),
    "UPDATE t SET a = 1 WHERE b": Data("UPDATE", T, columns=("a",)),
    "DELETE FROM t USING s WHERE true": Data("DELETE", T, everywhere=True),
    "DELETE FROM t WHERE NOT false": Data("DELETE", T, everywhere=True),
    "DELETE FROM t WHERE NOT a": Data("DELETE", T),
    "DELETE FROM t WHERE a = a": Data("DELETE", T, everywhere=True),
    "DELETE FROM t WHERE a = b": Data("DELETE", T),
    "CALL f()": Unparsed("what it runs is not in its text"),
    "EXECUTE f": Unparsed("what it runs is not in its text"),
    "INSERT INTO t (a, b) VALUES (1, 2)": Data("INSERT", T, columns=("a", "b")),
    "COPY t TO STDOUT": Other("copy_stmt"),
    "START TRANSACTION": Transaction("begin"),
    "END": Transaction("commit"),
    "ROLLBACK": Transaction("rollback"),
    "SAVEPOINT a": Other("TRANS_STMT_SAVEPOINT"),
    "DELETE FROM t": Data("DELETE", T, everywhere=True),
    "COPY t FROM STDIN": Data("COPY", T),
    "ALTER TABLE t VALIDATE CONSTRAINT c": ValidateConstraint(T, "c"),
    "SET search_path TO app, public": SearchPath(("app", "public")),
    "SET search_path = ''": SearchPath(("",)),
    "RESET search_path": SearchPath(()),
    "DO $$ BEGIN END $$": Other("do_stmt"),
    "DROP TABEL t": Unparsed('syntax error at or near "TABEL"'),
}


@pytest.mark.parametrize("sql", ONE)
def test_one_statement_is_one_operation(sql: str) -> None:
    assert (ONE[sql],) == parse(sql)


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("CREATE INDEX ON t (a, b, a)", "a"),
        ("UPDATE t SET a = 1, b = 2, a = 3", "a"),
        ("INSERT INTO t (a, a) VALUES (1, 2)", "a"),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN UPDATE SET a = 1, a = 2", "a"),
        ("CREATE VIEW v AS SELECT 1, 2", "?column?"),
        ("CREATE TABLE t (a int, a text)", "a"),
        ("CREATE TABLE t (a int, PRIMARY KEY (a, a))", "a"),
        ("ALTER TABLE t ADD UNIQUE (b, b)", "b"),
    ],
)
def test_a_name_that_stands_there_twice_is_told(sql: str, name: str) -> None:
    assert [name] == [each.name for each in parse(sql) if isinstance(each, Repeated)]


def test_parts_of_a_column_may_be_set_in_one_statement() -> None:
    found = parse("UPDATE t SET a[1] = 1, a[2] = 2, b.c = 3, b.d = 4")

    assert [] == [each for each in found if isinstance(each, Repeated)]


def test_an_added_column_carries_its_default_and_the_functions_called_in_it() -> None:
    found = parse("ALTER TABLE t ADD a timestamptz NOT NULL DEFAULT pg_catalog.NOW() - age(now())")

    assert (
        AddColumn(
            T,
            "a",
            "timestamptz",
            not_null=True,
            default="pg_catalog.now() - age(now())",
            default_calls=("now", "age"),
        ),
    ) == found


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("a bigserial", AddColumn(T, "a", "bigserial", serial=True)),
        ("a int GENERATED ALWAYS AS IDENTITY", AddColumn(T, "a", "int4", serial=True)),
        ("a int GENERATED ALWAYS AS (b) STORED", AddColumn(T, "a", "int4", generated="stored")),
        ("a int GENERATED ALWAYS AS (b)", AddColumn(T, "a", "int4", generated="virtual")),
    ],
)
def test_what_fills_an_added_column_is_told(column: str, expected: AddColumn) -> None:
    assert (expected,) == parse(f"ALTER TABLE t ADD COLUMN {column}")


def test_inline_constraints_are_operations_of_their_own() -> None:
    _, *found = parse("ALTER TABLE t ADD a int UNIQUE CHECK (a > 0) CONSTRAINT f REFERENCES p (id)")

    expected: list[Operation] = [
        AddConstraint(T, "unique", columns=("a",), inline=True),
        AddConstraint(T, "check", columns=("a",), inline=True),
        AddConstraint(T, "foreign key", "f", ("a",), references=Target("", "p"), inline=True),
    ]
    assert expected == found


def test_every_action_and_every_dropped_table_is_an_operation() -> None:
    assert 2 == len(parse("DROP TABLE a, b"))
    assert 3 == len(parse("ALTER TABLE t DROP a, DROP b, ADD c int"))


def test_nothing_is_no_operation() -> None:
    assert () == parse("-- only a comment")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1\0; DROP TABLE t",
        "SELECT '\udc80'",
        "SELECT " + "(" * 100_000,
        "SELECT " + "+".join(["1"] * 300),
        "SELECT " + "x" * 100_000,
    ],
    ids=["nul", "surrogate", "open brackets", "deep tree", "long"],
)
def test_what_cannot_be_read_is_unparsed(sql: str) -> None:
    (found,) = parse(sql)

    assert isinstance(found, Unparsed)


@pytest.mark.parametrize("terms", [ORDINARY_LENGTH // 2, LONGEST // 2 - 10])
def test_a_long_chain_of_operators_does_not_end_the_process(terms: int) -> None:
    program = (
        "from ci_runner.dialects.postgres.parse.statement import parse\n"
        f"print(parse('SELECT ' + '+'.join('1' * {terms})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert (0, "(Unparsed(reason='nested too deeply'),)\n") == (done.returncode, done.stdout)


def test_a_huge_insert_is_still_data() -> None:
    rows = ", ".join(["(1 + 1, 'x')"] * 200_000)

    assert (Data("INSERT"),) == parse(f"INSERT INTO t VALUES {rows}")


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("CHECK ((a IS NOT NULL))", ("a",)),
        ("CHECK (((b > 0) AND (a IS NOT NULL) AND (c IS NOT NULL))) NOT VALID", ("a", "c")),
        ("CHECK (((a IS NOT NULL) OR (b > 0)))", ()),
        ("CHECK ((NOT (a IS NOT NULL)))", ()),
        ("CHECK ((a IS NULL))", ()),
        ("CHECK ((lower(a) IS NOT NULL))", ()),
        ("EXCLUDE what", ()),
    ],
)
def test_a_check_proves_columns_not_null(definition: str, expected: tuple[str, ...]) -> None:
    assert expected == never_null(definition)


LITERALS = st.sampled_from(["1", "-2.50", "'a'", "'it''s; (x), '", "''", "NULL", "true", "DEFAULT"])
ROWS = st.lists(st.lists(LITERALS, min_size=1, max_size=3), min_size=2, max_size=5)


@settings(deadline=None)
@given(ROWS, st.sampled_from([", ", ",\n", " ,"]))
def test_a_row_of_literals_stands_for_those_behind_it(rows: list[list[str]], comma: str) -> None:
    head = 'INSERT INTO app."T" (a, b) VALUES '
    lines = [f"({comma.join(row)})" for row in rows]

    assert tree(head + lines[0]) == tree(head + comma.join(lines))


@pytest.mark.parametrize(
    "more",
    [
        "(1 + 1)",
        "(f())",
        "(e'a')",
        "('a\\b')",
        "(1::int)",
        "(1) ON CONFLICT DO NOTHING",
        "(1)(",
        "(1_)",
    ],
)
def test_rows_with_more_than_plain_literals_are_all_read(more: str) -> None:
    assert tree("INSERT INTO t VALUES (1)") != tree(f"INSERT INTO t VALUES (1), {more}")


def test_many_rows_of_literals_are_read_whatever_their_number() -> None:
    sql = f"INSERT INTO t (a) VALUES {', '.join(['(1)'] * LONGEST)}"

    assert (Data("INSERT", T, columns=("a",)),) == parse(sql)


@pytest.mark.parametrize(
    "constant",
    [
        "1",
        "-1",
        "2147483648",
        "1.50",
        "'a'",
        "'it''s'",
        "E'a\\\\b'",
        "E'\\n'",
        "''",
        "true",
        "NULL",
    ],
)
def test_a_constant_is_written_as_the_parsers_own_writer_does(constant: str) -> None:
    (select,) = statements(f"SELECT {constant}")

    assert library().deparse(library().parse(f"SELECT {constant}")) == (
        f"SELECT {text(select.node.target_list[0].res_target.val)}"
    )
