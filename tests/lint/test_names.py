"""Which name is judged by which pattern, and what a rename is known to be about."""

from __future__ import annotations

import pytest

from tests.lint.conftest import Lint

SETUP = """
CREATE TABLE book (id int CONSTRAINT old_pk PRIMARY KEY, title text CONSTRAINT old_uk UNIQUE);
CREATE TABLE page (
  book int CONSTRAINT old_fk REFERENCES book (id), n int CONSTRAINT old_ck CHECK (n > 0)
);
CREATE INDEX old_index ON page (book, n);"""
PATTERNS: dict[str, object] = {
    "primary-key": "pk_{table}_{columns}",
    "unique": "uk_{table}_{columns}",
    "foreign-key": "fk_{table}_{columns}_{referenced_table}_{referenced_columns}",
    "index": "idx_{table}_{columns}",
    "check": "ck_{table}.*",
}


@pytest.mark.parametrize(
    ("rename", "right", "wrong"),
    [
        ("ALTER INDEX old_index RENAME TO", "idx_page_book_n", "idx_page_book"),
        ("ALTER TABLE book RENAME CONSTRAINT old_pk TO", "pk_book_id", "uk_book_id"),
        ("ALTER INDEX old_pk RENAME TO", "pk_book_id", "idx_book_id"),
        ("ALTER TABLE book RENAME CONSTRAINT old_uk TO", "uk_book_title", "uk_book_id"),
        ("ALTER TABLE page RENAME CONSTRAINT old_fk TO", "fk_page_book_book_id", "fk_page_book"),
        ("ALTER TABLE page RENAME CONSTRAINT old_ck TO", "ck_page_n", "pk_page_n"),
        ("ALTER TABLE page RENAME CONSTRAINT gone TO", "ck_page_n", "page_n_check"),
    ],
)
def test_a_renamed_key_is_judged_by_what_it_is(
    rename: str, right: str, wrong: str, lint: Lint
) -> None:
    def named(name: str) -> list[str]:
        given = {"naming": PATTERNS}
        found = lint(f"{rename} {name};", setup=SETUP, options=given, advice=True)
        return [each.message for each in found if each.rule == "naming"]

    assert [] == named(right)
    [said] = named(wrong)
    assert "does not match" in said
