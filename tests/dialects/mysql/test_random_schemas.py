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
TYPES = st.sampled_from(
    [
        "int",
        "bigint unsigned",
        "varchar(20)",
        "varchar(70)",
        "varchar(20) CHARACTER SET latin1",
        "char(3) COLLATE utf8mb4_bin",
        "datetime(3)",
        "timestamp",
        "decimal(7,2)",
        "enum('x','y z')",
        "set('p','q')",
        "json",
        "blob",
        "date",
    ]
)
ADDED = st.sampled_from(["", "", " NOT NULL", " COMMENT 'it''s'", " INVISIBLE NULL"])
OPTIONS = st.sampled_from(
    ["", "", " COMMENT='t'", " CHARSET=latin1", " ROW_FORMAT=DYNAMIC", " COLLATE=utf8mb4_bin"]
)
INDEXABLE = ("int", "bigint", "varchar", "char", "datetime", "timestamp", "decimal", "date", "enum")


@st.composite
def columns(draw: st.DrawFn) -> list[tuple[str, str]]:
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5, unique=True))
    return [(name, draw(TYPES)) for name in names]


@st.composite
def table(draw: st.DrawFn, name: str, parents: list[str]) -> str:
    listed = draw(columns())
    lines = ["id int NOT NULL"] + [f"`{n}` {t}{draw(ADDED)}" for n, t in listed]
    auto = draw(st.booleans())
    lines[0] += " AUTO_INCREMENT" * auto
    if draw(st.booleans()) and not auto:
        lines.append("g int AS (id + 1) " + draw(st.sampled_from(["VIRTUAL", "STORED"])))
    if auto or draw(st.booleans()):
        lines.append("PRIMARY KEY (id)")
    keyed = [n for n, t in listed if t.startswith(INDEXABLE)]
    for number, column in enumerate(keyed[:3]):
        kind = draw(st.sampled_from(["", "KEY", "KEY", "UNIQUE KEY"]))
        down = draw(st.sampled_from(["", " DESC"]))
        lines += [f"{kind} i{number} (`{column}`{down})"] if kind else []
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
        keyed += [name] if "PRIMARY KEY (id)" in text else []
    for name in names[:1]:
        if draw(st.booleans()):
            texts.append(f"CREATE VIEW v AS SELECT * FROM {name} WHERE id > 1;\n")
        if draw(st.booleans()):
            when = draw(st.sampled_from(["BEFORE INSERT", "AFTER DELETE"]))
            texts.append(f"CREATE TRIGGER r {when} ON {name} FOR EACH ROW SET @x = 1;\n")
    return "".join(texts)


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
