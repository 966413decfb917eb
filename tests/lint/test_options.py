"""What a team settles about rules is checked before it is used."""

from __future__ import annotations

import pytest

from ci_runner.errors import ConfigError
from ci_runner.lint.options import fitting, flag, number, settle, text, texts
from ci_runner.lint.rules import RULES

ORIGINS = {
    "lint.options.naming": "schema-ci.toml:7",
    "lint.options.naming.table": "schema-ci.toml:8",
}


@pytest.mark.parametrize(
    ("rule", "options", "where", "words"),
    [
        ("naming", {"tabel": "x"}, "schema-ci.toml:7", "did you mean `table`?"),
        ("naming", {"table": "("}, "schema-ci.toml:8", "a regular expression"),
        ("naming", {"table": "(a)\\1"}, "schema-ci.toml:8", "references and word edges"),
        ("naming", {"table": "(?=a)a"}, "schema-ci.toml:8", "only plain and named groups"),
        ("naming", {"table": "a" * 1001}, "schema-ci.toml:8", "more than 1000 characters"),
        ("naming", {"table": 3}, "schema-ci.toml:8", "a regular expression"),
        ("wide-index", {"columns": -1}, "", "a whole number"),
        ("wide-index", {"columns": True}, "", "a whole number"),
        ("extension", {"allowed": [1]}, "", "a list of texts"),
        ("not-null-policy", {"default": "yes"}, "", "true or false"),
        ("drop-table", {"columns": 3}, "", "remove it"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    rule: str, options: dict[str, object], where: str, words: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        settle(RULES, {rule: options}, ORIGINS)

    assert where == refused.value.where
    assert words in str(refused.value)


def test_options_are_read_by_kind_and_missing_ones_are_the_usual() -> None:
    given: dict[str, dict[str, object]] = {
        "extension": {"allowed": "citext"},
        "bad-types": {"forbidden": ["json", "xml"]},
        "wide-index": {"columns": 4},
        "not-null-policy": {"default": True},
        "naming": {"table": "[a-z]+"},
    }

    settled = settle(RULES, given, {})

    assert ("citext",) == texts(settled["extension"], "allowed")
    assert ("json", "xml") == texts(settled["bad-types"], "forbidden")
    assert (4, 5) == (
        number(settled["wide-index"], "columns", 3),
        number(settled["wide-index"], "key", 5),
    )
    assert (True, False) == (
        flag(settled["not-null-policy"], "default"),
        flag(settled["not-null-policy"], "not-null"),
    )
    assert ("[a-z]+", "") == (text(settled["naming"], "table"), text(settled["naming"], "view"))


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("idx_{table}_{columns}", "idx_t_a_b", True),
        ("idx_{table}_{columns}", "idx_u_a_b", False),
        ("^$|^pk_{table}$", "pk_t", True),
        ("fk_{table}_{referenced_table}", "fk_t_anything", True),
        ("[a-z]{2}", "ab", True),
    ],
)
def test_a_pattern_knows_the_table_and_its_columns(pattern: str, name: str, fits: bool) -> None:
    assert fits is fitting(pattern, {"table": "t", "columns": "a_b"}, name)


def test_a_name_in_a_pattern_is_no_pattern() -> None:
    assert not fitting("{table}_x", {"table": "a.c"}, "abc_x")
    assert fitting("{table}_x", {"table": "a.c"}, "a.c_x")
