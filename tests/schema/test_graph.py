"""Order is found, is the same each time, and costs little."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.schema.graph import CycleError, ordered


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda two: two[0] > two[1])))
def test_what_is_needed_comes_first(needs: set[tuple[int, int]]) -> None:
    found = ordered(tuple(range(9, -1, -1)), needs)

    assert set(range(10)) == set(found)
    assert all(found.index(needed) < found.index(dependent) for dependent, needed in needs)


def test_ties_keep_the_given_order() -> None:
    assert ("c", "b", "a") == ordered(("c", "b", "a"), ())
    assert ("b", "c", "a") == ordered(("c", "b", "a"), [("c", "b"), ("c", "unknown"), ("a", "a")])


def test_a_circle_is_named() -> None:
    with pytest.raises(CycleError) as raised:
        ordered(("a", "b", "c"), [("a", "b"), ("b", "a")])

    assert {"a", "b"} == set(raised.value.args[1])


def test_twenty_thousand_nodes_that_are_all_ready_take_a_moment() -> None:
    nodes = tuple(range(20_000))
    started = time.process_time()
    ordered(nodes, [(each, 0) for each in nodes])

    assert 2 > time.process_time() - started
