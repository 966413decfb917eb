"""Patterns choose what is compared."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ci_runner.schema.model import (
    Column,
    Identity,
    Index,
    Namespace,
    Schema,
    SchemaObject,
    Table,
    View,
)
from ci_runner.schema.select import Selection, pattern, select


def table(name: str, *columns: str, schema: str = "public") -> Table:
    return Table(schema, name, tuple(Column(schema, name, each, "text") for each in columns))


def index(name: str, on: str) -> Index:
    return Index("public", on, name, False, "btree", ("a",), (), None, name)


def view(name: str, schema: str = "public") -> View:
    return View(schema, name, ("a",), "SELECT 1")


def schema(*objects: SchemaObject, unmanaged: tuple[Identity, ...] = ()) -> Schema:
    return Schema.of("postgres", objects, (), unmanaged)


def selection(include: str = "", exclude: str = "") -> Selection:
    return Selection(tuple(map(pattern, include.split())), tuple(map(pattern, exclude.split())))


def names(found: Schema) -> list[str]:
    return [each.identity.qualified for each in found.objects]


@pytest.mark.parametrize(
    ("written", "identity", "expected"),
    [
        ("public", Identity("schema", "", "public"), True),
        ("public", Identity("table", "public", "users"), True),
        ("public.*", Identity("schema", "", "public"), False),
        ("public.*", Identity("table", "public", "users"), True),
        ("public.*", Identity("table", "publication", "users"), False),
        ("public.users", Identity("column", "public", "email", "users"), True),
        ("public.users.e*", Identity("column", "public", "email", "users"), True),
        ("public.users.e*", Identity("column", "public", "name", "users"), False),
        ("*.audit_?", Identity("table", "app", "audit_1"), True),
        ("*.audit_?", Identity("table", "app", "audit_12"), False),
        ("*[type=function]", Identity("function", "public", "f(integer)"), True),
        ("*[type=function]", Identity("table", "public", "f"), False),
        ("public.*[type=table| View]", Identity("view", "public", "v"), True),
        ("public.*[type=constraint]", Identity("foreign key", "public", "k", "t"), True),
        ("public.f", Identity("function", "public", "f(integer)"), True),
        ("public.f(*)", Identity("function", "public", "f(app.t)"), True),
        ("public.f(text)", Identity("function", "public", "f(integer)"), False),
        ('"a.b".t', Identity("table", "a.b", "t"), True),
        ('public."*"', Identity("table", "public", "t"), False),
        ("public.Users", Identity("table", "public", "users"), False),
        ("public.a+", Identity("table", "public", "aa"), False),
        ("users", Identity("column", "", "email", "users"), True),
    ],
)
def test_a_pattern_matches_what_it_names_and_what_is_inside(
    written: str, identity: Identity, expected: bool
) -> None:
    assert expected is pattern(written).matches(identity)


@pytest.mark.parametrize(
    "written", ["", "  ", ".", "public.", "a..b", '"open', "[type=table", "*[typ=table]"]
)
def test_what_is_no_pattern_is_an_error(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        pattern(written)


def test_what_lives_on_a_thing_goes_with_it_and_both_sides_lose_it() -> None:
    old = schema(table("users", "a"), table("audit_log", "a"), index("audit_idx", "audit_log"))
    new = schema(table("users", "a"), table("audit_new", "a"))

    found = select(old, new, selection(exclude="*.audit_*"))

    assert (["public.users"], ["public.users"]) == (names(found.old), names(found.new))
    assert ["public.audit_log", "public.audit_new"] == [each.qualified for each in found.left_out]


def test_what_lives_on_a_part_of_a_thing_goes_with_the_thing() -> None:
    @dataclass(frozen=True)
    class Note:
        on: Identity

        @property
        def identity(self) -> Identity:
            return Identity("note", "", "n")

    note = Note(Identity("column", "public", "a", "users"))
    old = schema(table("users", "a"), note)

    assert [] == names(select(old, old, selection(exclude="*[type=table]")).old)


def test_only_what_is_included_takes_part() -> None:
    old = schema(table("users", "a"), view("v"), index("i", "users"))

    found = select(old, old, selection(include="public.users public.gone"))

    assert ["public.i", "public.users"] == names(found.new)
    assert ((Identity("view", "public", "v"),), ("public.gone",)) == (found.left_out, found.idle)


def test_excluding_outweighs_including() -> None:
    old = schema(table("users", "a"), view("v"))

    found = select(old, old, selection("public.*", "*[type=view]"))

    assert ["public.users"] == names(found.new)


def test_the_table_of_an_included_index_stays_as_it_was() -> None:
    old = schema(table("users", "a"), index("i", "users"))
    new = schema(table("users", "a", "b"), index("i", "users"), index("j", "users"))

    found = select(old, new, selection(include="public.j"))

    assert old.table("public", "users") == found.new.table("public", "users")
    assert (["public.users"], ["public.j", "public.users"]) == (names(found.old), names(found.new))
    assert [Identity("table", "public", "users")] == [
        each for each in found.left_out if each.kind == "table"
    ]


def test_an_index_is_left_out_where_its_table_is_to_come_and_is_left_out() -> None:
    new = schema(table("users", "a"), index("j", "users"))

    assert [] == names(select(schema(), new, selection(include="public.j")).new)


def test_one_column_is_left_out_on_both_sides() -> None:
    old, new = schema(table("users", "a", "b")), schema(table("users", "b", "c"))

    found = select(old, new, selection(exclude="public.users.a"))

    assert ("b",) == tuple(
        each.name for each in (found.old.table("public", "users") or table("")).columns
    )
    assert found.new == new


def test_a_schema_comes_with_what_is_included_in_it_and_stays_with_what_is_not() -> None:
    app, kept = Namespace("app"), table("kept", "a", schema="app")
    came = select(schema(), schema(app, kept), selection(include="app.*"))
    held = select(schema(app, kept), schema(), selection(exclude="app.kept"))

    assert ["app", "app.kept"] == names(came.new)
    assert [] == names(held.old)
    assert [app.identity, kept.identity] == sorted(held.left_out)


def test_what_is_not_managed_can_be_left_out_as_well() -> None:
    function = Identity("function", "public", "f()")
    old = schema(unmanaged=(function,))

    found = select(old, schema(), selection(exclude="*[type=routine]"))

    assert ((), (function,)) == (found.old.unmanaged, found.left_out)


def test_without_patterns_nothing_changes() -> None:
    old = schema(table("users", "a"))

    assert old is select(old, old, Selection()).old
