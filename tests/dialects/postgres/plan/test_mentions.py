"""Which words of a body are taken for names, and which of them the server looks up at once."""

from __future__ import annotations

import pytest

from ci_runner.dialects.postgres.plan.mentions import mentions
from ci_runner.schema.model import Column, Identity, Index, PrimaryKey, Schema, Table
from ci_runner.schema.routines import Function

NAME = Column("public", "Users", "full name", "text")
USERS = Table("public", "Users", (NAME,))
KEY = PrimaryKey("public", "Users", "total", ("full name",), "PRIMARY KEY")
INDEX = Index("public", "Users", "found", False, "btree", (), (), None, "")


def function(body: str, language: str = "sql", name: str = "f") -> Function:
    return Function("public", name, "", "", language, "void", "", body)


OTHER = function("SELECT 1", name="total")


def found(body: str, language: str = "sql") -> list[tuple[Identity, bool]]:
    objects = (USERS, KEY, INDEX, OTHER, function(body, language))
    schema = Schema.of("postgres", objects)
    things = {each.identity for each in (*objects, NAME)}
    several = mentions(schema, [Identity("function", "public", "f()")], things)
    return sorted((each.needed, each.binding) for each in several)


@pytest.mark.parametrize(
    "body",
    ["SELECT total()", "SELECT TOTAL()", 'SELECT public."total"()', "EXECUTE 'SELECT total()'"],
)
def test_a_whole_word_is_a_mention_however_it_is_spelt(body: str) -> None:
    assert [(OTHER.identity, True)] == found(body)


@pytest.mark.parametrize("body", ["SELECT totals()", "SELECT sub_total", "SELECT found, f()", ""])
def test_part_of_a_word_an_index_and_the_function_itself_are_none(body: str) -> None:
    assert [] == found(body)


def test_who_mentions_a_table_wants_its_columns_and_keys_without_being_bound() -> None:
    assert [
        (NAME.identity, False),
        (KEY.identity, False),
        (USERS.identity, True),
    ] == found('SELECT * FROM "Users"')


def test_a_column_that_is_named_binds() -> None:
    assert (NAME.identity, True) in found('SELECT "full name" FROM "Users"')


def test_plpgsql_is_bound_by_the_types_of_its_variables_alone() -> None:
    body = 'DECLARE u "Users"%ROWTYPE; BEGIN PERFORM total(); END'

    assert [
        (NAME.identity, False),
        (OTHER.identity, False),
        (KEY.identity, False),
        (USERS.identity, True),
    ] == found(body, "plpgsql")


def test_no_word_binds_another_language() -> None:
    assert [(OTHER.identity, False)] == found("return plv8.execute('SELECT total()')", "plv8")
