from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.errors import UsageError
from ci_runner.report.artifact import LARGEST, NAME, read_report, read_reports

CONTENT = b'{"a": 1}'


def folder(place: Path, content: bytes = CONTENT) -> Path:
    place.mkdir(parents=True)
    (place / NAME).write_bytes(content)
    return place


def archive(place: Path, *entries: tuple[str, bytes], kind: int = 0) -> Path:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = kind << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content)
    return place


def test_a_folder_and_an_archive_say_the_same(tmp_path: Path) -> None:
    packed = archive(tmp_path / "a.zip", ("report.md", b"x"), (NAME, CONTENT))

    assert CONTENT == read_report(folder(tmp_path / "a")) == read_report(packed)


def test_an_archive_may_hold_the_folder_as_gitlab_packs_it(tmp_path: Path) -> None:
    packed = archive(tmp_path / "a.zip", (f"schema-ci-report/{NAME}", CONTENT))

    assert CONTENT == read_report(packed)


def test_t20_nothing_of_an_archive_is_written_anywhere(tmp_path: Path) -> None:
    packed = archive(tmp_path / "a.zip", ("../evil", b"x"), ("/etc/evil", b"x"), (NAME, CONTENT))
    before = sorted(tmp_path.rglob("*"))

    assert CONTENT == read_report(packed)
    assert before == sorted(tmp_path.rglob("*"))
    assert not (tmp_path.parent / "evil").exists()


def linked(place: Path) -> Path:
    secret = place / "secret"
    secret.write_bytes(CONTENT)
    (place / "a").mkdir()
    (place / "a" / NAME).symlink_to(secret)
    return place / "a"


def piped(place: Path) -> Path:
    (place / "a").mkdir()
    os.mkfifo(place / "a" / NAME)
    return place / "a"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (linked, "the report can't be read"),
        (piped, "the report is no plain file"),
        (lambda place: folder(place / "a", b" " * (LARGEST + 1)), "more than 16777216 bytes"),
        (lambda place: archive(place / "a.zip", (NAME, b" " * (LARGEST + 1))), "more than"),
        (lambda place: archive(place / "a.zip", (NAME, b"x"), kind=stat.S_IFLNK), "no single"),
        (lambda place: archive(place / "a.zip", (f"x/../{NAME}", b"x")), "there is no report"),
        (lambda place: archive(place / "a.zip", (f"../{NAME}", b"x")), "there is no report"),
        (
            lambda place: archive(place / "a.zip", *((f"{x}/{NAME}", b"") for x in "ab")),
            "no single",
        ),
        (lambda place: archive(place / "a.zip"), "there is no report"),
        (
            lambda place: archive(place / "a.zip", *((str(each), b"") for each in range(10_001))),
            "more than 10000 entries",
        ),
        (lambda place: place / "nothing", "there is no report"),
    ],
)
def test_t20_t21_what_is_no_plain_report_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], says: str
) -> None:
    place = make(tmp_path)

    with pytest.raises(UsageError, match=says) as refused:
        read_report(place)

    assert refused.value.next_step


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_t21_an_archive_with_two_reports_is_refused(tmp_path: Path) -> None:
    packed = archive(tmp_path / "a.zip", (NAME, b"{}"), (NAME, CONTENT))

    with pytest.raises(UsageError, match="no single plain"):
        read_report(packed)


@given(at=st.integers(0, 150), byte=st.integers(0, 255), cut=st.integers(0, 160))
@settings(max_examples=60, deadline=None)
def test_t21_a_damaged_archive_is_refused_or_read_and_never_a_fault(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, cut: int
) -> None:
    place = archive(tmp_path_factory.mktemp("zip") / "a.zip", (NAME, CONTENT))
    damaged = bytearray(place.read_bytes())
    damaged[at % len(damaged)] = byte
    place.write_bytes(bytes(damaged)[: max(cut, 22)] if cut < 100 else bytes(damaged))

    try:
        content = read_report(place)
    except UsageError as refused:
        content = CONTENT if refused.next_step else b""

    assert CONTENT == content


def test_artifacts_that_lie_side_by_side_are_all_found(tmp_path: Path) -> None:
    folder(tmp_path / "b", b"2")
    archive(tmp_path / "a.zip", (NAME, b"1"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "b")

    found = list(read_reports([tmp_path, tmp_path / "b"]))

    assert [b"1", b"2", b"2"] == [content for _, content in found]


def test_a_place_without_any_report_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no report"):
        list(read_reports([tmp_path]))
