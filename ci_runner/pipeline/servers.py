"""The dev servers of one run: each is started when the first project asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from ci_runner.config.model import Config, Dev, Project
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
def servers(workspace: Workspace, log: Log) -> Iterator[Callable[[Project], Server]]:
    """Give the server of a project; all end with the block.

    Projects that ask for the same share it. The configured dev URL serves the projects of its own
    engine; where there is none of them it serves nobody, which is a ConfigError. Also raises
    DatabaseError when no server can be had.
    """
    running: dict[tuple[str, Dev], Server] = {}
    config = workspace.config
    _refuse_useless(config)
    with ExitStack() as stack:

        def server(project: Project) -> Server:
            dialect, dev = project.dialect, _of_project(config, project)
            if (dialect, dev) not in running:
                alike = [
                    each
                    for each in config.projects
                    if (each.dialect, _of_project(config, each)) == (dialect, dev)
                ]
                prepare = _preparation(workspace, dialect, dev, alike)
                running[dialect, dev] = stack.enter_context(
                    provision(dev.url, dialect, prepare=prepare, say=log.info)
                )
            return running[dialect, dev]

        yield server


def _refuse_useless(config: Config) -> None:
    """A dev URL that serves nobody. Raises ConfigError."""
    dialects = {project.dialect for project in config.projects}
    meant = dialect_of(config.dev.url) if config.dev.url else ""
    if meant and meant not in dialects:
        raise ConfigError(
            f"the dev URL is for {meant}, and every project is for {', '.join(sorted(dialects))}",
            where=config.origins["dev.url"],
            next_step="correct one of them",
        )
    for position, project in enumerate(config.projects):
        url = project.dev.url if project.dev else ""
        if url and (own := dialect_of(url)) != project.dialect:
            raise ConfigError(
                f"the dev URL of the project {project.name} is for {own}, its dialect is"
                f" {project.dialect}",
                where=config.origins[f"project[{position}].dev.url"],
                next_step="correct one of them",
            )


def _of_project(config: Config, project: Project) -> Dev:
    """Its own table, else `[dev]` where that speaks of its engine. Raises ConfigError.

    A dev URL that stands outside of the file is for every project of its engine.
    """
    shared = _of_engine(config, project.dialect)
    if project.dev is None:
        return shared
    if _is_stated(config) and shared.url:
        return replace(project.dev, url=shared.url)
    return project.dev


@contextmanager
def one_server(
    workspace: Workspace, dialect_name: str, log: Log, sources: tuple[str, ...] = ()
) -> Iterator[Server]:
    """The server of one dialect for a command without projects.

    A dev URL of another engine, in a file that is for other work, is left alone. A database among
    `sources` is never worked on. Raises ConfigError and DatabaseError.
    """
    config = workspace.config
    dev = _of_engine(config, dialect_name)
    url = dev.url or (config.dev.url if _is_stated(config) else "")
    prepare = preparation(workspace, dialect_name, sources)
    with provision(url, dialect_name, prepare=prepare, say=log.info) as server:
        yield server


def preparation(
    workspace: Workspace, dialect_name: str, sources: tuple[str, ...] = ()
) -> Preparation:
    """What the databases of one engine are to hold by `[dev]`; no source is worked on.

    Raises ConfigError and UsageError, also for setup that is not there.
    """
    config = workspace.config
    databases = tuple(Secret(each) for each in sources if dialect_of_source(each) == dialect_name)
    dev = _of_engine(config, dialect_name)
    return _preparation(workspace, dialect_name, dev, config.projects, databases)


def _is_stated(config: Config) -> bool:
    """Whether flag or environment give the dev URL."""
    return config.origins["dev.url"] in {"--dev-url", "SCHEMA_CI_DEV_URL"}


def _of_engine(config: Config, dialect_name: str) -> Dev:
    """What `[dev]` says to an engine: it speaks of one only. Raises ConfigError.

    That of the dev URL, else the only server's engine among the projects.
    """
    dev = config.dev
    return dev if dialect_name == _engine_of_dev(config) else Dev(superuser=dev.superuser)


def _preparation(
    workspace: Workspace,
    dialect_name: str,
    dev: Dev,
    served: Iterable[Project],
    sources: tuple[Secret, ...] = (),
) -> Preparation:
    """What databases are to hold for the projects that are `served` by them.

    No target of any project is worked on. Raises UsageError for setup that is not there.
    """
    config = workspace.config
    said = (config.dev, *(each.dev for each in config.projects if each.dev))
    return Preparation(
        superuser=dev.superuser,
        extensions=dev.extensions,
        roles=dev.roles,
        setup=_setup(workspace, dialect_name, dev),
        like=dev.like,
        makes=_made_by_files(workspace, served) if dev.like else frozenset(),
        targets=(*sources, *dict.fromkeys(each.like for each in said if each.like)),
        limits=limits(config),
        memory=config.container_memory,
        processes=config.container_processes,
    )


def _engine_of_dev(config: Config) -> str:
    if config.dev.url:
        return dialect_of(config.dev.url)
    engines = {project.dialect for project in config.projects if project.dev is None}
    of_servers = sorted(engines - {"sqlite"})
    if len(of_servers) > 1 and (config.dev.setup or config.dev.extensions or config.dev.roles):
        raise ConfigError(
            f"`[dev]` speaks of one engine, and the projects are for {' and '.join(of_servers)}",
            next_step="give `dev.url`, which says which, or each project a `[project.dev]`",
        )
    return of_servers[0] if of_servers else "sqlite"


def _setup(workspace: Workspace, dialect_name: str, dev: Dev) -> tuple[Script, ...]:
    found: dict[str, bytes] = {}
    for path in dev.setup:
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


def _made_by_files(workspace: Workspace, projects: Iterable[Project]) -> frozenset[str]:
    """Extensions that migrations or schemas make: a guess by text, wrong at worst in an error."""
    paths = (each for project in projects for each in (project.directory, *project.schema))
    most = sizes(workspace.config)
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
