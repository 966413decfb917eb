"""Real histories beside the checkout: their files in order, and what is found in one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ci_runner.devdb.replay import Script, rehearse, replay, script
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection
from ci_runner.errors import SqlError
from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.reader import style_alone

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
NAMES = {
    "postgres": (
        "bitmagnet", "concourse", "conductor-pg", "docsrs", "graph-node", "hyperswitch-vault",
        "memos-pg", "openfga-pg", "openmeter", "sourcify", "supabase-auth", "svix", "uaa-pg",
        "umami",
    ),
    "mysql": ("conductor-mysql", "memos-mysql", "openfga-mysql", "uaa-mysql"),
    "sqlite": ("authelia-sqlite", "conductor-sqlite", "memos-sqlite", "openfga-sqlite"),
}  # fmt: skip


def files(name: str) -> list[Path]:
    """The files that go forward, in the order of their versions."""
    folder = CORPORA / name / "migrations"
    forward = sorted(folder.rglob("*.up.sql")) or sorted(folder.rglob("up.sql"))
    return sorted(forward or folder.rglob("*.sql"), key=lambda file: _version(folder, file))


def _version(folder: Path, file: Path) -> tuple[list[int], str]:
    place = file.relative_to(folder).as_posix()
    return [int(number) for number in re.findall(r"\d+", place.partition("__")[0])], place


def findings(server: Server, name: str, wanted: Iterable[str]) -> Iterator[Finding]:
    """What is found in the `wanted` files, each as if it were new, up to the first that fails.

    A path is that in its migrations folder. Files behind the last wanted one are not run.
    """
    folder, left = CORPORA / name / "migrations", set(wanted)
    with server.database() as connection:
        for file in files(name):
            path = file.relative_to(folder).as_posix()
            if not left:
                return
            one = MigrationFile(path, path, file.read_bytes(), "", "")
            try:
                if path not in left:
                    replay(connection, (_script(server, one),))
                    continue
                left.discard(path)
                found, whole = _judged(server, connection, one)
            except SqlError:
                return  # an extension or a role that this server has not
            yield from found
            if not whole:
                return


def _script(server: Server, one: MigrationFile) -> Script:
    return script(one, style_alone(one.content), server.dialect)


def _judged(
    server: Server, connection: Connection, one: MigrationFile
) -> tuple[tuple[Finding, ...], bool]:
    """What is found in a file, and whether it ran. Nobody tells what has run it in production."""
    engine = server.dialect
    history = rehearse(connection, engine, (_script(server, one),), compared=False)
    review = Review(
        engine.name, engine.default_schema, history.base, history.steps, tool_known=False
    )
    return check(review, Policy()), history.failed is None
