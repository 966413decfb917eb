"""A server of our own: isolated, unprivileged, and gone without a trace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.local import find_binaries, local_postgres
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import StatementFailed
from ci_runner.errors import DatabaseError
from tests.conftest import require

_CHECKOUT = Path(__file__).parents[2]


def folder_of(server: PostgresServer) -> Path:
    return Path(server.admin.split()[0].removeprefix("host="))


def test_databases_do_not_see_each_other(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as one, postgres_server.database() as other:
        one.execute("CREATE TABLE t (a int)")

        assert [("t",)] == one.query("SELECT relname FROM pg_class WHERE relname = 't'")
        assert [] == other.query("SELECT relname FROM pg_class WHERE relname = 't'")


def test_migrations_can_not_run_programs(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (a text)")
        with pytest.raises(StatementFailed) as refused:
            connection.execute("COPY t FROM PROGRAM 'id'")

    assert "42501" == refused.value.failure.code


def test_description_says_version_and_place(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        expected = f"PostgreSQL {connection.version}, local server"

    assert expected == postgres_server.description


def test_nothing_is_left_after_an_error(postgres_server: PostgresServer) -> None:
    with (
        pytest.raises(StatementFailed),
        local_postgres() as server,
        server.database() as connection,
    ):
        connection.execute("SELECT 1 / 0")

    assert not folder_of(server).exists()


def test_superuser_is_had_for_the_asking(postgres_server: PostgresServer) -> None:
    with local_postgres(superuser=True) as server, server.database() as connection:
        assert folder_of(server).is_dir()
        assert [("on",)] == connection.query("SHOW is_superuser")


def test_our_own_environment_changes_nothing(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATABASE", "nowhere")
    with postgres_server.database() as connection:
        assert [(1,)] == connection.query("SELECT 1")


@pytest.fixture
def wrapped_initdb() -> Iterator[Path]:
    """A folder for an `initdb` of a test's own, readable by the user that the server runs as."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _install(folder: Path, body: str) -> None:
    binaries = find_binaries()
    if binaries is None:
        require("needs PostgreSQL server binaries: apt-get install postgresql")
    for name, lines in (("initdb", body), ("postgres", "")):
        script = folder / name
        script.write_text(f'#!/bin/sh\n{lines}\nexec {binaries / name} "$@"\n')
        script.chmod(0o755)


def test_locale_falls_back_to_c(wrapped_initdb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse = 'echo "initdb: error: invalid locale name \\"C.UTF-8\\"" >&2; exit 1'
    _install(wrapped_initdb, f'case "$*" in *--locale=C.UTF-8*) {refuse};; esac')
    monkeypatch.setenv("PATH", f"{wrapped_initdb}:/usr/bin:/bin")

    with local_postgres() as server, server.database() as connection:
        assert [("C", "UTF8")] == connection.query(
            "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database"
            " WHERE datname = current_database()"
        )


def test_failing_initdb_is_quoted(wrapped_initdb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(wrapped_initdb, "echo 'initdb: error: no space' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{wrapped_initdb}:/usr/bin:/bin")

    with pytest.raises(DatabaseError) as refused, local_postgres():
        pass

    assert "initdb failed\n  initdb: error: no space" == str(refused.value)


# As nobody Python may not be ours to read any more, so all that is needed is imported before.
_AS_NOBODY = """
import os, pwd
from pathlib import Path
import ci_runner.dialects.postgres.session
from ci_runner.devdb.local import local_postgres
from ci_runner.dialects import dialect
dialect("postgres")
nobody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)
with local_postgres() as server, server.database() as connection:
    folder = Path(server.admin.split()[0].removeprefix("host="))
    print(connection.query("SELECT 1"), (folder / "data" / "PG_VERSION").owner())
print(folder.exists())
"""


@pytest.mark.root
def test_an_ordinary_user_runs_the_server_as_himself(postgres_server: PostgresServer) -> None:
    if os.geteuid() != 0:
        require("needs root, to become somebody else")
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY],
        cwd=_CHECKOUT,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "[(1,)] nobody\nFalse\n" == done.stdout


_ROWS = {
    "local://postgres": "SELECT repeat(md5(n::text), 30) FROM generate_series(1, 200000) n",
    "local://mariadb": "SELECT repeat('x', 7000) FROM seq_1_to_1000000",
}
_ROOM = "next: make room in {place}, or set TMPDIR to where there is some"


@pytest.mark.root
@pytest.mark.parametrize(
    ("url", "megabytes", "code", "said"),
    [
        ("local://postgres", 10, 5, ("No space left on device", _ROOM)),
        ("local://postgres", 90, 8, ("schema.sql:2\n  could not extend file", "No space left")),
        ("local://mariadb", 10, 5, ("out of disk space", _ROOM)),
        ("local://mariadb", 120, 8, ("schema.sql:2\n  The table 'big' is full",)),
    ],
)
def test_a_disk_that_is_full_is_told_and_empty_again(
    postgres_server: PostgresServer,
    maria_server: MysqlServer,
    tmp_path: Path,
    url: str,
    megabytes: int,
    code: int,
    said: tuple[str, ...],
) -> None:
    """On file systems that only the run and its server see."""
    if os.geteuid() != 0:
        require("needs root, to mount a small disk")
    schema = tmp_path / "schema.sql"
    schema.write_text(f"CREATE TABLE big (line varchar(8000));\nINSERT INTO big {_ROWS[url]};\n")
    # Not below pytest's own folder, which the server's account may not enter.
    place = Path(tempfile.mkdtemp(prefix="full-disk-"))
    place.chmod(0o755)
    script = (
        "mount -t tmpfs -o size=16m tmpfs /dev/shm\n"
        f"mount -t tmpfs -o size={megabytes}m,mode=1777 tmpfs {place}\n"
        f"TMPDIR={place} {sys.executable} -m ci_runner schema diff --from empty --to {schema}"
        f" --dev-url {url}\n"
        f"code=$?; ls {place}; exit $code\n"
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        cwd=_CHECKOUT,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "nowhere" / "x")},
        capture_output=True,
        text=True,
        check=False,
    )
    place.rmdir()

    assert code == done.returncode, done.stderr
    for each in said:
        assert each.format(place=place) in done.stderr
    assert "next: make" in done.stderr
    assert "" == done.stdout
