"""A shared map behaves as a dict that was copied, and tells where two of a line may differ."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.schema.model import Identity, Namespace, Schema, Table
from ci_runner.schema.shared import Deferred, Edges, Shared, differing, renewed

KEYS = st.integers(0, 1_500)
# (keys that go, first and number of those that come): enough of them to be folded into one.
STEPS = st.lists(
    st.tuples(st.lists(KEYS, max_size=5), st.integers(0, 1_000), st.integers(0, 700)), max_size=4
)
Steps = list[tuple[list[int], int, int]]


def came(first: int, count: int) -> dict[int, int]:
    return dict.fromkeys(range(first, first + count), first)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_it_is_what_a_copied_dict_is(steps: Steps) -> None:
    shared, plain = Shared(came(0, 1_000)), came(0, 1_000)
    for out, *several in steps:
        into = came(*several)
        before, was = shared, dict(plain)
        shared = shared.exchanged(out, into.items())
        plain = {key: value for key, value in plain.items() if key not in out} | into

        assert plain == dict(shared.items())
        assert len(plain) == len(shared)
        assert [plain.get(key, -1) for key in (*out, 1, 5_000)] == [
            shared.get(key, -1) for key in (*out, 1, 5_000)
        ]
        assert [key in plain for key in (*out, 1, 5_000)] == [
            key in shared for key in (*out, 1, 5_000)
        ]
        assert was == dict(before.items())


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_no_difference_between_two_of_a_line_is_missed(steps: Steps) -> None:
    line = [Shared(came(0, 1_000))]
    for out, *several in steps:
        line.append(line[-1].exchanged(out, came(*several).items()))
    for before in line:
        for after in line:
            old, new = dict(before.items()), dict(after.items())
            wanted = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}

            assert wanted <= set(differing(before, after))


def test_a_set_of_edges_is_what_it_is_made_of() -> None:
    one, two, three = (Identity("table", "public", name) for name in ("a", "b", "c"))
    plain = frozenset({(one, two), (one, three), (two, three)})
    edges = Edges({one: frozenset({(one, two), (one, three)}), two: frozenset({(two, three)})})

    assert plain == set(edges)
    assert edges | {(three, one)} == plain | {(three, one)}
    assert (one, two) in edges
    assert (two, one) not in edges
    assert Schema("x", dependencies=plain) == Schema("x", dependencies=edges)


def test_a_renewed_schema_is_one_made_from_nothing() -> None:
    a, b, c = (Table("public", name, ()) for name in "abc")
    first = Schema.of("x", (Namespace("public"), a, c))
    after = renewed(first, (a,), (b,), dependencies=frozenset(), unmanaged=(), copies=())

    assert Schema.of("x", (Namespace("public"), b, c)) == after
    assert {a.identity, b.identity} == set(differing(first.by_identity, after.by_identity)) | {
        a.identity,
        b.identity,
    }
    assert dict(after.by_identity) == Schema.of("x", after.objects).by_identity


def test_a_deferred_map_is_made_once_when_it_is_first_asked() -> None:
    made: list[str] = []

    def make() -> dict[str, int]:
        made.append("made")
        return {"a": 1}

    one = Deferred(make)
    assert [] == made

    assert (1, {"a"}, 1, None) == (one["a"], set(one), len(one), one.get("b"))
    assert ["made"] == made
