"""What is not compared is at least counted on both sides."""

from __future__ import annotations

from ci_runner.dialects.base import EVERYTHING
from ci_runner.lint.rule import Severity
from ci_runner.pipeline.options import Terms
from ci_runner.pipeline.unmanaged import differences
from ci_runner.schema.access import Owner
from ci_runner.schema.model import Identity, Schema


def schema(*names: str) -> Schema:
    return Schema.of("postgres", (), (), (Identity("function", "public", name) for name in names))


def test_objects_on_one_side_only_are_one_finding_on_the_desired_schema() -> None:
    (found,) = differences("schema.sql", schema("both()", "old()"), schema("both()", "new()"), {})

    assert ("unmanaged-difference", Severity.WARNING, "schema.sql") == (
        found.rule,
        found.severity,
        found.path,
    )
    assert "only in the desired schema: function public.new()" in found.message
    assert "only in the migrations: function public.old()" in found.message
    assert "both" not in found.message


def test_what_options_leave_out_is_named_once_where_it_differs() -> None:
    tables = [Identity("table", "public", name) for name in ("a", "b")]
    owned = Schema.of("postgres", [Owner(each, "TABLE", "somebody") for each in tables])

    (found,) = differences("schema.sql", schema(), owned, {})

    assert "owners of objects are not compared, and differ" == found.message
    assert () == differences("schema.sql", owned, owned, {})
    assert () == differences("schema.sql", schema(), owned, {}, Terms(EVERYTHING))


def test_the_same_names_on_both_sides_are_no_finding() -> None:
    assert () == differences("schema.sql", schema("a()"), schema("a()"), {})


def test_of_many_some_are_named_and_the_rest_is_counted() -> None:
    many = (f"f{number}()" for number in range(50))
    (found,) = differences("schema.sql", schema(), schema(*many), {})

    assert "and 42 more" in found.message


def test_it_can_be_turned_off() -> None:
    off = {"unmanaged-difference": Severity.OFF}

    assert () == differences("schema.sql", schema("a()"), schema(), off)
