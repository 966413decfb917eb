"""`${name}` stands for the first value that is meant for the engine."""

from __future__ import annotations

import pytest

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.change_set import Parameter, is_meant_for
from ci_runner.migrations.changelog.parameters import filled

KNOWN = (
    Parameter("type", "clob", ("oracle",)),
    Parameter("type", "text"),
    Parameter("type", "never"),
    Parameter("column", "note ${type}"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ${type}", "a text"),
        ("a ${column}", "a note text"),
        ("a ${unknown} ${}", "a ${unknown} ${}"),
        ("a ${:type}", "a ${type}"),
    ],
)
def test_values_come_in_the_place_of_names(text: str, expected: str) -> None:
    assert expected == filled(text, KNOWN, "sqlite", "m/a.sql:1")


def test_values_that_lead_to_each_other_are_refused() -> None:
    with pytest.raises(SqlError, match="lead to each other"):
        filled("${a}", (Parameter("a", "${b} "), Parameter("b", "${a} ")), "sqlite", "m/a.sql:1")


@pytest.mark.parametrize(
    ("dbms", "expected"),
    [
        ((), True),
        (("all",), True),
        (("none",), False),
        (("sqlite", "h2"), True),
        (("h2",), False),
        (("!h2",), True),
        (("!sqlite",), False),
        (("h2", "!sqlite"), False),
    ],
)
def test_lists_of_engines(dbms: tuple[str, ...], expected: bool) -> None:
    assert expected is is_meant_for(dbms, "sqlite")


def test_what_is_for_mysql_or_mariadb_is_for_both() -> None:
    assert is_meant_for(("mariadb",), "mysql")
    assert is_meant_for(("!mysql",), "mysql")


def test_values_that_would_fill_the_memory_are_refused() -> None:
    more = [Parameter(f"p{each}", f"${{p{each + 1}}}" * 200) for each in range(9)]

    with pytest.raises(SqlError, match="more text than a file may be"):
        filled("${p0}", tuple(more), "sqlite", "m/a.sql:1")
