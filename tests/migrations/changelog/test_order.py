"""Change sets come in the order that changelogs give, and in that of paths where there is none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.order import read_order
from ci_runner.migrations.directory import Unread

SQL = "--liquibase formatted sql\n--changeset jo:{}\nA;\n"
XML = (
    '<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">{}</databaseChangeLog>'
)
FOLDER = "src/main/resources/db/changelog"


def files(**texts: str) -> Mapping[str, bytes]:
    return {
        name.replace("__", "/").replace("_", "."): each.encode() for name, each in texts.items()
    }


def names(found: Mapping[str, bytes]) -> list[str]:
    return [name for name, _ in read_order(FOLDER, found).change_sets]


def test_without_a_changelog_paths_are_compared_as_text() -> None:
    one, two, three = (SQL.format(each) for each in (1, 2, 3))

    assert ["10.sql", "9.sql", "x/1.sql"] == names(
        files(**{"9_sql": one, "10_sql": two, "x__1_sql": three})
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "root_xml",
            XML.format(
                '<include file="b.sql" relativeToChangelogFile="true"/>'
                '<include file="classpath:db/changelog/a.sql"/><includeAll path="db/changelog/x/"/>'
            ),
        ),
        (
            "root_yaml",
            (
                "databaseChangeLog:\n"
                "- include:\n    file: b.sql\n    relativeToChangelogFile: true\n"
                "- include: {file: db/changelog/a.sql}\n- includeAll: {path: db/changelog/x}\n"
            ),
        ),
        (
            "root_json",
            (
                '{"databaseChangeLog":'
                ' [{"include": {"file": "src/main/resources/db/changelog/b.sql"}},'
                ' {"include": {"file": "/db/changelog/a.sql"}},'
                '\t{"includeAll": {"path": "x", "relativeToChangelogFile": true}}]}'
            ),
        ),
    ],
)
def test_a_changelog_gives_the_order(name: str, text: str) -> None:
    texts = {"a_sql": SQL.format(1), "b_sql": SQL.format(2), "c_sql": SQL.format(9)}
    within = {"x__2_sql": SQL.format(3), "x__1_sql": SQL.format(4)}

    found = read_order(FOLDER, files(**{name: text}, **texts, **within))

    assert ["b.sql", "a.sql", "x/1.sql", "x/2.sql"] == [each for each, _ in found.change_sets]
    assert "c.sql" not in found.named
    assert not found.closed


def test_a_changelog_that_includes_no_folder_is_closed() -> None:
    root = XML.format('<include file="a.sql" relativeToChangelogFile="true"/>')

    found = read_order("db", files(root_xml=root, a_sql=SQL.format(1)))

    assert "root.xml" == found.closed


def test_what_is_no_sql_is_named_and_so_is_what_it_reads() -> None:
    root = XML.format(
        '<preConditions/><changeSet id="7" author="jo"><sqlFile path="db/raw.sql"/></changeSet>'
        '<include file="a.sql" relativeToChangelogFile="true"/>'
    )

    found = read_order("db", files(root_xml=root, a_sql=SQL.format(1), raw_sql="A;"))

    assert [Unread("db/root.xml", "jo:7")] == found.unread
    assert {"root.xml", "a.sql", "raw.sql"} == found.named


def test_properties_of_a_changelog_are_in_force_below_it() -> None:
    root = XML.format(
        '<property name="t" value="text" dbms="sqlite"/>'
        '<include file="a.sql" relativeToChangelogFile="true"/>'
    )

    ((_, found),) = read_order(
        "db", files(root_xml=root, a_sql=f"{SQL.format(1)}B ${{t}};\n")
    ).change_sets

    assert ["t"] == [each.name for each in found.parameters]


INCLUDES = '<include file="{}.xml" relativeToChangelogFile="true"/>'


@pytest.mark.parametrize(
    ("texts", "what", "where"),
    [
        (
            {"a_xml": XML.format(""), "b_xml": XML.format("")},
            "more than one changelog",
            "db/a.xml\ndb/b.xml",
        ),
        (
            {"a_xml": XML.format(INCLUDES.format("b")), "b_xml": XML.format(INCLUDES.format("a"))},
            "include each other",
            "db/a.xml\ndb/b.xml",
        ),
        ({"a_xml": XML.format('\n<include file="no.sql"/>')}, "no.sql is not in the", "db/a.xml:2"),
        (
            {"a_xml": XML.format('<includeAll path="no"/>')},
            "no holds no changelog here",
            "db/a.xml:1",
        ),
        (
            {"a_xml": XML.format('<includeAll path="." filter="x.Y"/>')},
            "`filter` is a program",
            "db/a.xml:1",
        ),
        (
            {"a_xml": XML.format('<property file="x.properties"/>')},
            "properties that stand in a file",
            "db/a.xml:1",
        ),
        ({"a_xml": XML.format("<tagDatabase/>")}, "holds tagDatabase", "db/a.xml:1"),
        ({"a_xml": "<x>databaseChangeLog</x>"}, "can't be read", "db/a.xml:1"),
        ({"a_xml": "<databaseChangeLog>\n</x>"}, "can't be read", "db/a.xml:2"),
        (
            {"a_xml": '<!DOCTYPE x [<!ENTITY e "f">]>\n' + XML.format("&e;")},
            "has a document type",
            "db/a.xml:1",
        ),
        ({"a_yaml": "databaseChangeLog:\n- a: [\n"}, "can't be read", "db/a.yaml:3"),
        ({"a_yaml": f"databaseChangeLog: []\n#{'x' * 2**20}"}, "up to 1 MiB", "db/a.yaml"),
        ({"a_yaml": "databaseChangeLog: 1\n"}, "can't be read", "db/a.yaml"),
        ({"a_json": '{"databaseChangeLog": ["x"]}'}, "can't be read", "db/a.json"),
        ({"a_json": '{"databaseChangeLog": ' + "[" * 99_999}, "can't be read", "db/a.json"),
        ({"a_yaml": "databaseChangeLog: " + "[" * 600}, "can't be read", "db/a.yaml"),
        (
            {"a_sql": SQL.format(1) + "--changeset jo:1\nB;\n"},
            "two change sets are called jo:1",
            "db/a.sql:4\ndb/a.sql:2",
        ),
    ],
)
def test_what_is_refused_says_what_where_and_what_to_do(
    texts: dict[str, str], what: str, where: str
) -> None:
    with pytest.raises(SqlError) as refused:
        read_order("db", files(**texts))

    assert what in refused.value.what
    assert where == refused.value.where
    assert refused.value.next_step


def test_one_name_in_two_files_is_no_clash_unless_both_say_the_same_path() -> None:
    assert 2 == len(names(files(a_sql=SQL.format(1), b_sql=SQL.format(1))))
    with pytest.raises(SqlError, match="two change sets"):
        names(files(**{n: SQL.format("1 logicalFilePath:x") for n in ("a_sql", "b_sql")}))
