"""Files of strangers are read up to limits, and only where they belong."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from ci_runner.errors import SqlError
from ci_runner.migrations.intake import Intake, Sizes
from ci_runner.migrations.reader import files_on_disk


def sparse(place: Path, megabytes: int) -> Path:
    with place.open("wb") as file:
        file.truncate(megabytes * 2**20)
    return place


def test_a_file_of_200_mebibytes_is_refused_unread(tmp_path: Path) -> None:
    sparse(tmp_path / "1.sql", 200)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(SqlError) as refused:
        files_on_disk(tmp_path, ".", Sizes(file_megabytes=8))

    assert "the file is larger than 8 MiB" == refused.value.what
    assert "./1.sql" == refused.value.where
    assert "limits.file-megabytes" in refused.value.next_step
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_files_are_counted(tmp_path: Path) -> None:
    for name in ("1.sql", "2.sql", "3.sql"):
        (tmp_path / name).touch()

    assert 3 == len(files_on_disk(tmp_path, ".", Sizes(files=3)))
    with pytest.raises(SqlError, match="more than 2 files") as refused:
        files_on_disk(tmp_path, ".", Sizes(files=2))

    assert "SCHEMA_CI_LIMITS_FILES" in refused.value.next_step


def test_their_sizes_are_summed_up(tmp_path: Path) -> None:
    for name in ("1.sql", "2.sql", "3.sql"):
        sparse(tmp_path / name, 1)

    with pytest.raises(SqlError, match="larger than 2 MiB in all") as refused:
        files_on_disk(tmp_path, ".", Sizes(total_megabytes=2))

    assert "./3.sql" == refused.value.where


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret").write_text("hunter2")
    (home / "schema.sql").symlink_to(tmp_path / "secret")

    with pytest.raises(SqlError, match="the link leads out"):
        Intake(home).read(home / "schema.sql", "schema.sql")


def test_a_device_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SqlError, match="no regular file"):
        Intake(Path("/dev")).read(Path("/dev/zero"), "zero")
