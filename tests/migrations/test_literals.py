"""What literals hold never comes through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.migrations.literals import discreet, without_literals

SECRET = st.text(alphabet="abcXYZ019 -;:/$'", min_size=4).filter(lambda each: each.strip())


@given(secret=SECRET)
def test_no_quoted_text_is_left(secret: str) -> None:
    quoted = secret.replace("'", "''")

    shown = without_literals(f"INSERT INTO t VALUES ('{quoted}', 12345) -- {secret!r}")

    assert "INSERT INTO t VALUES ('…', '…') " == shown


@pytest.mark.parametrize(
    "sql",
    ["SELECT 'hunter2'", "SELECT $$hunter2$$", "SELECT E'hunter2'", "SELECT $a$hunter2$a$"],
)
def test_our_own_words_do_not_repeat_a_literal(sql: str) -> None:
    assert "hunter2" not in discreet("adds a default hunter2", sql)


def test_words_that_no_literal_holds_stay() -> None:
    assert "drops table t" == discreet("drops table t", "SELECT 'a', 't', 1")
