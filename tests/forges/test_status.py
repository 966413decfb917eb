from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ci_runner.forges.status import described, digest_in


@given(st.text(), st.text("0123456789abcdef", min_size=16, max_size=64))
def test_a9_a_description_is_short_and_tells_its_digest(title: str, digest: str) -> None:
    description = described(title, digest)

    assert 140 >= len(description)
    assert digest == digest_in(description)


def test_a_description_that_is_not_ours_has_no_digest() -> None:
    assert "" == digest_in("Build [deadbeef] passed")


def test_a_description_without_a_digest_is_its_title() -> None:
    assert "the run was cancelled" == described("the run was cancelled", "")
