"""A snapshot is used only if it is whole, ours, and what it was asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.devdb.store import Store, Unusable, of_this_machine, signing_key

ONE, OTHER, THIRD = "1" * 64, "2" * 64, "3" * 64
CONTENT = b"what was kept"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache", signing_key("a secret of the CI's own"))


def place(store: Store, name: str = ONE) -> Path:
    return store.folder / f"{name}.snapshot"


def test_what_was_saved_is_loaded(store: Store) -> None:
    assert "" == store.save(ONE, CONTENT)

    assert {ONE} == store.names()
    assert CONTENT == store.load(ONE)


def test_a_folder_that_is_not_there_holds_nothing(store: Store) -> None:
    assert frozenset() == store.names()
    assert Unusable("it can't be read: No such file or directory") == store.load(ONE)


def test_other_files_are_no_snapshots(store: Store) -> None:
    store.save(ONE, CONTENT)
    (store.folder / "README").touch()
    (store.folder / "short.snapshot").touch()

    assert {ONE} == store.names()


@given(position=st.integers(0, 200), bit=st.integers(0, 7))
def test_one_flipped_bit_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, position: int, bit: int
) -> None:
    store = Store(tmp_path_factory.mktemp("cache"), b"key")
    store.save(ONE, CONTENT)
    written = bytearray(place(store).read_bytes())
    written[position % len(written)] ^= 1 << bit
    place(store).write_bytes(written)

    assert isinstance(store.load(ONE), Unusable)


@pytest.mark.parametrize("size", [0, 10, 85, 90])
def test_a_truncated_file_is_noticed(store: Store, size: int) -> None:
    store.save(ONE, CONTENT)
    place(store).write_bytes(place(store).read_bytes()[:size])

    assert isinstance(store.load(ONE), Unusable)


def test_who_does_not_know_the_secret_forges_nothing(store: Store) -> None:
    forger = Store(store.folder, signing_key("a secret of somebody else"))
    forger.save(ONE, b"a cluster with a superuser")

    assert Unusable("it is damaged, or signed with another secret") == store.load(ONE)


def test_a_snapshot_under_another_name_is_not_taken_for_it(store: Store) -> None:
    store.save(ONE, CONTENT)
    place(store).rename(place(store, OTHER))

    assert Unusable("it is a snapshot of something else") == store.load(OTHER)


def test_the_ones_not_used_for_longest_go_first(tmp_path: Path) -> None:
    store = Store(tmp_path, b"key", most=300)
    store.save(ONE, CONTENT)
    store.save(OTHER, CONTENT)
    os.utime(place(store, OTHER), (1, 1))
    os.utime(place(store, ONE), (0, 0))
    store.load(ONE)
    store.save(THIRD, CONTENT * 4)

    assert {ONE, THIRD} == store.names()


def test_what_is_too_large_is_not_kept_and_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path, b"key", most=100)

    assert "it is larger than 100 bytes" == store.save(ONE, b"x" * 100)
    assert frozenset() == store.names()


def test_a_folder_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "it can't be written: Not a directory" == Store(tmp_path / "file" / "x", b"").save(
        ONE, CONTENT
    )


def test_its_repr_has_no_key(store: Store) -> None:
    assert f"Store({str(store.folder)!r})" == repr(store)


def test_the_machine_has_one_key_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, second = of_this_machine(), of_this_machine()

    assert first is not None
    assert second is not None
    assert first.key == second.key
    assert 32 == len(first.key)
    assert 0o700 == first.folder.stat().st_mode & 0o777
    assert 0o600 == (first.folder / "key").stat().st_mode & 0o777


@pytest.mark.parametrize(("name", "mode"), [("", 0o770), ("key", 0o640)])
def test_a_key_that_others_could_read_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, mode: int
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    of_this_machine()
    (tmp_path / "schema-ci" / name).chmod(mode)
    said: list[str] = []

    assert of_this_machine(said.append) is None
    assert [f"nothing is kept on this machine: {tmp_path}/schema-ci is not ours alone"] == said


def test_a_home_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))

    assert of_this_machine() is None
    assert not (tmp_path / "nobody").exists()
