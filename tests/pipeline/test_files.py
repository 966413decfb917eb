"""Generated files reach the work tree whole, all of them, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.errors import SqlError, UsageError
from ci_runner.pipeline.files import write_migrations, write_whole


def contents(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    files = {"db/m/1_a.sql": b"SELECT 1;\n", "db/m/atlas.sum": b"h1:\n"}

    write_migrations(tmp_path, "db/m", files)

    assert files == contents(tmp_path)


@pytest.mark.parametrize("path", ["db/other/1.sql", "db/m/../1.sql", "1.sql", "/etc/1.sql"])
def test_a_path_outside_the_directory_is_refused_before_anything_is_written(
    tmp_path: Path, path: str
) -> None:
    (tmp_path / "db" / "m").mkdir(parents=True)

    with pytest.raises(SqlError, match="refusing to write outside"):
        write_migrations(tmp_path, "db/m", {"db/m/0.sql": b"x", path: b"x"})

    assert {} == contents(tmp_path)


def test_a_link_is_never_written_through(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.sql"
    (root / "m").mkdir(parents=True)
    outside.write_bytes(b"precious")
    (root / "m" / "1.sql").symlink_to(outside)

    with pytest.raises(SqlError):
        write_migrations(root, "m", {"m/1.sql": b"x"})

    assert b"precious" == outside.read_bytes()


def test_a_directory_that_is_a_link_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "m").symlink_to(tmp_path / "outside")

    with pytest.raises(SqlError, match="leads out of the repository"):
        write_migrations(root, "m", {"m/1.sql": b"x"})


def test_what_was_there_comes_back_when_another_file_fails(tmp_path: Path) -> None:
    (tmp_path / "m" / "2.sql").mkdir(parents=True)
    (tmp_path / "m" / "1.sql").write_bytes(b"before")

    with pytest.raises(UsageError, match="could not be written"):
        write_migrations(tmp_path, "m", {"m/0.sql": b"new", "m/1.sql": b"new", "m/2.sql": b"new"})

    assert {"m/1.sql": b"before"} == contents(tmp_path)


def test_a_file_keeps_its_mode_and_leaves_no_crumbs(tmp_path: Path) -> None:
    place = tmp_path / "run.sql"
    place.write_bytes(b"old")
    place.chmod(0o640)

    write_whole(place, b"new")

    assert (b"new", 0o640) == (place.read_bytes(), place.stat().st_mode & 0o777)
    assert [place] == list(tmp_path.iterdir())
