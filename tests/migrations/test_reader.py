"""Directories read from disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.errors import ConfigError, SqlError
from ci_runner.migrations.reader import detect, files_on_disk, read_files


def test_files_have_repository_paths_and_other_files_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "db" / "migrations"
    folder.mkdir(parents=True)
    (folder / "1_a.sql").write_bytes(b"SELECT 1;\r\n")
    (folder / "README.md").write_bytes(b"\xff")

    found = read_files("db/migrations", "atlas", files_on_disk(tmp_path, "db/migrations"))

    assert [("db/migrations/1_a.sql", "1_a.sql", b"SELECT 1;\r\n")] == [
        (file.path, file.name, file.content) for file in found.files
    ]


def test_an_empty_directory_is_a_directory(tmp_path: Path) -> None:
    assert () == read_files(".", "flyway", files_on_disk(tmp_path, ".")).files


@pytest.mark.parametrize("name", ["file.sql", "absent"])
def test_what_is_no_directory_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.sql").touch()

    with pytest.raises(SqlError, match="does not exist"):
        read_files(name, "plain", files_on_disk(tmp_path, name))


@pytest.mark.parametrize("name", ["m", "m/1_a.sql"])
def test_a_link_out_of_the_root_is_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    (tmp_path / "outside").mkdir()
    link = root / name
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "outside")

    with pytest.raises(SqlError, match="leads out of"):
        read_files("m", "plain", files_on_disk(root, "m"))


def test_other_kinds_of_files_are_not_looked_at(tmp_path: Path) -> None:
    with (tmp_path / "dump.tar").open("wb") as file:
        file.truncate(2**30)
    (tmp_path / "LICENSE").symlink_to("/etc/hosts")
    (tmp_path / "atlas.sum").write_bytes(b"h1:\n")
    (tmp_path / "V1__a.sql.conf").touch()

    assert {"atlas.sum", "V1__a.sql.conf"} == set(files_on_disk(tmp_path, "."))


def test_an_unknown_format_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown format"):
        read_files(".", "rails", files_on_disk(tmp_path, "."))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["1_a.up.sql", "1_a.down.sql", "atlas.sum"], "golang-migrate"),
        (["1_a.sql", "atlas.sum"], "atlas"),
        (["x/V1_2__a.sql"], "flyway"),
        (["a.sql"], "plain"),
        (["V0001.a.up.sql", "V0001.a.down.sql"], "plain"),
        (["README.md"], "atlas"),
        ([], "atlas"),
        (["20260203040506_a.sql"], "plain"),
        (["20260203040506_a.sql", "atlas.sum"], "atlas"),
    ],
)
def test_names_speak_for_a_format(names: list[str], expected: str | None) -> None:
    assert expected == detect(dict.fromkeys(names, b""))
