from __future__ import annotations

import pytest

from ci_runner.dialects.postgres.plan.nesting import is_read_back, read_back


@pytest.mark.parametrize(
    ("printed", "written"),
    [
        ("(((a >= 1) AND (a <= 5)) AND (b = 2))", "((a BETWEEN 1 AND 5) AND (b = 2))"),
        ("(((a < 1) OR (a > 5)) OR (b = 2))", "((a NOT BETWEEN 1 AND 5) OR (b = 2))"),
        ("(((a <> b) AND (a <> 2)) AND c)", "((a NOT IN (b, 2)) AND c)"),
        ("(((a = b) OR (a = 2)) OR c)", "((a IN (b, 2)) OR c)"),
        ("(((a = 1) AND (b = 2)) AND c)", "((ROW(a, b) = ROW(1, 2)) AND c)"),
        ("(((a <> 1) OR (b <> 2)) OR c)", "((ROW(a, b) <> ROW(1, 2)) OR c)"),
        (
            "((((a + 1) >= f(1)) AND ((a + 1) <= '2'::integer)) AND c)",
            "(((a + 1) BETWEEN (f(1)) AND '2'::integer) AND c)",
        ),
    ],
)
def test_what_comes_first_is_written_as_what_it_was(printed: str, written: str) -> None:
    assert written == read_back(printed)
    assert is_read_back(written)


@pytest.mark.parametrize(
    "printed",
    [
        "((a >= 1) AND (a <= 5) AND (b = 2))",
        "((b = 2) AND ((a >= 1) AND (a <= 5)))",
        "(((a >= 1) AND (a <= 5)) OR (b = 2))",
        "(((a >= 1) AND (z <= 5)) AND (b = 2))",
        "(((a = ANY (ARRAY[1, 2])) AND b) AND c)",
        "'(((a >= 1) AND (a <= 5)) AND (b = 2))'",
        "$$ SELECT (((a >= 1) AND (a <= 5)) AND (b = 2)) $$",
        'SELECT "(((a >= 1) AND (a <= 5)) AND (b = 2))"',
    ],
)
def test_what_is_read_back_or_is_only_quoted_stays(printed: str) -> None:
    assert printed == read_back(printed)
