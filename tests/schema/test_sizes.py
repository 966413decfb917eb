"""Sizes of real tables survive their file, and nothing else is taken for one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.schema.model import Identity
from ci_runner.schema.production import Production
from ci_runner.schema.sizes import NoSizes, Sizes, TableSize, dump, load

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)
SIZES = st.builds(TableSize, st.none() | st.integers(0, 2**40), st.integers(0, 2**50))
TABLES = st.dictionaries(
    st.tuples(st.sampled_from(["table", "materialized view"]), NAMES, NAMES).map(
        lambda words: Identity(*words)
    ),
    SIZES,
)
USERS, LOGS = Identity("table", "public", "users"), Identity("table", "public", "logs")
KNOWN = Production(
    Sizes("postgres", "", {USERS: TableSize(118_000_000, 48 * 2**30), LOGS: TableSize(9, 2**20)})
)


@given(TABLES)
def test_sizes_survive_their_file(tables: dict[Identity, TableSize]) -> None:
    sizes = Sizes("postgres", "2026-11-28T05:00:00Z", tables)

    assert sizes == load(dump(sizes).encode())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("nonsense", "not JSON"),
        ("[]", "expected an object with `format` 1"),
        ('{"format": 2}', "expected an object with `format` 1"),
        ('{"format": 1, "dialect": "postgres"}', "`tables` as a list"),
        ([7], r"tables\[0\]: expected an object"),
        ([{"name": "a", "rows": 1, "bytes": 1}, {"name": 7}], r"tables\[1\]: expected `schema`"),
        ([{"name": "a", "kind": "view"}], r"tables\[0\]: expected `schema`"),
        ([{"name": "a", "rows": -1}], r"tables\[0\].rows: expected a whole number"),
        ([{"name": "a", "rows": True}], r"tables\[0\].rows: expected a whole number"),
        ([{"name": "a", "bytes": "9"}], r"tables\[0\].bytes: expected a whole number"),
    ],
)
def test_what_is_no_file_of_sizes_is_refused(document: str | list[object], said: str) -> None:
    if isinstance(document, list):
        whole = {"format": 1, "dialect": "postgres", "taken": "", "tables": document}
        document = json.dumps(whole)

    with pytest.raises(NoSizes, match=said):
        load(document.encode())


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (TableSize(0, 0), "0 rows, 0 bytes"),
        (TableSize(1, 1023), "1 row, 1023 bytes"),
        (TableSize(999, 1024), "999 rows, 1.0 kB"),
        (TableSize(1_000, 10178), "1.0 k rows, 9.9 kB"),
        (TableSize(9_960, 10 * 1024), "10 k rows, 10 kB"),
        (TableSize(999_999, 2**20 - 1), "1.0 M rows, 1.0 MB"),
        (TableSize(118_000_000, 48 * 2**30), "118 M rows, 48 GB"),
        (TableSize(7 * 10**12, 2**54), "7000 G rows, 16384 TB"),
        (TableSize(None, 2**20), "rows not counted, 1.0 MB"),
    ],
)
def test_sizes_are_told_as_people_do(size: TableSize, text: str) -> None:
    assert text == str(size)


def test_a_table_is_told_with_its_size_where_that_is_known() -> None:
    unknown = Identity("table", "public", "unknown")

    assert "table public.users (118 M rows, 48 GB)" == KNOWN.told(USERS)
    assert "table public.unknown" == KNOWN.told(unknown)
    assert (False, True, False) == tuple(map(KNOWN.is_small, (USERS, LOGS, unknown)))


def test_what_a_statement_will_take_is_estimated_once_for_each_table() -> None:
    assert [
        "rewrites 48 GB of table public.users: about 16 min at 50 MB/s",
        "reads 1.0 MB of table public.logs: less than a second at 50 MB/s",
    ] == list(KNOWN.estimates((USERS,), (LOGS, USERS)))


@pytest.mark.parametrize(
    ("size", "lasting"),
    [(50 * 2**20, "about 1 s"), (5 * 2**30, "about 102 s"), (2**40, "about 5.8 h")],
)
def test_seconds_become_minutes_and_hours(size: int, lasting: str) -> None:
    known = Production(Sizes("postgres", "", {USERS: TableSize(1, size)}))

    [said] = known.estimates((USERS,), ())

    assert f": {lasting} at" in said


def test_sizes_of_another_engine_say_nothing() -> None:
    assert "table public.users" == KNOWN.of("sqlite").told(USERS)
    assert KNOWN == KNOWN.of("postgres")
