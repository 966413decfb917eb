"""A real git checkout and the real command in it: what tests of whole runs stand on."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.forked import forked

CHECKOUT = Path(__file__).parent.parent
_CACHES = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
SCHEMA = "CREATE TABLE users (\n  id integer PRIMARY KEY,\n  name text NOT NULL\n);\n"
FIRST = "20260101000000_users.sql"
_AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "Jo Doe"),
        ("EMAIL", "jo@localhost"),
        ("DATE", "2026-02-03T04:05:06Z"),
    )
}


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Checkout:
    """A work tree of our own. `environ` is all that the command gets besides PATH."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)

    def git(self, *argv: str) -> str:
        done = subprocess.run(
            ("git", "-C", str(self.root), *argv),
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **_AUTHOR},
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout.rstrip("\n")

    def write(self, path: str, content: str | bytes) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str = "a change") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def run(self, *argv: str, **environ: str) -> Done:
        """`schema-ci ARGV` in the root of the checkout, in a process of its own."""
        return _ended(*forked(argv, self._all(environ), self.root))

    def run_anew(self, *argv: str, **environ: str) -> Done:
        """The same in a new Python: its sets, for one, are in another order each time."""
        done = subprocess.run(
            (sys.executable, "-m", "ci_runner", *argv),
            cwd=self.root,
            env=self._all(environ),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return _ended(done.returncode, done.stdout, done.stderr)

    def _all(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The checkout may stand anywhere: what the tests import is what the command is."""
        ours = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CHECKOUT),
            "HOME": "/nonexistent",
            # A new server of each engine is made once on this machine, not by each run.
            "XDG_CACHE_HOME": _CACHES,
        }
        return {**ours, **self.environ, **environ}

    def files(self) -> dict[str, bytes]:
        """Every file of the work tree, reports and git's own left out."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
            and not {".git", "schema-ci-report"} & set(path.relative_to(self.root).parts)
        }

    def report(self) -> Any:
        return json.loads((self.root / "schema-ci-report" / "report.json").read_text())

    def timeless_report(self) -> str:
        """report.json with every duration, which no two runs share, set to 0."""
        text = (self.root / "schema-ci-report" / "report.json").read_text()
        return re.sub(r'("\w*milliseconds": )[0-9.e+-]+', r"\g<1>0", text)


def _ended(code: int, out: str, err: str) -> Done:
    assert "Traceback" not in out + err, err
    return Done(code, out, err)


def new_checkout(root: Path, dialect: str = "sqlite", config: str = "") -> Checkout:
    """A repository on `main` with one merged migration that reaches its desired schema."""
    shutil.copytree(_template(dialect, config), root, dirs_exist_ok=True)
    return Checkout(root)


@cache
def _template(dialect: str, config: str) -> Path:
    root = Path(mkdtemp(prefix="schema-ci-template-"))
    atexit.register(shutil.rmtree, root)
    checkout = Checkout(root)
    checkout.git("init", "--quiet", "--initial-branch=main", "--template=")
    checkout.write(
        "schema-ci.toml",
        f'[[project]]\nname = "shop"\ndialect = "{dialect}"\nschema = "schema.sql"\n{config}',
    )
    checkout.write("schema.sql", SCHEMA)
    checkout.write(f"migrations/{FIRST}", SCHEMA)
    checkout.write("migrations/atlas.sum", "")
    assert 0 == checkout.run("hash").code
    checkout.commit("first")
    return root


def add_column(checkout: Checkout, column: str = "email text") -> None:
    """Let the desired schema ask for one more column."""
    schema = (checkout.root / "schema.sql").read_text()
    checkout.write("schema.sql", schema.replace("\n);", f",\n  {column}\n);"))


def validated(schema: str, file: Path) -> None:
    """`file` is what check-jsonschema's own copy of a platform's schema asks for."""
    command = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        (str(command), "--builtin-schema", schema, str(file)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout
