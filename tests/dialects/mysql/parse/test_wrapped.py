"""Which columns stand inside of calls and calculations, and whose they may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.dialects.mysql.parse.wrapped import wrapped


def found(sql: str) -> list[str]:
    return [
        f"{each.column} of {'; '.join(', '.join(map(str, tables)) for tables in each.sources)}"
        for each in wrapped(sql)
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1 FROM t WHERE upper(name) = 'x'", ["name of t"]),
        ("SELECT 1 FROM t WHERE (id) + 1 > 5", ["id of t"]),
        ("SELECT 1 FROM t AS a WHERE 2 * a.id > 5", ["id of t"]),
        ("UPDATE t SET a = upper(a) WHERE abs(`id`) > 5 ORDER BY b", ["id of t"]),
        ("DELETE FROM d.t WHERE year(at) = 2024", ["at of d.t"]),
        ("SELECT 1 FROM t, u b WHERE lower(x) = 'y'", ["x of t, u"]),
        ("SELECT 1 FROM t JOIN u ON t.id = u.id + 1", ["id of u"]),
        (
            "SELECT 1 FROM t WHERE id IN (SELECT b FROM u WHERE upper(c) = 'X')",
            ["c of u; t"],
        ),
        ("DELETE t FROM t JOIN (SELECT a FROM u WHERE abs(a) > 0) s ON t.a = s.a", ["a of u; t"]),
        ("SELECT (SELECT 1 FROM u WHERE abs(t.id) > 0) FROM t", ["id of t"]),
        (
            "SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM (SELECT a FROM u) d WHERE abs(t.b))",
            [
                "b of t",
            ],
        ),
        ("INSERT INTO t SELECT a FROM u WHERE concat(a, 'x') = 'y'", ["a of u"]),
        # What the text does not show.
        ("SELECT 1 FROM (SELECT a AS id FROM u) d WHERE abs(id) > 0", []),
        ("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM (SELECT a FROM u) t WHERE abs(t.a))", []),
        ("WITH t AS (SELECT name FROM u) SELECT 1 FROM t WHERE upper(name) = 'x'", []),
        # Nothing is wrapped.
        ("SELECT 1 FROM t WHERE id = rand() AND a IN (b, c) AND (a = 1 OR b = 2)", []),
        ("SELECT upper(a) FROM t ORDER BY lower(a)", []),
        ("SELECT 1 FROM t WHERE a = -1 AND b = @x + 1 AND c = 'd' '+' 'e'", []),
        ("INSERT INTO t VALUES (upper('WHERE a'))", []),
        ("CREATE TABLE t (a int, CHECK (abs(a) > 1))", []),
    ],
)
def test_wrapped_columns(sql: str, expected: list[str]) -> None:
    assert expected == found(sql)


def test_what_is_asked_for_is_told_as_it_is_written() -> None:
    assert ["upper(concat(a, `b`))", "upper(concat(a, `b`))"] == [
        each.expression for each in wrapped("SELECT 1 FROM t WHERE upper(concat(a, `b`)) = 'x'")
    ][:2]


@given(st.lists(st.sampled_from("SELECT FROM WHERE JOIN ON t a . ( ) , + abs AS WITH = 1".split())))
def test_no_text_makes_it_raise(words: list[str]) -> None:
    assert isinstance(found(f"SELECT {' '.join(words)}"), list)
