"""Which drops look like renames."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ci_runner.schema.diff import diff
from ci_runner.schema.model import Column, Enum, Schema, SchemaObject, Table, View
from ci_runner.schema.similar import pairs


def table(name: str, *columns: str, schema: str = "public") -> Table:
    split = (each.split(":") for each in columns)
    return Table(
        schema,
        name,
        tuple(Column(schema, name, *each) for each in split),  # type: ignore[arg-type]
    )


def found(old: Sequence[SchemaObject], new: Sequence[SchemaObject]) -> list[tuple[str, str]]:
    changes = diff(Schema.of("postgres", old), Schema.of("postgres", new))
    return [(pair.gone.qualified, pair.come.qualified) for pair in pairs(changes)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("email:text", "mail:text"),
        ("name:text", "full_name:text"),
        ("createdAt:date", "created_at:date"),
        ("name:varchar(20)", "username:varchar(40)"),
    ],
)
def test_columns_of_one_type_with_similar_names_are_a_pair(old: str, new: str) -> None:
    assert 1 == len(found([table("t", "id:int", old)], [table("t", "id:int", new)]))


@pytest.mark.parametrize(
    ("old", "new"), [("email:text", "age:text"), ("email:text", "mail:int"), ("a:int", "b:int")]
)
def test_other_names_and_other_types_are_none(old: str, new: str) -> None:
    assert [] == found([table("t", "id:int", old)], [table("t", "id:int", new)])


def test_a_column_of_another_table_is_none() -> None:
    old = [table("t", "i:int", "email:text"), table("u", "i:int")]
    new = [table("t", "i:int"), table("u", "i:int", "email:text")]

    assert [] == found(old, new)


def test_tables_with_the_same_columns_are_a_pair_whatever_their_names() -> None:
    assert [("public.big", "public.zoo")] == found(
        [table("big", "a:int", "b:int")], [table("zoo", "a:int", "b:int")]
    )


def test_similar_tables_share_at_least_half_of_their_columns() -> None:
    old = [table("user", "a:int", "b:int", "c:int")]

    assert [] != found(old, [table("users", "a:int", "b:int", "d:int")])
    assert [] == found(old, [table("users", "a:int", "x:int", "y:int")])


def test_a_table_in_another_schema_is_a_pair() -> None:
    moved = found([table("t", "i:int", schema="a")], [table("t", "i:int", schema="b")])

    assert [("a.t", "b.t")] == moved


def test_each_object_is_in_one_pair_and_the_likeliest_comes_first() -> None:
    old = [table("t", "email:text", "email_2:text")]
    new = [table("t", "mail:text", "mail_2:text")]

    assert [("public.t.email", "public.t.mail"), ("public.t.email_2", "public.t.mail_2")] == found(
        old, new
    )


def test_views_and_types_must_be_the_same_but_for_their_names() -> None:
    def view(name: str, definition: str) -> View:
        return View("public", name, ("a",), definition)

    assert [("public.active", "public.active_users")] == found(
        [view("active", "SELECT 1")], [view("active_users", "SELECT 1")]
    )
    assert [] == found([view("active", "SELECT 1")], [view("active_users", "SELECT 2")])
    assert [] != found([Enum("public", "mood", ("a",))], [Enum("public", "moods", ("a",))])
    assert [] == found([Enum("public", "mood", ("a",))], [Enum("public", "moods", ("b",))])
