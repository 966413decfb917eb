"""A plan written into a directory."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ci_runner.dialects.base import PlannedStatement, Syntax
from ci_runner.migrations import checksum
from ci_runner.migrations.plan import Plan, description, sql, undo_sql, written
from ci_runner.migrations.reader import read_files
from ci_runner.schema.model import Identity

_BACK = re.compile(r"^-- (?:\+goose Down|migrate:down)", re.MULTILINE)
WHEN = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
SYNTAX = Syntax(dollar_quotes=True)
PLAN = Plan(
    (
        PlannedStatement(
            "CREATE TABLE t (a int)",
            "create table t",
            Identity("table", "public", "t"),
            undo="DROP TABLE t",
        ),
    )
)


@pytest.mark.parametrize(
    ("format_name", "names"),
    [
        ("atlas", []),
        ("atlas", ["20250101000000_a.sql", "20270101000000_b.sql"]),
        ("golang-migrate", ["9_a.up.sql", "9_a.down.sql", "10_b.up.sql", "atlas.sum"]),
        ("flyway", ["s/V4_9__a.sql", "s/V4_8__a.sql"]),
        ("plain", ["09_a/migration.sql", "schema.sql"]),
        ("plain", ["2_a.sql", "10_a.sql", "10_a.down.sql"]),
        ("goose", ["00002_a.sql", "00010_b.sql"]),
        ("dbmate", ["20250101000000_a.sql"]),
    ],
)
def test_a_written_file_sorts_last_and_verifies(format_name: str, names: list[str]) -> None:
    before = dict.fromkeys(names, b"")
    directory = read_files("db", format_name, before)

    grown, new = written(PLAN, directory, WHEN, SYNTAX, "add x")

    onto = {path.removeprefix("db/"): content for path, content in new.items()}
    again = read_files("db", format_name, {**before, **onto})
    assert [file.name for file in again.files] == [file.name for file in grown.files]
    assert len(directory.files) + 1 == len(again.files)
    assert again.files[-1].path in new
    assert b"CREATE TABLE t (a int);" in again.files[-1].content
    if grown.checksum is not None:
        assert again.checksum == grown.checksum
        assert () == checksum.verify(again)


def step(summary: str, name: str, serves: str = "") -> PlannedStatement:
    """Its SQL begins with the word that its summary begins with."""
    verb = summary.split(" ", maxsplit=1)[0].upper()
    return PlannedStatement(f"{verb} IT", summary, Identity("table", "", name), serves=serves)


@pytest.mark.parametrize(
    ("steps", "name"),
    [
        ([step("Create table t", "t")], "create_table_t"),
        ([step("Create table t", "t"), step("Create table u", "u")], "create_table_t_and_1_more"),
        (
            [step("Set it up", "t", "Rebuild table t"), step("Copy rows", "t", "Rebuild table t")],
            "rebuild_table_t",
        ),
        (
            [step("Drop view v", "v"), step("Alter table t", "t"), step("Create view v", "v")],
            "alter_table_t",
        ),
        ([step("Drop view v", "v"), step("Create view v", "v")], "drop_view_v"),
    ],
)
def test_a_file_is_named_by_the_change_that_its_first_step_serves(
    steps: list[PlannedStatement], name: str
) -> None:
    assert name == description(Plan(tuple(steps)))


def index(sql: str, *, transactional: bool = False, apart: bool = False) -> PlannedStatement:
    return PlannedStatement(
        sql,
        "Step",
        Identity("index", "public", sql[-1]),
        transactional=transactional,
        apart=apart,
        undo=f"back from {sql[-1]}",
    )


ONLINE = Plan(
    (
        index("ADD a", transactional=True),
        index("ADD b", transactional=True),
        index("CREATE INDEX CONCURRENTLY c"),
        index("DROP INDEX CONCURRENTLY d"),
        index("ALTER TYPE e ADD VALUE 'f"),
        index("VALIDATE g", transactional=True, apart=True),
        index("VALIDATE h", transactional=True, apart=True),
        index("ADD i", transactional=True),
        index("VALIDATE j", transactional=True, apart=True),
    )
)


@pytest.mark.parametrize(
    ("format_name", "files"),
    [
        ("atlas", ["ab", "cdf", "ghi", "j"]),
        ("plain", ["ab", "cdf", "ghi", "j"]),
        ("flyway", ["ab", "cd", "f", "ghi", "j"]),
        ("golang-migrate", ["ab", "c", "d", "f", "ghi", "j"]),
        ("goose", ["ab", "cdf", "ghi", "j"]),
        ("dbmate", ["ab", "c", "d", "f", "ghi", "j"]),
    ],
)
def test_a_plan_is_as_few_files_as_its_transactions_and_the_format_allow(
    format_name: str, files: list[str]
) -> None:
    directory = read_files("db", format_name, {})

    grown, new = written(ONLINE, directory, WHEN, SYNTAX, "x")

    again = read_files("db", format_name, {path[3:]: content for path, content in new.items()})
    assert [file.name for file in grown.files] == [file.name for file in again.files]
    texts = [_BACK.split(file.content.decode())[0] for file in again.files]
    bodies = [[line for line in text.splitlines() if line.endswith(";")] for text in texts]
    assert files == ["".join(line[-2] for line in body) for body in bodies]
    outside = [text.startswith("-- atlas:txmode none\n\n") for text in texts]
    assert [False, format_name in {"atlas", "plain"}, False] == [*outside[:2], outside[-1]]
    if format_name == "golang-migrate":
        assert b"back from b;\nback from a;\n" == new["db/20260203040506_x.down.sql"]
        assert b"back from c;\n" == new["db/20260203040507_x.down.sql"]


def test_a_script_of_several_transactions_asks_for_none_around_it() -> None:
    apart = Plan(ONLINE.statements[5:])

    assert sql(apart).startswith("-- atlas:txmode none\n\n")
    assert undo_sql(apart).startswith("-- atlas:txmode none\n\n")
    assert not sql(Plan(ONLINE.statements[:2])).startswith("-- atlas")


def test_what_an_earlier_undo_brings_back_has_none_of_its_own() -> None:
    statement = replace(PLAN.statements[0], undo="")

    assert "DROP TABLE t;\n" == undo_sql(Plan((PLAN.statements[0], statement)))
