"""`schema-ci schema diff`: the proven plan that leads from one source to another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.errors import ProofError
from ci_runner.pipeline import prove
from ci_runner.pipeline.compare import Compared, compare
from ci_runner.pipeline.declared import in_source
from ci_runner.pipeline.options import Terms
from ci_runner.pipeline.sources import is_database, load, loaded
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Schema


def schema_diff(server: Server, from_: str, to: str, terms: Terms) -> Compared:
    """Raises ProofError for a plan that does not lead to `to`, and as `load` and `compare`."""
    goal = load(server, to)
    terms = replace(terms, declared=(*terms.declared, *in_source(to)))
    if not is_database(server.dialect, from_):
        with loaded(server, from_) as connection:
            return _proven(server, connection, server.dialect.inspect(connection), goal, terms)
    old = load(server, from_)
    place = server.database() if _nothing_to_do(old, goal, terms) else _reproduced(server, old)
    with place as connection:
        return _proven(server, connection, old, goal, terms)


def _nothing_to_do(old: Schema, goal: Schema, terms: Terms) -> bool:
    return not terms.declared and not diff(old, goal)


@contextmanager
def _reproduced(server: Server, schema: Schema) -> Iterator[Connection]:
    """A database of our own with a schema that was read elsewhere, so that plans can be tried."""
    dialect = server.dialect
    with server.database() as connection:
        for each in dialect.create(schema):
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
        rest = (*dialect.plan(made, schema), *dialect.plan(schema, made))
        if rest:
            raise ProofError(
                "the old schema comes out otherwise on the dev database, so no plan can be proven",
                said="\n".join(each.summary for each in rest),
                next_step="give --from as SQL files, and report this",
            )
        yield connection


def _proven(
    server: Server, connection: Connection, old: Schema, goal: Schema, terms: Terms
) -> Compared:
    """What the comparison gives, its plan run on `connection` and seen to reach the goal."""
    dialect = server.dialect
    compared = compare(connection, dialect, old, goal, terms)
    if not compared.plan.statements:
        return compared
    run = prove.run(connection, dialect, compared.plan)
    why = prove.unproven(dialect, run.failure, dialect.inspect(connection), goal, terms)
    if why:
        raise ProofError(
            f"no plan can be offered: {why}",
            where=run.failed.sql if run.failed else "",
            said="\n".join(prove.obstacles(run.failure, old, compared.left_out)),
            next_step="make what is in the way part of the change, or report this",
        )
    return replace(compared, plan=run.plan)
