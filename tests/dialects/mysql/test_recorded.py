"""What differs on MySQL, from the answers of a real server that script/record-mysql wrote down."""

from __future__ import annotations

import json

import pytest

from ci_runner.dialects.base import EVERYTHING
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.watch.online import run
from ci_runner.schema.model import Check, Column, Identity, Index, Schema, Table, View
from ci_runner.schema.routines import Function
from tests.dialects.mysql.recording import RECORDED, Recorded


@pytest.fixture(scope="module")
def schema() -> Schema:
    return DIALECT.inspect(Recorded("schema"))


def column(schema: Schema, name: str) -> Column:
    table = schema.table("", "t")
    assert isinstance(table, Table)
    found = table.column(name)
    assert found is not None
    return found


def test_it_is_a_server_of_mysql_that_was_asked() -> None:
    assert json.loads(RECORDED.read_text())["server"].startswith("MySQL ")


def test_bare_defaults_become_expressions(schema: Schema) -> None:
    assert "5" == column(schema, "n").default
    assert "'it''s'" == column(schema, "name").default
    assert "CURRENT_TIMESTAMP(3)" == column(schema, "at").default
    assert ("ON UPDATE current_timestamp(3)",) == column(schema, "at").attributes
    assert "(uuid())" == column(schema, "u").default
    assert "'ab'" == column(schema, "b").default
    assert "'CURRENT_TIMESTAMP'" == column(schema, "word").default
    assert None is column(schema, "id").default


def test_expressions_are_read_as_they_were_written(schema: Schema) -> None:
    checks = {each.name: each.definition for each in schema.of_type(Check)}

    assert r"concat(`name`,_utf8mb4'x\\\'')" == column(schema, "g").generated
    assert r"(json_object(_utf8mb4'a',_utf8mb4'it\'s'))" == column(schema, "doc").default
    assert "(concat(_utf8mb4'€',_utf8mb4'é'))" == column(schema, "euro").default
    assert {
        "lax": "CHECK ((`n` > 0)) NOT ENFORCED",
        "t_chk_1": r"CHECK ((`name` <> _utf8mb4'a\'b\\'))",
    } == checks


def test_indexes_and_places_have_what_only_mysql_knows(schema: Schema) -> None:
    found = {each.name: each for each in schema.of_type(Index)}

    assert ("(lower(`name`)) DESC",) == found["fun"].keys
    assert ("INVISIBLE",) == found["off"].settings.parameters
    assert ("SRID 4326",) == column(schema, "place").attributes


def test_what_the_catalogue_leaves_out_is_asked_of_show_create(schema: Schema) -> None:
    (view,) = schema.of_type(View)
    (function,) = schema.of_type(Function)

    assert view.definition.startswith("ALGORITHM = MERGE SQL SECURITY INVOKER VIEW `v` AS ")
    assert function.definition.endswith(r"RETURN concat(a, '\'')")


def test_code_in_other_languages_is_named(schema: Schema) -> None:
    assert {
        Identity("library", "", "l"),
        Identity("javascript function", "", "js"),
    } == set(schema.unmanaged)


def test_the_schema_is_written_in_mysqls_words(schema: Schema) -> None:
    sql = "".join(f"{each.sql};\n" for each in DIALECT.create(schema, EVERYTHING))

    assert RECORDED.with_name("recorded.written.sql").read_text() == sql


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("ALTER TABLE c ADD b int", "ALGORITHM=INSTANT, LOCK=NONE"),
        ("ALTER TABLE c MODIFY a bigint", "ALGORITHM=COPY, LOCK=SHARED"),
        ("ALTER TABLE c ADD KEY k (a)", "ALGORITHM=INPLACE, LOCK=NONE"),
        ("ALTER TABLE c ADD d int, LOCK=NONE", "ALGORITHM=INPLACE, LOCK=NONE"),
        ("ALTER TABLE c ADD FULLTEXT KEY w (words)", "ALGORITHM=INPLACE, LOCK=SHARED"),
        ("DROP INDEX k ON c", "ALGORITHM=INPLACE, LOCK=NONE"),
    ],
)
def test_refusals_lead_down_the_ladder(change: str, expected: str) -> None:
    """LOCK beside ALGORITHM=INSTANT is an error there, and NOCOPY no word."""
    session = Recorded("changes")

    online = run(session, change).online

    assert online is not None
    assert expected == str(online)
    assert not [sql for sql in session.ran if "INSTANT, LOCK" in sql or "NOCOPY" in sql]
