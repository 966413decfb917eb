"""The laws on schemas that nobody thought of. SCHEMA_CI_EXAMPLES=200 tries that many pairs."""

from __future__ import annotations

import os
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_runner.devdb.mariadb import MysqlServer
from tests.dialects.mysql.laws import ORDERED, judge

EXAMPLES = int(os.environ.get("SCHEMA_CI_EXAMPLES", "6"))
TABLES = ("a", "b", "c")
COLUMNS = ("k", "l", "m", "n", "o")
# Types with the defaults that a column of each may get.
TYPES = {
    "int": ["5", "-1"],
    "bigint unsigned": ["0"],
    "varchar(20)": ["'it''s'", "'a\\\\b'", "''"],
    "varchar(70)": ["(concat('a', 'b'))"],
    "varchar(20) CHARACTER SET latin1": ["'é'"],
    "char(3) COLLATE utf8mb4_bin": ["'x'"],
    "varbinary(9)": ["0xff00", "'ab'"],
    "datetime(3)": ["current_timestamp(3)", "'2020-01-02 03:04:05.678'"],
    "timestamp NULL": ["current_timestamp ON UPDATE current_timestamp"],
    "decimal(7,2)": ["1.5"],
    "enum('x','y z')": ["'y z'"],
    "set('p','q')": ["'p,q'"],
    "bit(5)": ["b'101'"],
    "json": ["(json_array())"],
    "text": ["('t')"],
    "blob": [],
    "date": ["'2020-01-01'"],
}
ADDED = st.sampled_from(["", "", " NOT NULL", " COMMENT 'it''s'", " INVISIBLE"])
OPTIONS = st.sampled_from(
    [
        "",
        "",
        " COMMENT='t'",
        " CHARSET=latin1",
        " ROW_FORMAT=DYNAMIC",
        " COLLATE=utf8mb4_bin",
        " MAX_ROWS=9",
        " ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4",
    ]
)
PARTITIONS = st.sampled_from(
    [
        "HASH (id) PARTITIONS 2",
        "HASH (id) PARTITIONS 3",
        "KEY (id) PARTITIONS 2",
        "RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))",
        "RANGE (id) (PARTITION p0 VALUES LESS THAN (10) MAX_ROWS=7)",
        "LIST (id) (PARTITION a VALUES IN (1, 2), PARTITION b VALUES IN (3) COMMENT='c')",
    ]
)
INDEXABLE = ("int", "bigint", "varchar", "char", "datetime", "timestamp", "decimal", "date", "enum")
MOMENTS = st.sampled_from(["BEFORE INSERT", "AFTER DELETE"])


@st.composite
def columns(draw: st.DrawFn) -> list[tuple[str, str]]:
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5, unique=True))
    return [(name, draw(st.sampled_from(sorted(TYPES)))) for name in names]


@st.composite
def line(draw: st.DrawFn, name: str, type_: str) -> str:
    default = draw(st.sampled_from(["", *TYPES[type_]]))
    said = draw(ADDED)
    if said == " NOT NULL" and "NULL" in type_:
        said = ""
    return f"`{name}` {type_}{f' DEFAULT {default}' if default else ''}{said}"


@st.composite
def keys(draw: st.DrawFn, listed: list[tuple[str, str]], kinds: tuple[str, ...]) -> list[str]:
    keyed = [(n, t) for n, t in listed if t.startswith(INDEXABLE)]
    found = []
    for number, (column, type_) in enumerate(keyed[:3]):
        kind = draw(st.sampled_from(["", *kinds]))
        prefix = draw(st.sampled_from(["", "(5)"])) if "varchar" in type_ else ""
        part = f"`{column}`{prefix}"
        down = draw(st.sampled_from(["", " DESC"]))
        said = draw(st.sampled_from(["", "", " COMMENT 'k'", " KEY_BLOCK_SIZE=8"]))
        found += [f"{kind} i{number} ({part}{down}){said}"] if kind else []
    words = [n for n, t in listed if t == "text"]
    if draw(st.booleans()) and words:
        found.append(f"FULLTEXT KEY w (`{words[0]}`)")
    return found


@st.composite
def table(draw: st.DrawFn, name: str, parents: list[str]) -> str:
    listed = draw(columns())
    parted = draw(st.sampled_from([False, False, False, True]))
    lines = ["id int NOT NULL"] + [draw(line(n, t)) for n, t in listed]
    auto = draw(st.booleans())
    lines[0] += " AUTO_INCREMENT" * auto
    if draw(st.booleans()) and not auto:
        lines.append("g int AS (id + 1) " + draw(st.sampled_from(["VIRTUAL", "STORED"])))
        if draw(st.booleans()):
            lines.append("h int AS (g + 1) VIRTUAL")
    if auto or draw(st.booleans()):
        lines.append("PRIMARY KEY (id)")
    if parted:
        lines += [each for each in draw(keys(listed, ("KEY",))) if not each.startswith("FULLTEXT")]
        clause = f" PARTITION BY {draw(PARTITIONS)}"
        return f"CREATE TABLE {name} (\n  {', '.join(lines)}\n){clause};\n"
    lines += draw(keys(listed, ("KEY", "KEY", "UNIQUE KEY")))
    if draw(st.booleans()):
        which, least = draw(st.integers(0, 1)), draw(st.integers(0, 2))
        lines += ["z int", f"CONSTRAINT {name}_c{which} CHECK (z > {least})"]
    for number, parent in enumerate(parents):
        if draw(st.booleans()):
            action = draw(st.sampled_from(["", " ON DELETE CASCADE", " ON UPDATE NO ACTION"]))
            target = f"REFERENCES {parent} (id){action}"
            lines.append(f"p{number} int")
            lines.append(f"CONSTRAINT {name}_{number} FOREIGN KEY (p{number}) {target}")
    return f"CREATE TABLE {name} (\n  {', '.join(lines)}\n){draw(OPTIONS)};\n"


@st.composite
def schemas(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(TABLES), max_size=3, unique=True))
    texts: list[str] = []
    keyed: list[str] = []
    for name in names:
        text = draw(table(name, list(keyed)))
        texts.append(text)
        keyed += [name] if "PRIMARY KEY (id)" in text and "PARTITION" not in text else []
    if len(keyed) > 1 and draw(st.booleans()):
        key = f"CONSTRAINT back FOREIGN KEY (id) REFERENCES {keyed[-1]} (id)"
        texts.append(f"ALTER TABLE {keyed[0]} ADD {key};\n")
    for name in names[:1]:
        texts += draw(programs(name))
    return "".join(texts)


@st.composite
def programs(draw: st.DrawFn, table: str) -> list[str]:
    """A view or a chain of two, a function that one may call, triggers, an event."""
    found = []
    function = draw(st.sampled_from(["", "f", "g"]))
    if function:
        returns = draw(st.sampled_from(["int", "varchar(9)"]))
        found.append(f"CREATE FUNCTION {function}(x int) RETURNS {returns} NO SQL RETURN x;\n")
    if draw(st.booleans()):
        what = draw(
            st.sampled_from(["*", "id", f"{function}(id) AS id" if function else "1 AS id"])
        )
        found.append(f"CREATE VIEW v AS SELECT {what} FROM {table} WHERE id > 1;\n")
        first, second = draw(st.permutations(["u", "w"]))
        if draw(st.booleans()):
            found.append(f"CREATE VIEW {first} AS SELECT id FROM v;\n")
        if draw(st.booleans()):
            found.append(f"CREATE VIEW {second} AS SELECT v.id AS v FROM v;\n")
    for trigger in draw(st.lists(st.sampled_from("rst"), max_size=3, unique=True)):
        value = draw(st.integers(0, 1))
        head = f"CREATE TRIGGER {trigger} {draw(MOMENTS)} ON {table} FOR EACH ROW"
        found.append(f"{head} SET @x = {value};\n")
    if draw(st.booleans()):
        hours = draw(st.integers(1, 2))
        schedule = f"EVERY {hours} HOUR STARTS '2030-01-01 00:00:00'"
        found.append(f"CREATE EVENT e ON SCHEDULE {schedule} DO SET @x = 1;\n")
    return found


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(schemas(), min_size=2, max_size=2))
def test_a_plan_leads_from_any_schema_to_any_other(
    mysql_server: MysqlServer, several: list[str]
) -> None:
    for old, new in pairwise(several):
        found = judge(mysql_server, old, new, ORDERED)

        assert ("", "") == (found.unread, found.broken)
