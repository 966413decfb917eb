"""`atlas.sum`: byte for byte, and what is wrong when it differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.migrations.checksum import ChecksumProblem, atlas_sum, directory_sum, verify
from ci_runner.migrations.directory import Directory
from ci_runner.migrations.reader import read_directory, read_files

CORPORA = Path(__file__).parents[2] / "../shared/corpora"
FILES = {"1_a.sql": b"SELECT 1;\n", "2_b.sql": b"SELECT 2;\r\n", "3_c.sql": b""}


def directory(files: dict[str, bytes], checksum: bytes | None) -> Directory:
    extra = {} if checksum is None else {"atlas.sum": checksum}
    return read_files("m", "atlas", {**files, **extra})


def good() -> bytes:
    return atlas_sum(sorted(FILES.items()))


@pytest.mark.parametrize("path", [path.parent for path in CORPORA.glob("*/migrations/atlas.sum")])
def test_real_directory_has_the_sum_that_atlas_wrote(path: Path) -> None:
    found = read_directory(path.parent, path.name, "golang-migrate")

    assert found.checksum == directory_sum(found)
    assert () == verify(found)


def test_an_ignored_file_counts_by_name_only() -> None:
    ignored = {**FILES, "2_b.sql": b"-- atlas:sum ignore\nSELECT 2;"}
    edited = {**FILES, "2_b.sql": b"-- atlas:sum ignore\nSELECT 3;"}

    assert atlas_sum(sorted(ignored.items())) == atlas_sum(sorted(edited.items()))
    assert 3 == len(atlas_sum(sorted(ignored.items())).splitlines())


def test_a_directory_that_agrees_has_no_problem() -> None:
    assert () == verify(directory(FILES, good()))
    assert () == verify(directory({}, None))


def test_only_the_first_edited_file_can_be_named() -> None:
    edited = {**FILES, "2_b.sql": b"SELECT 22;"}

    assert (ChecksumProblem("edited", "2_b.sql", 3),) == verify(directory(edited, good()))


def test_added_and_removed_files_are_named() -> None:
    changed = {"1_a.sql": FILES["1_a.sql"], "3_c.sql": b"", "4_d.sql": b""}

    assert (
        ChecksumProblem("removed", "2_b.sql", 3),
        ChecksumProblem("added", "4_d.sql"),
    ) == verify(directory(changed, good()))


def test_a_directory_without_its_checksum_misses_it() -> None:
    assert (ChecksumProblem("missing", "atlas.sum"),) == verify(directory(FILES, None))


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"", 1), (b"h1:nonsense\n", 1), (good() + b"<<<<<<< HEAD\n", 5), (b"\xff" + good(), 1)],
)
def test_a_broken_checksum_file_is_named_with_its_line(content: bytes, line: int) -> None:
    assert (ChecksumProblem("malformed", "atlas.sum", line),) == verify(directory(FILES, content))
