"""`atlas.sum`: byte for byte, and what is wrong when it differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.migrations.checksum import atlas_sum, checksum_of, verify
from ci_runner.migrations.directory import Directory
from ci_runner.migrations.reader import files_on_disk, read_files

CORPORA = Path(__file__).parents[2] / "../shared/corpora"
FILES = {"1_a.sql": b"SELECT 1;\n", "2_b.sql": b"SELECT 2;\r\n", "3_c.sql": b""}


def directory(files: dict[str, bytes], checksum: bytes | None) -> Directory:
    extra = {} if checksum is None else {"atlas.sum": checksum}
    return read_files("m", "atlas", {**files, **extra})


def good() -> bytes:
    return atlas_sum(sorted(FILES.items()))


@pytest.mark.parametrize("path", [path.parent for path in CORPORA.glob("*/migrations/atlas.sum")])
def test_real_directory_has_the_sum_that_atlas_wrote(path: Path) -> None:
    found = read_files(path.name, "golang-migrate", files_on_disk(path.parent, path.name))

    assert found.checksum == checksum_of(found)
    assert () == verify(found)


def test_an_ignored_file_counts_by_name_only() -> None:
    ignored = {**FILES, "2_b.sql": b"-- atlas:sum ignore\nSELECT 2;"}
    edited = {**FILES, "2_b.sql": b"-- atlas:sum ignore\nSELECT 3;"}

    assert atlas_sum(sorted(ignored.items())) == atlas_sum(sorted(edited.items()))
    assert [b"1_a.sql", b"3_c.sql"] == [
        line.split()[0] for line in atlas_sum(ignored.items()).splitlines()[1:]
    ]
    assert () == verify(directory(ignored, atlas_sum(ignored.items())))
    assert atlas_sum({"1_a.sql": b"", "3_c.sql": b""}.items()) != atlas_sum(
        {"1_a.sql": b"", "2_b.sql": b"-- atlas:sum ignore", "3_c.sql": b""}.items()
    )


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"-- atlas:sum ignore\r\nSELECT 1;", 1),
        (b"/* atlas:sum  ignore", 1),
        (b"-- atlas:sum ignored", 2),
        (b"-- atlas:sum ignore, please", 2),
        (b"-- a\n-- atlas:sum ignore", 2),
        (b"\xef\xbb\xbf-- atlas:sum ignore", 2),
    ],
)
def test_the_directive_is_matched_as_atlas_does(content: bytes, lines: int) -> None:
    assert lines == len(atlas_sum([("1_a.sql", content)]).splitlines())


def test_golang_migrate_runs_by_number_and_is_hashed_by_name() -> None:
    files = {"9_a.up.sql": b"a", "10_b.up.sql": b"b"}
    found = read_files("m", "golang-migrate", files)

    assert ["9_a.up.sql", "10_b.up.sql"] == [file.name for file in found.files]
    assert [b"10_b.up.sql", b"9_a.up.sql"] == [
        line.split()[0] for line in checksum_of(found).splitlines()[1:]
    ]


def test_a_directory_that_agrees_has_no_problem() -> None:
    assert () == verify(directory(FILES, good()))
    assert () == verify(directory({}, None))


def problems(files: dict[str, bytes], checksum: bytes | None) -> list[tuple[str, str, int]]:
    return [(each.kind, each.file, each.line) for each in verify(directory(files, checksum))]


def test_only_the_first_edited_file_can_be_named() -> None:
    edited = {**FILES, "2_b.sql": b"SELECT 22;"}

    assert [("edited", "2_b.sql", 3)] == problems(edited, good())


def test_added_and_removed_files_are_named() -> None:
    changed = {"1_a.sql": FILES["1_a.sql"], "3_c.sql": b"", "4_d.sql": b""}

    assert [("removed", "2_b.sql", 3), ("added", "4_d.sql", 0)] == problems(changed, good())


def test_a_directory_without_its_checksum_misses_it() -> None:
    assert [("missing", "atlas.sum", 0)] == problems(FILES, None)


@pytest.mark.parametrize("content", [b"", good() + b"<<<<<<< HEAD\n", b"\xff" + good()])
def test_what_is_no_checksum_file_is_malformed(content: bytes) -> None:
    assert [("malformed", "atlas.sum", 1)] == problems(FILES, content)


def test_a_first_line_that_does_not_fit_the_rest_is_malformed() -> None:
    _, rest = good().split(b"\n", 1)

    assert [("malformed", "atlas.sum", 1)] == problems(FILES, b"h1:other\n" + rest)
