"""`schema-ci schema diff`: the proven plan that leads from one source to another."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from itertools import takewhile

from ci_runner.devdb.replay import Script, replay
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import EVERYTHING, Connection, Dialect, PlanOptions, StatementFailed
from ci_runner.errors import ProofError
from ci_runner.pipeline import prove
from ci_runner.pipeline.compare import Compared, compare
from ci_runner.pipeline.declared import in_source
from ci_runner.pipeline.options import Terms
from ci_runner.pipeline.sources import is_database, load, loaded, scripts
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Schema
from ci_runner.schema.select import select


def schema_diff(server: Server, from_: str, to: str, terms: Terms) -> Compared:
    """Raises ProofError for a plan that does not lead to `to`, and as `load` and `compare`."""
    dialect = server.dialect
    if is_database(dialect, to):
        goal = load(server, to, terms.sizes)
    else:
        terms = replace(terms, declared=(*terms.declared, *in_source(to)))
        if not is_database(dialect, from_):
            old, new = (scripts(dialect, each, terms.sizes) for each in (from_, to))
            return _of_files(server, old, new, terms)
        goal = load(server, to, terms.sizes)
    if is_database(dialect, from_):
        return _from_elsewhere(server, load(server, from_, terms.sizes), goal, terms)
    with loaded(server, from_, terms.sizes) as connection:
        return _proven(server, connection, dialect.inspect(connection), goal, terms)


def _of_files(
    server: Server, old: Sequence[Script], new: Sequence[Script], terms: Terms
) -> Compared:
    """What both sides begin with runs once, and each goes on from a database that has it.

    Where a copy would not be the same, each side runs on its own.
    """
    shared = sum(1 for _ in takewhile(lambda pair: _same(*pair), zip(old, new, strict=False)))
    with ExitStack() as stack:
        if shared:
            both = stack.enter_context(server.snapshot(lambda on: replay(on, new[:shared])))
            if not both.incomplete:
                goal = _reached(server, both.copy(), new[shared:])
                connection = stack.enter_context(both.last())
                replay(connection, old[shared:])
                return _proven(server, connection, server.dialect.inspect(connection), goal, terms)
        goal = _reached(server, server.database(), new)
        connection = stack.enter_context(server.database())
        replay(connection, old)
        return _proven(server, connection, server.dialect.inspect(connection), goal, terms)


def _same(one: Script, other: Script) -> bool:
    """Whether two files do the same; their paths and lines are of no account."""
    mine, theirs = ([each.text for each in script.statements] for script in (one, other))
    return one.wrapped == other.wrapped and mine == theirs


def _reached(
    server: Server, database: AbstractContextManager[Connection], files: Sequence[Script]
) -> Schema:
    with database as connection:
        replay(connection, files)
        return server.dialect.inspect(connection)


def _from_elsewhere(server: Server, old: Schema, goal: Schema, terms: Terms) -> Compared:
    """Plans for a database that is only read are tried on one of our own with the same schema.

    What is left out of the comparison may be what can't be made here: then it is tried without.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(server.database())
        if not terms.declared and not diff(old, goal):
            return compare(connection, server.dialect, old, goal, terms)
        try:
            _make(connection, server.dialect, old)
        except ProofError:
            kept = select(old, goal, terms.selection).old if terms.selection else old
            options = replace(EVERYTHING, leave=terms.options.leave)
            if kept == old and options == EVERYTHING:
                raise
            connection = stack.enter_context(server.database())
            _make(connection, server.dialect, kept, options)
            return replace(
                _proven(server, connection, old, goal, terms),
                remark="the plan was proven without what is left out, which can't be made here",
            )
        return _proven(server, connection, old, goal, terms)


def _make(
    connection: Connection, dialect: Dialect, schema: Schema, options: PlanOptions = EVERYTHING
) -> None:
    """Make a schema that was read elsewhere. Raises ProofError where it comes out otherwise."""
    for each in dialect.create(schema, options):
        try:
            connection.execute(each.sql)
        except StatementFailed as refused:
            raise ProofError(
                "the old schema can't be made on the dev database, so no plan can be proven",
                where=each.sql,
                said="\n".join(
                    (str(refused.failure), *prove.obstacles(refused.failure, schema, ()))
                ),
                next_step="leave it out with --exclude, or give --from as SQL files",
            ) from refused
    made = dialect.inspect(connection)
    rest = (*dialect.plan(made, schema, options), *dialect.plan(schema, made, options))
    if rest:
        raise ProofError(
            "the old schema comes out otherwise on the dev database, so no plan can be proven",
            said="\n".join(each.summary for each in rest),
            next_step="give --from as SQL files, and report this",
        )


def _proven(
    server: Server, connection: Connection, old: Schema, goal: Schema, terms: Terms
) -> Compared:
    """What the comparison gives, its plan run on `connection` and seen to reach the goal."""
    dialect = server.dialect
    compared = compare(connection, dialect, old, goal, terms)
    if not compared.plan.statements:
        return compared
    run = prove.run(connection, dialect, compared.plan, online=terms.options.online)
    why = prove.unproven(dialect, run.failure, dialect.inspect(connection), goal, terms)
    if why:
        raise ProofError(
            f"no plan can be offered: {why}",
            where=run.failed.sql if run.failed else "",
            said="\n".join(prove.obstacles(run.failure, old, compared.left_out)),
            next_step="make what is in the way part of the change, or report this",
        )
    return replace(compared, plan=run.plan)
