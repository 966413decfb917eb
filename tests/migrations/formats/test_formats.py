"""Every directory format: order, roles, names that are refused, names of new files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ci_runner.dialects.base import Syntax
from ci_runner.errors import SqlError
from ci_runner.migrations import formats
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.reader import files_on_disk, read_files
from ci_runner.migrations.statements import split

WHEN = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
POSTGRES = Syntax(dollar_quotes=True, escape_strings=True, nested_comments=True, atomic_bodies=True)
CORPORA = Path(__file__).parents[3] / "../shared/corpora"
REAL = [
    ("conductor-pg", "flyway"),
    ("uaa-pg", "flyway"),
    ("openmeter", "golang-migrate"),
    ("bitmagnet", "goose"),
    ("openfga-pg", "goose"),
    ("memos-pg", "plain"),
    ("umami", "plain"),
]


def test_registry_equals_the_folder() -> None:
    folder = Path(formats.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {
        "__init__",
        "base",
        "naming",
        "one_file",
        "one_way",
        "both_ways",
    }

    assert modules == {name.replace("-", "_") for name in FORMATS}
    assert list(FORMATS) == [one.name for one in FORMATS.values()]


@pytest.mark.parametrize(
    ("format_name", "names", "ran", "others"),
    [
        ("atlas", ["2_b.sql", "1_a.sql", "x/3_c.sql"], ["1_a.sql", "2_b.sql"], []),
        (
            "golang-migrate",
            ["10_b.up.sql", "9_a.up.sql", "9_a.down.sql"],
            ["9_a.up.sql", "10_b.up.sql"],
            ["9_a.down.sql"],
        ),
        (
            "flyway",
            [
                "R__z.sql",
                "R__a.sql",
                "V1.10__c.sql",
                "V1_9__b.sql",
                "U1_9__b.sql",
                "beforeMigrate.sql",
                "s/afterMigrate__x.sql",
            ],
            ["V1_9__b.sql", "V1.10__c.sql", "R__a.sql", "R__z.sql"],
            ["U1_9__b.sql", "beforeMigrate.sql", "s/afterMigrate__x.sql"],
        ),
        (
            "flyway",
            ["V1__a.sql", "V2__b.sql", "V3__c.sql", "B1__x.sql", "B2__y.sql"],
            ["B2__y.sql", "V3__c.sql"],
            ["V1__a.sql", "V2__b.sql", "B1__x.sql"],
        ),
        ("goose", ["10_b.sql", "9_a.sql", "x/1_c.sql", "2_d.go"], ["9_a.sql", "10_b.sql"], []),
        ("dbmate", ["9_a.sql", "10_b.sql", "x/1_c.sql"], ["10_b.sql", "9_a.sql"], []),
        (
            "plain",
            ["0.10/00__x.sql", "0.2/1.sql", "0.2/1.down.sql", "0.2/down.sql", "notes.txt"],
            ["0.2/1.sql", "0.10/00__x.sql"],
            ["0.2/1.down.sql", "0.2/down.sql"],
        ),
    ],
)
def test_files_come_in_the_order_of_their_tool(
    format_name: str, names: list[str], ran: list[str], others: list[str]
) -> None:
    found = FORMATS[format_name].read("db", dict.fromkeys(names, b""))

    assert ran == [file.name for file in found.files]
    assert others == [file.name for file in found.others]


@pytest.mark.parametrize(
    ("format_name", "name"),
    [
        ("atlas", "foo.sql"),
        ("golang-migrate", "1_a.sql"),
        ("flyway", "V__a.sql"),
        ("goose", "1.sql"),
        ("dbmate", "a.sql"),
    ],
)
def test_a_name_that_does_not_fit_is_refused(format_name: str, name: str) -> None:
    with pytest.raises(SqlError, match="no version") as refused:
        FORMATS[format_name].read("db", {name: b""})

    assert f"db/{name}" == refused.value.where
    assert refused.value.next_step.startswith("name it ")


@pytest.mark.parametrize(
    ("format_name", "first", "second"),
    [
        ("atlas", "1_a.sql", "1_b.sql"),
        ("golang-migrate", "1626194317_a.up.sql", "1626194317_b.up.sql"),
        ("golang-migrate", "01_a.up.sql", "1_b.up.sql"),
        ("flyway", "V1__a.sql", "x/V1.0__b.sql"),
        ("goose", "01_a.sql", "1_b.sql"),
        ("dbmate", "1_a.sql", "1_b.sql"),
    ],
)
def test_two_files_of_one_version_are_refused(format_name: str, first: str, second: str) -> None:
    with pytest.raises(SqlError, match="is used by 2 files") as refused:
        FORMATS[format_name].read("db", {first: b"", second: b""})

    assert {f"db/{first}", f"db/{second}"} == set(refused.value.where.split("\n"))


@pytest.mark.parametrize(
    ("format_name", "names", "up", "down"),
    [
        ("atlas", [], "20260203040506_add_x.sql", ""),
        ("atlas", ["20250101000000_a.sql"], "20260203040506_add_x.sql", ""),
        ("atlas", ["20270101000059_a.sql"], "20270101000100_add_x.sql", ""),
        ("atlas", ["20269999999999_a.sql"], "20270000000000_add_x.sql", ""),
        ("atlas", ["2_a.sql"], "3_add_x.sql", ""),
        ("golang-migrate", ["000009_a.up.sql"], "000010_add_x.up.sql", "000010_add_x.down.sql"),
        ("golang-migrate", ["1_a.up.sql", "1_a.down.sql"], "2_add_x.up.sql", "2_add_x.down.sql"),
        (
            "golang-migrate",
            ["1510262030_a.up.sql"],
            "1770091506_add_x.up.sql",
            "1770091506_add_x.down.sql",
        ),
        (
            "golang-migrate",
            ["1899999999_a.up.sql"],
            "1900000000_add_x.up.sql",
            "1900000000_add_x.down.sql",
        ),
        ("flyway", [], "V20260203040506__add_x.sql", ""),
        ("flyway", ["s/V4_9__a.sql", "R__b.sql"], "s/V4_10__add_x.sql", ""),
        ("flyway", ["V4.9__a.b_c.sql"], "V4.10__add_x.sql", ""),
        ("flyway", ["V1__a.sql", "U1__a.sql"], "V2__add_x.sql", ""),
        ("flyway", ["V1__a.sql", "B3__a.sql"], "V4__add_x.sql", ""),
        ("goose", [], "20260203040506_add_x.sql", ""),
        ("goose", ["00009_a.sql"], "00010_add_x.sql", ""),
        ("dbmate", ["20250101000000_a.sql"], "20260203040506_add_x.sql", ""),
        ("plain", [], "20260203040506_add_x.sql", ""),
        ("plain", ["0.27/02__a.sql"], "0.27/03__add_x.sql", ""),
        ("plain", ["09_a/migration.sql"], "10_add_x/migration.sql", ""),
        (
            "plain",
            ["09_a/migration.sql", "schema.sql"],
            "schema_20260203040506_add_x.sql",
            "",
        ),
        (
            "plain",
            ["schema.sql", "schema_20270101000000_b.sql"],
            "schema_20270101000001_add_x.sql",
            "",
        ),
    ],
)
def test_a_new_file_continues_the_directory(
    format_name: str, names: list[str], up: str, down: str
) -> None:
    one = FORMATS[format_name]
    found = one.read("db", dict.fromkeys(names, b""))

    new = one.file_names(found, one.next_version(found, WHEN), "add_x")

    assert (up, down) == new
    versioned = [
        file for file in one.read("db", dict.fromkeys([*names, up], b"")).files if file.version
    ]
    assert up == versioned[-1].name


def test_atlas_has_no_number_behind_nine() -> None:
    found = FORMATS["atlas"].read("db", {"9_a.sql": b""})

    with pytest.raises(SqlError, match="no number sorts behind") as refused:
        FORMATS["atlas"].next_version(found, WHEN)

    assert "db/9_a.sql" == refused.value.where


@pytest.mark.parametrize(
    ("format_name", "name", "text", "expected"),
    [
        ("atlas", "1.sql", "SELECT 1;", True),
        ("atlas", "1.sql", "-- atlas:txmode none\n\nSELECT 1;", False),
        ("plain", "1.sql", "-- schema-ci:txmode none\n\nSELECT 1;", False),
        ("plain", "1.sql", "-- no-transaction\nSELECT 1; VACUUM;", False),
        ("plain", "1.sql", "SELECT 1; -- no-transaction\nVACUUM;", True),
        ("flyway", "V1__a.sql", "CREATE TABLE t (a int);", True),
        ("flyway", "V1__a.sql", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);", False),
        ("golang-migrate", "1_a.up.sql", "SELECT 1; SELECT 2;", True),
        ("golang-migrate", "1_a.up.sql", "CREATE INDEX CONCURRENTLY i ON t (a);", False),
        ("flyway", "V1__a.sql", "-- never CONCURRENTLY\nSELECT 'VACUUM';", True),
        ("flyway", "V1__a.sql", "REFRESH MATERIALIZED VIEW CONCURRENTLY v;", True),
        ("flyway", "V1__a.sql", "SELECT 1; VACUUM t;", False),
        ("golang-migrate", "1_a.up.sql", "-- CONCURRENTLY, begin\nSELECT 1;", True),
        ("golang-migrate", "1_a.up.sql", "DO $$ BEGIN END $$; SELECT 2;", True),
        ("golang-migrate", "1_a.up.sql", "SELECT 1; VACUUM t;", True),
        ("golang-migrate", "1_a.up.sql", "BEGIN; SELECT 1; COMMIT;", False),
        ("goose", "1_a.sql", "-- +goose Up\nSELECT 1;", True),
        ("goose", "1_a.sql", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;", False),
        ("goose", "1_a.sql", "-- +goose Up\nCREATE INDEX CONCURRENTLY i ON t (a);", True),
        ("dbmate", "1_a.sql", "-- migrate:up\nVACUUM;\n-- migrate:down", True),
        ("dbmate", "1_a.sql", "-- migrate:up transaction:false\nVACUUM;", False),
        ("dbmate", "1_a.sql", "-- migrate:up a:b transaction:false\r\nVACUUM;", False),
        ("dbmate", "1_a.sql", "-- migrate:up\n;-- migrate:down transaction:false", True),
    ],
)
def test_whether_a_transaction_is_opened_around_a_file(
    format_name: str, name: str, text: str, expected: bool
) -> None:
    one = FORMATS[format_name]
    (file,) = one.read("db", {name: text.encode()}).files

    assert expected is one.transactional(file, text, split(text, file.path, POSTGRES))


@pytest.mark.parametrize(("value", "expected"), [("false", False), ("true", True)])
def test_flyways_own_setting_for_a_file_wins(value: str, expected: bool) -> None:
    text = "SELECT 1;" if value == "false" else "VACUUM;"
    setting = f"# why\r\nexecuteInTransaction = {value}\r\n".encode()
    found = FORMATS["flyway"].read(
        "db", {"V1__a.sql": text.encode(), "V1__a.sql.conf": setting, "V2__b.sql": b""}
    )
    first, second = found.files

    assert expected is FORMATS["flyway"].transactional(
        first, text, split(text, first.path, POSTGRES)
    )
    assert FORMATS["flyway"].transactional(second, "")


@pytest.mark.parametrize(
    ("project", "format_name"), [pair for pair in REAL if (CORPORA / pair[0]).is_dir()]
)
def test_real_directories_are_read(project: str, format_name: str) -> None:
    found = read_files("migrations", format_name, files_on_disk(CORPORA / project, "migrations"))

    assert found.files
    assert found.files[-1].version


@pytest.mark.skipif(not (CORPORA / "concourse").is_dir(), reason="needs the corpora")
def test_a_real_directory_with_one_version_twice_is_refused_by_name() -> None:
    files = files_on_disk(CORPORA / "concourse", "migrations")

    with pytest.raises(SqlError, match="version 1626194317 is used by 2 files") as refused:
        read_files("migrations", "auto", files)

    assert 2 == len(refused.value.where.splitlines())
