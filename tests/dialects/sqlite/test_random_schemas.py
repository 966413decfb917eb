"""Random pairs of small schemas: every plan keeps the laws and the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.migrations.statements import split
from tests.dialects.sqlite.judge import judge

TABLES = ("t", "U", "order", "x y", 'q"q')
COLUMNS = ("a", "B", "group", "c d", "e1", "é")

RULES = (
    "",
    "NOT NULL",
    "DEFAULT 3",
    "NOT NULL DEFAULT '7'",
    "DEFAULT (1 + 2)",
    "COLLATE nocase",
    "UNIQUE",
    "CONSTRAINT odd CHECK ({0} <> 5)",
    "CHECK ({0} IS NOT 'five' OR {0} > 9)",
    "DEFAULT current_timestamp",
)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Drawn:
    """One table's text, with its name and its plain columns."""

    name: str
    columns: tuple[str, ...]
    sql: str


@st.composite
def tables(draw: st.DrawFn, name: str) -> Drawn:
    strict = draw(st.booleans())
    types = (
        ["INT", "TEXT", "ANY", "REAL"] if strict else ["", "int", "VARCHAR(9)", "my type", "BLOB"]
    )
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=4, unique=True))
    key = draw(st.sampled_from(["none", "rowid", "autoincrement", "descending", "text", "pair"]))
    lines = []
    if key in {"rowid", "autoincrement", "descending"}:
        words = {"autoincrement": " AUTOINCREMENT", "descending": " DESC"}.get(key, "")
        lines.append(f"id INTEGER PRIMARY KEY{words}")
    elif key == "text":
        lines.append("id TEXT PRIMARY KEY NOT NULL")
    for column in names:
        type_ = draw(st.sampled_from(types))
        rule = draw(st.sampled_from(RULES)).format(quoted(column))
        lines.append(f"{quoted(column)} {type_} {rule}")
    if draw(st.integers(0, 3)) == 0:
        kind = draw(st.sampled_from(["VIRTUAL", "STORED"]))
        lines.append(
            f"made {'TEXT' if strict else ''} AS (lower({quoted(names[0])}) || 'x') {kind}"
        )
    if draw(st.integers(0, 2)) == 0:
        parent = draw(st.sampled_from(TABLES))
        action = draw(st.sampled_from(["", "ON DELETE CASCADE", "ON UPDATE SET NULL"]))
        lines.append(f"ref INT REFERENCES {quoted(parent)} {action}")
    if key == "pair":
        lines.append(f"PRIMARY KEY ({', '.join(map(quoted, names[:2]))})")
    if draw(st.integers(0, 3)) == 0 and len(names) > 1:
        lines.append(f"UNIQUE ({quoted(names[0])} DESC, {quoted(names[1])})")
    options = ["STRICT"] if strict else []
    if key in {"text", "pair"} and draw(st.booleans()):
        options.append("WITHOUT ROWID")
    text = f"CREATE TABLE {quoted(name)} ({', '.join(lines)}) {', '.join(options)}"
    return Drawn(name, tuple(names), text)


@st.composite
def statements(draw: st.DrawFn) -> list[str]:
    chosen = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique=True))
    drawn = [draw(tables(name)) for name in chosen]
    found = [each.sql for each in drawn]
    for number, each in enumerate(drawn):
        table, column = quoted(each.name), quoted(each.columns[0])
        first = quoted(drawn[0].name)
        body = f"BEGIN DELETE FROM {first} WHERE CASE WHEN 1 THEN 0 END; END"
        extras = (
            f"INDEX i{number} ON {table} ({column} DESC)",
            f"INDEX e{number} ON {table} (lower({column}), {column} COLLATE NOCASE)",
            f"INDEX p{number} ON {table} ({column}) WHERE {column} IS NOT NULL",
            f"VIEW v{number} AS SELECT {column}, {column}+1 AS Next FROM {table}",
            f"VIEW s{number} AS SELECT {column} FROM {table} UNION SELECT count( * ) FROM {first}",
            f"VIRTUAL TABLE f{number} USING fts5 (a{number}, b, content='')",
            f"TRIGGER g{number} AFTER INSERT ON {table} WHEN new.{column} = 'never' {body}",
            f"TRIGGER h{number} AFTER UPDATE ON {table} BEGIN INSERT INTO missing VALUES (1); END",
            f"VIEW b{number} AS SELECT nope FROM {table}",
        )
        more = draw(st.lists(st.sampled_from(extras), max_size=2, unique=True))
        found += [f"CREATE {each}" for each in more]
    return found


def script(several: list[str]) -> str:
    return "".join(f"{each};\n" for each in several)


def schemas() -> st.SearchStrategy[str]:
    return statements().map(script)


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str]:
    """A schema, and what remains of it where some rules and objects go."""
    old = draw(statements())
    new = []
    for each in old:
        is_table = each.startswith("CREATE TABLE")
        match draw(st.sampled_from(["keep", "keep", "keep", "drop", "loosen"])):
            case "drop" if not is_table:
                continue
            case "loosen" if is_table:
                new.append(each.replace(" NOT NULL", "").replace(" COLLATE nocase", ""))
            case _:
                new.append(each)
    return script(old), script(new)


@settings(
    deadline=None,
    max_examples=90,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(schemas(), schemas())
def test_any_schema_becomes_any_other_and_keeps_its_rows(old: str, new: str) -> None:
    assert [] == judge(old, new, Counter())


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(edits(), st.booleans())
def test_an_edited_schema_is_reached_there_and_back(
    pair: tuple[str, str],
    back: bool,
) -> None:
    assert [] == judge(*(pair[::-1] if back else pair), Counter())


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(schemas())
def test_a_schema_needs_no_plan_to_itself(schema: str) -> None:
    assert [] == judge(schema, schema.replace(",", " /* , */ ,\n"), Counter(), empty=True)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(schemas())
def test_inspected_sql_loads_to_the_same_model(schema: str) -> None:
    with connect(":memory:") as connection, connect(":memory:") as again:
        for statement in split(schema, "schema.sql", DIALECT.syntax):
            connection.execute(statement.text)
        found = DIALECT.inspect(connection)
        for planned in DIALECT.create(found):
            again.execute(planned.sql)

        assert found == DIALECT.inspect(again)
