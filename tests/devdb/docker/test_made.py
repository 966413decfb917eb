"""What initdb made in a container is used for the same image only, and only as it was kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.devdb.docker.made import Made, environment, made
from ci_runner.devdb.packing import compress


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Made:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = made("sha256:one", "prepare", 2048)
    assert first is not None
    assert b"" == first.content
    assert "" == first.store.save(first.name, compress(b"a data folder"))
    return first


def _content(image: str, *depends: object) -> bytes:
    found = made(image, *depends)
    assert found is not None
    return found.content


def test_it_is_for_the_same_image_and_settings(kept: Made) -> None:
    assert b"a data folder" == _content("sha256:one", "prepare", 2048)
    assert b"" == _content("sha256:two", "prepare", 2048)
    assert b"" == _content("sha256:one", "prepare", 1024)


def test_a_container_is_asked_for_it_only_where_there_is_none() -> None:
    first, next_ = (environment(each, asked=not each) for each in (b"", b"a data folder"))

    assert {"SCHEMA_CI_GIVEN": "", "SCHEMA_CI_ASKED": "1"} == first
    assert {"SCHEMA_CI_GIVEN": "13", "SCHEMA_CI_ASKED": ""} == next_


def test_what_was_tampered_with_is_made_anew(kept: Made, tmp_path: Path) -> None:
    [file] = (tmp_path / "schema-ci").glob("*.snapshot")
    written = file.read_bytes()
    file.write_bytes(written[:-1] + b"R")

    assert b"" == _content("sha256:one", "prepare", 2048)


def test_nothing_is_kept_where_there_is_no_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nowhere" / "caches"))

    assert made("sha256:one") is None
