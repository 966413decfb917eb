from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.lint.by_kind import ByKind

KINDS = st.sets(st.sampled_from("abc"))


@settings(deadline=None)
@given(st.lists(KINDS), KINDS)
def test_what_has_one_of_the_kinds_comes_in_order_and_once(
    values: list[set[str]], wanted: set[str]
) -> None:
    numbered = list(enumerate(values))

    found = ByKind(numbered, lambda each: each[1]).of(*wanted)

    assert [each for each in numbered if each[1] & wanted] == list(found)
