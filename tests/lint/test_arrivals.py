"""What the files leave behind is judged; what was there before, or goes again, is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ci_runner.dialects.base import Failure
from ci_runner.dialects.observation import Observation
from ci_runner.lint.arrivals import Arrival, arrivals, columns
from ci_runner.migrations.history import Statement, Step
from ci_runner.schema.changes import Alter, Change, Create, Drop, Rename
from ci_runner.schema.model import Column, Schema, Table

EMPTY = Schema("postgres")


def table(name: str, *types: str) -> Table:
    found = (Column("s", name, f"c{at}", kind) for at, kind in enumerate(types))
    return Table("s", name, tuple(found))


def step(*changes: Change, failure: Failure | None = None, executed: bool = True) -> Step:
    return Step(
        Statement("", "f.sql", 1, 1),
        (),
        EMPTY,
        EMPTY,
        True,
        observed=Observation(changes),
        failure=failure,
        executed=executed,
    )


def arrived(*steps: Step, base: Schema = EMPTY) -> tuple[Arrival, ...]:
    return arrivals(steps, base, lambda _: (Create(table("told", "text")),))


def test_a_new_table_brings_its_columns() -> None:
    (found,) = columns(arrived(step(Create(table("t", "text")))))

    assert ("c0", None, True) == (found.column.name, found.old, found.own)


def test_what_is_dropped_again_did_not_arrive() -> None:
    t = table("t", "text")

    assert () == arrived(step(Create(t)), step(Drop(t)))
    assert () == arrived(step(Create(Column("s", "t", "c9", "text"))), step(Drop(t)))


def test_what_is_made_again_did() -> None:
    t = table("t", "text")

    (found,) = arrived(step(Create(t)), step(Drop(t)), step(Create(t)))

    assert t is found.new


def test_a_table_is_known_by_its_last_name() -> None:
    t, u, v = table("t", "text"), table("u", "text"), table("v", "text")

    found, *_ = arrived(step(Create(t)), step(Rename(t, u)), step(Rename(u, v)))

    assert v.identity == found.table


def test_a_rename_and_a_drop_is_a_drop() -> None:
    t, u = table("t", "text"), table("u", "text")

    assert () == arrived(step(Create(t)), step(Rename(t, u)), step(Drop(u)))


def test_a_rebuilt_table_brings_only_what_it_did_not_have() -> None:
    old, new = table("t", "text"), table("new_t", "text", "json")
    final = table("t", "text", "json")
    base = Schema.of("sqlite", [old])

    found = columns(
        arrived(step(Create(new)), step(Drop(old)), step(Rename(new, final)), base=base)
    )

    assert [("c1", False)] == [(each.column.name, each.own) for each in found]


def test_a_column_is_judged_as_the_last_statement_leaves_it() -> None:
    first, second = Column("s", "t", "a", "char(3)"), Column("s", "t", "a", "text")

    (found,) = columns(arrived(step(Create(first)), step(Alter(first, second))))

    assert ("text", None) == (found.column.type, found.old)


def test_a_type_that_comes_back_is_no_change() -> None:
    first, second = Column("s", "t", "a", "text"), Column("s", "t", "a", "json")

    assert () == columns(arrived(step(Alter(first, second)), step(Alter(second, first))))


def test_a_default_is_no_new_type() -> None:
    old, new = Column("s", "t", "a", "json"), Column("s", "t", "a", "json", default="'{}'")

    assert () == columns(arrived(step(Alter(old, new))))


def test_an_inherited_column_is_its_parents() -> None:
    child = Column("s", "t", "a", "json", inherited=True, local=False)

    assert () == columns(arrived(step(Create(child))))


def test_what_failed_or_was_not_run_is_told_by_its_text() -> None:
    seen = Create(table("seen", "text"))
    steps = (step(seen), step(seen, failure=Failure("no")), step(seen, executed=False))

    assert ["seen", "told", "told"] == [each.new.identity.name for each in arrived(*steps)]


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8))
def test_what_arrives_is_what_is_there_in_the_end(names: list[str]) -> None:
    """Each name in turn makes its table, or drops it where it is there."""
    there: dict[str, Table] = {}
    steps = []
    for name in names:
        if name in there:
            steps.append(step(Drop(there.pop(name))))
        else:
            there[name] = table(name, "text")
            steps.append(step(Create(there[name])))

    assert set(there) == {each.new.identity.name for each in arrived(*steps)}
