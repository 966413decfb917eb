"""A generated file is known by its first line, wherever it has been since."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.migrations.directives import transaction_mode
from ci_runner.migrations.ours import maker, marked

SQL = b"-- add column users.email\nALTER TABLE users ADD COLUMN email text;\n"


@given(st.binary(max_size=80).map(lambda content: content.replace(b"\r", b"")))
def test_what_we_mark_is_ours_and_with_any_letter_more_it_is_not(content: bytes) -> None:
    ours = marked(content)

    assert "ours" == maker(ours)
    assert ours.endswith(content)
    assert "edited" == maker(ours + b"x")


def test_line_ends_of_a_work_tree_are_no_edit() -> None:
    assert "ours" == maker(marked(SQL).replace(b"\n", b"\r\n"))


@pytest.mark.parametrize(
    "content", [b"", SQL, b"-- schema-ci:generated\n" + SQL, b" " + marked(SQL)]
)
def test_what_does_not_begin_with_our_line_is_somebody_elses(content: bytes) -> None:
    assert "somebody" == maker(content)


def test_a_file_that_asks_for_no_transaction_still_does() -> None:
    content = marked(b"-- atlas:txmode none\n\nVACUUM;\n")

    assert "none" == transaction_mode(content.decode())
