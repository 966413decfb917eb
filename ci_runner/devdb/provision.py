"""From a dev URL to a running server that is ours until the block ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ci_runner.devdb.engine import Container, DevUrl
from ci_runner.devdb.engines import ENGINES
from ci_runner.devdb.leftovers import Kept, NotRemoved, Removed, sweep
from ci_runner.devdb.preparation import BARE, Preparation
from ci_runner.devdb.server import Server
from ci_runner.devdb.url import parse
from ci_runner.dialects.installed import require
from ci_runner.errors import ConfigError, DatabaseError


@contextmanager
def provision(
    url: str, dialect_name: str, *, prepare: Preparation = BARE, say: Callable[[str], None]
) -> Iterator[Server]:
    """A server for `dialect_name`: the one that `url` names, or the first of its ladder that works.

    `url` "" means the ladder; `say` is told which step was taken and why the others were not.
    Raises ConfigError and DatabaseError.
    """
    require(dialect_name)  # says which extra is missing before anything is started
    with ExitStack() as stack:
        if url:
            meant = parse(url)
            if meant.dialect != dialect_name:
                raise ConfigError(
                    f"the dev URL is for {meant.dialect}, the dialect is {dialect_name}",
                    next_step="correct one of them",
                )
            _tidy(say, meant)
            server = stack.enter_context(ENGINES[dialect_name].open(meant, prepare))
            say(f"dev database: {server.description}")
        else:
            _tidy(say)
            server = _first(dialect_name, stack, prepare, say)
        for each in (server.shortfall, *server.unlike):
            if each:
                say(f"dev database: unlike the target: {each}")
        yield server


def _tidy(say: Callable[[str], None], *urls: DevUrl) -> None:
    """Remove what dead runs left where this one will work."""
    for each in sweep(*urls):
        match each:
            case Removed(leftover):
                say(f"dev database: removed what a dead run left: {leftover}")
            case NotRemoved(leftover, error):
                say(f"dev database: {leftover} stays: {error.what} ({error.said})")
            case Kept():
                continue


def _first(
    dialect_name: str, stack: ExitStack, prepare: Preparation, say: Callable[[str], None]
) -> Server:
    """The first step of the ladder that works; it ends with `stack`."""
    engine = ENGINES[dialect_name]
    refused: list[str] = []
    first = engine.ladder_like(prepare.like) if prepare.like else ()
    steps = (*first, *engine.ladder)
    for step in steps:
        try:
            meant = parse(step)
            if isinstance(meant, Container):
                _tidy(say, meant)
            server = stack.enter_context(engine.open(meant, prepare))
        except (ConfigError, DatabaseError) as error:
            if len(steps) == 1:
                raise  # there is nothing else to name
            why = f"{step}: {error.what}{f' ({error.said})' if error.said else ''}"
            say(f"dev database: not {why}")
            refused.append(f"{why}; {error.next_step}" if error.next_step else why)
            continue
        say(f"dev database: {server.description} (no --dev-url given)")
        return server
    raise DatabaseError(
        f"no dev database for {dialect_name} could be had",
        said="\n".join(refused),
        next_step="install the server's binaries, start Docker, or give --dev-url",
    )
