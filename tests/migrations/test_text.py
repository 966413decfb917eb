"""Bytes of a migration file as text."""

from __future__ import annotations

import pytest

from ci_runner.errors import SqlError
from ci_runner.migrations.text import decode


def test_byte_order_mark_goes_and_line_ends_stay() -> None:
    assert "é\r\n" == decode(b"\xef\xbb\xbf\xc3\xa9\r\n", "m.sql")


@pytest.mark.parametrize(("mark", "offset"), [(b"", 3), (b"\xef\xbb\xbf", 6)])
def test_a_bad_byte_is_named_with_line_and_offset(mark: bytes, offset: int) -> None:
    with pytest.raises(SqlError, match="not UTF-8") as refused:
        decode(mark + b"ab\n\xff", "m.sql")

    assert "m.sql:2" == refused.value.where
    assert f"byte 0xff at offset {offset}" == refused.value.said
