"""The dev servers of one run: one per engine, started when the first project asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ci_runner.config.model import Config
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.provision import provision
from ci_runner.devdb.server import Server
from ci_runner.devdb.url import dialect_of
from ci_runner.errors import ConfigError
from ci_runner.log import Log


@contextmanager
def servers(config: Config, log: Log) -> Iterator[Callable[[str], Server]]:
    """Give the server of a dialect; all end with the block.

    The configured dev URL serves the projects of its own engine; where there is none of them it
    serves nobody, which is a ConfigError. Also raises DatabaseError when no server can be had.
    """
    running: dict[str, Server] = {}
    url = config.dev_url
    dialects = {project.dialect for project in config.projects}
    meant = dialect_of(url) if url else ""
    if meant and meant not in dialects:
        raise ConfigError(
            f"the dev URL is for {meant}, and every project is for {', '.join(sorted(dialects))}",
            where=config.origins["dev.url"],
            next_step="correct one of them",
        )
    prepared = Preparation(
        superuser=config.dev_superuser,
        memory=config.container_memory,
        processes=config.container_processes,
    )
    with ExitStack() as stack:

        def server(dialect: str) -> Server:
            if dialect not in running:
                mine = url if dialect == meant else ""
                running[dialect] = stack.enter_context(
                    provision(mine, dialect, prepare=prepared, say=log.info)
                )
            return running[dialect]

        yield server
