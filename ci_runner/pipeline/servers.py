"""The dev servers of one run: one per engine, started when the first project asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ci_runner.config.model import Config
from ci_runner.config.secret import Secret
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.provision import provision
from ci_runner.devdb.replay import Script, script
from ci_runner.devdb.server import Server
from ci_runner.devdb.url import dialect_of
from ci_runner.devdb.watchdog import Limits
from ci_runner.dialects import dialect
from ci_runner.errors import ConfigError
from ci_runner.log import Log
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats.naming import natural
from ci_runner.migrations.intake import Intake
from ci_runner.pipeline.options import sizes
from ci_runner.pipeline.sources import dialect_of_source
from ci_runner.pipeline.workspace import Workspace

# Without IF NOT EXISTS, so that it fails where the extension is there already.
_MAKES = re.compile(
    rb"\bCREATE\s+EXTENSION\s+(?!IF\s+NOT\s+EXISTS\b)\"?([a-z0-9_-]+)", re.IGNORECASE
)


def limits(config: Config) -> Limits:
    """What the SQL of one dev server may take."""
    given = config.limits
    return Limits(given.statement_seconds, given.total_seconds, given.megabytes)


@contextmanager
def servers(workspace: Workspace, log: Log) -> Iterator[Callable[[str], Server]]:
    """Give the server of a dialect; all end with the block.

    The configured dev URL serves the projects of its own engine; where there is none of them it
    serves nobody, which is a ConfigError. Also raises DatabaseError when no server can be had.
    """
    running: dict[str, Server] = {}
    config = workspace.config
    url = config.dev_url
    dialects = {project.dialect for project in config.projects}
    meant = dialect_of(url) if url else ""
    if meant and meant not in dialects:
        raise ConfigError(
            f"the dev URL is for {meant}, and every project is for {', '.join(sorted(dialects))}",
            where=config.origins["dev.url"],
            next_step="correct one of them",
        )
    with ExitStack() as stack:

        def server(dialect: str) -> Server:
            if dialect not in running:
                mine = url if dialect == meant else ""
                prepare = preparation(workspace, dialect)
                running[dialect] = stack.enter_context(
                    provision(mine, dialect, prepare=prepare, say=log.info)
                )
            return running[dialect]

        yield server


@contextmanager
def one_server(
    workspace: Workspace, dialect_name: str, log: Log, sources: tuple[str, ...] = ()
) -> Iterator[Server]:
    """The server of one dialect for a command without projects.

    A dev URL of another engine, in a file that is for other work, is left alone. A database among
    `sources` is never worked on. Raises ConfigError and DatabaseError.
    """
    url = workspace.config.dev_url
    stated = workspace.config.origins["dev.url"] in {"--dev-url", "SCHEMA_CI_DEV_URL"}
    mine = url if url and (stated or dialect_of(url) == dialect_name) else ""
    prepare = preparation(workspace, dialect_name, sources)
    with provision(mine, dialect_name, prepare=prepare, say=log.info) as server:
        yield server


def preparation(
    workspace: Workspace, dialect_name: str, sources: tuple[str, ...] = ()
) -> Preparation:
    """What the databases of one engine are to hold: `[dev]` speaks of one engine only.

    That of the dev URL, else the only server's engine among the projects. Raises ConfigError and
    UsageError, also for setup that is not there.
    """
    config = workspace.config
    dev = config.dev
    databases = tuple(Secret(each) for each in sources if dialect_of_source(each) == dialect_name)
    if dialect_name != _engine_of_dev(workspace):
        return Preparation(
            superuser=config.dev_superuser,
            targets=databases,
            limits=limits(config),
            memory=config.container_memory,
            processes=config.container_processes,
        )
    return Preparation(
        superuser=config.dev_superuser,
        extensions=dev.extensions,
        roles=dev.roles,
        setup=_setup(workspace, dialect_name),
        like=dev.like,
        makes=_made_by_files(workspace) if dev.like else frozenset(),
        targets=(*databases, *((dev.like,) if dev.like else ())),
        limits=limits(config),
        memory=config.container_memory,
        processes=config.container_processes,
    )


def _engine_of_dev(workspace: Workspace) -> str:
    config = workspace.config
    if config.dev_url:
        return dialect_of(config.dev_url)
    engines = {project.dialect for project in config.projects}
    of_servers = sorted(engines - {"sqlite"})
    if len(of_servers) > 1 and (config.dev.setup or config.dev.extensions or config.dev.roles):
        raise ConfigError(
            f"`[dev]` speaks of one engine, and the projects are for {' and '.join(of_servers)}",
            next_step="give `dev.url`, which says which",
        )
    return of_servers[0] if of_servers else "sqlite"


def _setup(workspace: Workspace, dialect_name: str) -> tuple[Script, ...]:
    found: dict[str, bytes] = {}
    for path in workspace.config.dev.setup:
        files = workspace.trust.files(workspace.git, workspace.root, path)
        for name in sorted(files, key=lambda each: [natural(part) for part in each.split("/")]):
            found[name] = files[name]
    if not found:
        return ()
    engine = dialect(dialect_name)
    return tuple(
        script(MigrationFile(name, name, content, "", ""), "plain", engine)
        for name, content in found.items()
    )


def _made_by_files(workspace: Workspace) -> frozenset[str]:
    """Extensions that migrations or schemas make: a guess by text, wrong at worst in an error."""
    config = workspace.config
    paths = (each for project in config.projects for each in (project.directory, *project.schema))
    most = sizes(config)
    return frozenset(
        found[1].decode().lower()
        for path in paths
        for intake in (Intake(workspace.root, most),)
        for file in _files(workspace.root / path)
        for found in _MAKES.finditer(intake.read(file, path))
    )


def _files(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
    yield from sorted(each for each in place.rglob("*.sql") if each.is_file())
