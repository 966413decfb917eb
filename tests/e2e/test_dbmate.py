"""dbmate itself runs what we write for it, there and back, and gets where we said."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.checkout import Checkout, new_checkout
from tests.conftest import require

USERS = "CREATE TABLE users (\n  id integer PRIMARY KEY,\n  name text NOT NULL\n);\n"
MORE = {
    "sqlite": "ALTER TABLE users ADD COLUMN email text;\n"
    "CREATE TRIGGER t AFTER INSERT ON users BEGIN\n  DELETE FROM users WHERE id = 0;\nEND;\n",
    "postgres": "ALTER TABLE users ADD COLUMN email text;\n"
    "CREATE INDEX by_email ON users (email);\n"
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND $$;\n",
}


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_what_is_written_for_dbmate_runs_there_and_back(
    tmp_path: Path, clients: Path, given_url: str, dialect: str
) -> None:
    checkout = new_checkout(tmp_path / "work", dialect)
    checkout.git("rm", "-rq", "migrations")
    first = f"-- migrate:up\n{USERS}\n-- migrate:down\nDROP TABLE users;\n"
    checkout.write("migrations/20260101000000_users.sql", first)
    checkout.write("schema.sql", USERS + MORE[dialect])
    checkout.commit()

    done = checkout.run("diff")

    assert 0 == done.code, done.said
    database = Database(clients, checkout, dialect, given_url, f"m{tmp_path.name[-30:]}")
    try:
        database.dbmate("up")
        assert not database.difference(checkout, "schema.sql")
        new = list((checkout.root / "migrations").iterdir())
        assert len(new) == (3 if dialect == "postgres" else 2)
        for _ in new[1:]:
            database.dbmate("down")
        checkout.write("before.sql", USERS)
        assert not database.difference(checkout, "before.sql")
    finally:
        database.dbmate("drop")


class Database:
    """One that dbmate makes, migrates and drops, with a table of its own in it."""

    def __init__(
        self, clients: Path, checkout: Checkout, dialect: str, given: str, name: str
    ) -> None:
        self._program = clients / "@dbmate" / "linux-x64" / "bin" / "dbmate"
        if not self._program.is_file():
            require("needs dbmate, which npm brings for Linux on x64")
        self._folder = checkout.root / "migrations"
        if dialect == "sqlite":
            file = checkout.root / "production.db"
            self._theirs = self._ours = f"sqlite:{file}"
            self._ours = f"sqlite://{file}"
        else:
            asked = parse_qs(urlsplit(given).query)
            host, user = asked["host"][0], asked["user"][0]
            name = name.replace("-", "_")
            self._theirs = f"postgres://{user}@/{name}?socket={host}&sslmode=disable"
            self._ours = f"postgres:///{name}?host={host}&user={user}"

    def dbmate(self, what: str) -> None:
        flags = ("--no-dump-schema", "--url", self._theirs, "--migrations-dir", str(self._folder))
        done = subprocess.run(
            (str(self._program), *flags, what), capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, done.stderr

    def difference(self, checkout: Checkout, schema: str) -> str:
        """What a comparison finds, dbmate's own table left out."""
        ends = ("--from", self._ours, "--to", schema)
        theirs = ("--exclude", "*.schema_migrations" if "postgres" in self._ours else "schema_*")
        done = checkout.run("schema", "diff", *ends, *theirs, "--check")
        assert done.code in {0, 3}, done.said
        return done.out
