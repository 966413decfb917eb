"""A data folder survives packing; nothing that is no data gets in or out."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.devdb.forms import MARIADB, POSTGRES
from ci_runner.devdb.packing import compress, decompress, pack, unpack
from ci_runner.devdb.server import Unportable

DATA = {
    "PG_VERSION": b"15\n",
    "base/16384/1259": b"\0" * 3_000_000,
    "base/16384/1259_fsm": b"x",
    "global/pg_control": b"control",
    "pg_wal/000000010000000000000001": b"wal",
    "pg_xact/0000": b"",
}
LEFT = (
    "postgresql.conf",
    "postgresql.auto.conf",
    "pg_hba.conf",
    "pg_ident.conf",
    "postmaster.pid",
    "pg_stat/pgstat.stat",
    "base/16384/pg_internal.init",
)


def folder(root: Path, more: dict[str, bytes] | None = None) -> Path:
    for name, content in {**DATA, **(more or {})}.items():
        place = root / "data" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return root / "data"


def files(root: Path) -> dict[str, bytes]:
    found = (each for each in root.rglob("*") if each.is_file())
    return {each.relative_to(root).as_posix(): each.read_bytes() for each in found}


def packed(*members: tuple[str, bytes], size: int | None = None) -> bytes:
    """As `pack` writes it, of anything."""
    found = b""
    for name, content in members:
        length = len(content) if size is None else size
        found += struct.pack(">HQ", len(name), length) + name.encode() + content
    return zstandard.ZstdCompressor().compress(found + b"\0" * 10)


def test_data_comes_back_to_the_byte(tmp_path: Path) -> None:
    unpack(pack(folder(tmp_path), POSTGRES), tmp_path / "back", POSTGRES)

    assert DATA == files(tmp_path / "back")
    assert 0o700 == (tmp_path / "back").stat().st_mode & 0o777
    assert 0o600 == (tmp_path / "back" / "PG_VERSION").stat().st_mode & 0o777


def test_one_state_has_one_packed_form(tmp_path: Path) -> None:
    data = folder(tmp_path)

    assert pack(data, POSTGRES) == pack(data, POSTGRES)


def test_configuration_and_what_the_server_makes_again_stay_behind(tmp_path: Path) -> None:
    unpack(pack(folder(tmp_path, dict.fromkeys(LEFT, b"x")), POSTGRES), tmp_path / "back", POSTGRES)

    assert DATA == files(tmp_path / "back")


@pytest.mark.parametrize("name", ["base/16384/evil.so", "notes.txt", "pg_tblspc/1/x", "server.key"])
def test_an_unknown_file_is_not_packed(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unportable, match="is no file that a snapshot holds"):
        pack(folder(tmp_path, {name: b"x"}), POSTGRES)


def test_links_are_not_packed(tmp_path: Path) -> None:
    data = folder(tmp_path)
    (data / "pg_tblspc").mkdir()
    (data / "pg_tblspc" / "16999").symlink_to(tmp_path)

    with pytest.raises(Unportable, match="16999 is a link"):
        pack(data, POSTGRES)


def test_a_file_that_is_a_link_is_not_packed(tmp_path: Path) -> None:
    data = folder(tmp_path)
    (data / "base/16384/2000").symlink_to("/etc/passwd")

    with pytest.raises(Unportable, match="2000 is no file"):
        pack(data, POSTGRES)


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../out",
        "base/../../out",
        "base/16384/../../../out",
        "postgresql.conf",
        "pg_hba.conf",
        "postgresql.auto.conf",
        "pg_tblspc/16999",
        "base/16384/1259\0",
        "base/16384/1259\n",
    ],
)
def test_a_member_that_is_no_data_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unportable, match="is no file that a snapshot holds"):
        unpack(packed((name, b"x")), tmp_path / "back", POSTGRES)

    assert {} == files(tmp_path)


def test_no_file_is_written_twice(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        unpack(packed(("PG_VERSION", b"15"), ("PG_VERSION", b"16")), tmp_path / "back", POSTGRES)


def test_a_size_that_is_a_lie_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unportable, match="ends too early"):
        unpack(packed(("PG_VERSION", b"15"), size=30), tmp_path / "back", POSTGRES)
    with pytest.raises(Unportable, match="is no file that a snapshot holds"):
        unpack(packed(("PG_VERSION", b"15"), size=2**63), tmp_path / "other", POSTGRES)


def test_a_folder_above_the_cap_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(Unportable, match="more than 1000000 bytes"):
        pack(folder(tmp_path), POSTGRES, most=1_000_000)


def test_a_snapshot_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = pack(folder(tmp_path), POSTGRES)
    for size in (1, len(whole) // 2, len(whole) - 1):
        with pytest.raises(Unportable):
            unpack(whole[:size], tmp_path / f"back-{size}", POSTGRES)


@given(content=st.binary(max_size=2000))
def test_any_bytes_are_unpacked_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    place = tmp_path_factory.mktemp("any")
    with pytest.raises(Unportable):
        unpack(content or b"x", place / "back", POSTGRES)


@given(content=st.binary(max_size=5000))
def test_compression_is_undone(content: bytes) -> None:
    assert content == decompress(compress(content))


def test_what_decompresses_to_too_much_is_refused() -> None:
    with pytest.raises(Unportable, match="more than 1000 bytes"):
        decompress(compress(b"\0" * 10_000), most=1000)
    with pytest.raises(Unportable, match="can't be decompressed"):
        decompress(b"no zstd at all")


MARIA = {
    "aria_log.00000001": b"log",
    "ibdata1": b"data",
    "schema_ci_kept/db.opt": b"options",
    "schema_ci_kept/t@002d1#P#p0.ibd": b"rows",
}


def test_data_of_mariadb_comes_back_without_what_the_server_makes_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name, content in {**MARIA, "ibtmp1": b"x", "mysql_upgrade_info": b"x"}.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)

    unpack(pack(data, MARIADB), tmp_path / "back", MARIADB)

    assert MARIA == files(tmp_path / "back")


@pytest.mark.parametrize(
    "name",
    ["../t.ibd", "a/../b.ibd", "t.ibd", "a/t.isl", "a/t.MRG", "a/evil.so", "my.cnf", "/a/t.ibd"],
)
def test_a_file_that_mariadb_keeps_no_data_in_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unportable, match="is no file that a snapshot holds"):
        unpack(packed((name, b"x")), tmp_path / "back", MARIADB)

    assert {} == files(tmp_path)
