"""What users say of renames and drops is read from comments and flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.errors import UsageError
from ci_runner.pipeline.declared import Declared, Name, declared, flags, in_schema, in_text


def test_comments_on_lines_of_their_own_are_read_with_file_and_line() -> None:
    text = """\
CREATE TABLE t (a int); -- schema-ci:rename no -> never
  -- schema-ci:rename users.email -> users.mail
--schema-ci:drop table public.old
-- schema-ci:renamed x -> y
"""
    found = in_text(text.encode(), "schema.sql")

    assert (
        Declared(
            "rename",
            "",
            Name("users.email", ("users", "email")),
            Name("users.mail", ("users", "mail")),
            "schema.sql:2",
        ),
        Declared(
            "drop", "table", Name("public.old", ("public", "old")), Name("", ()), "schema.sql:3"
        ),
    ) == found


@pytest.mark.parametrize(
    ("text", "kind", "old", "new"),
    [
        ("users->people", "", ("users",), ("people",)),
        ('Users -> "People"', "", ("users",), ("People",)),
        ('"a.b".c -> "say ""hi""".c', "", ("a.b", "c"), ('say "hi"', "c")),
        ("table  t -> table u", "table", ("t",), ("u",)),
        ("materialized view m -> n", "materialized view", ("m",), ("n",)),
        ("FOREIGN KEY t.fk -> t.key", "foreign key", ("t", "fk"), ("t", "key")),
        ("f(integer, text) -> g", "", ("f(integer, text)",), ("g",)),
        ("function app.f() -> app.g()", "function", ("app", "f()"), ("app", "g()")),
        ('value mood."very sad" -> sad', "value", ("mood", "very sad"), ("sad",)),
    ],
)
def test_a_rename_has_a_kind_an_old_and_a_new_name(
    text: str, kind: str, old: tuple[str, ...], new: tuple[str, ...]
) -> None:
    found = declared("rename", text, "")

    assert (kind, old, new) == (found.kind, found.old.parts, found.new.parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "users",
        "-> a",
        "a ->",
        "a -> b -> c",
        "a b.c d -> e",
        "a. -> b",
        "a; -> b",
        "table a -> view b",
    ],
)
def test_what_is_no_rename_is_an_error_that_says_where(text: str) -> None:
    with pytest.raises(UsageError) as wrong:
        in_text(f"-- schema-ci:rename {text}".encode(), "schema.sql")

    assert "schema.sql:1" == wrong.value.where


@pytest.mark.parametrize("text", ["", "a -> b", "a b.c d"])
def test_what_names_nothing_to_drop_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="no name of something to drop"):
        flags("drop", [text])


def test_files_of_a_desired_schema_are_named_relative_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "a.sql").write_text("-- schema-ci:drop one\n")
    (tmp_path / "more.sql").write_text("\n-- schema-ci:drop two\n")

    found = in_schema(tmp_path, ["db", "more.sql"])

    assert ["db/a.sql:1", "more.sql:2"] == [each.where for each in found]
