"""Procedures."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import routines
from ci_runner.dialects.postgres.kind import Found, Kind, any_of
from ci_runner.schema.routines import Procedure


def _read(connection: Connection) -> Iterator[Found]:
    for row in routines.rows(connection, "p"):
        found = Procedure(
            schema=row.schema,
            name=row.name,
            types=row.types,
            signature=row.signature,
            arguments=row.arguments,
            language=row.language,
            definition=row.definition,
            body=row.body,
            inputs=row.inputs,
            defaults=row.defaults,
            outputs=row.outputs,
            comment=row.comment,
        )
        yield Found(found, (row.address,))


KIND = Kind(
    Procedure,
    _read,
    routines.create,
    routines.drop,
    routines.alter,
    prints=(routines.question("p"),),
    names=routines.names,
    in_the_way=lambda *_: True,
    present=any_of("pg_proc", "x.oid >= 16384 AND x.prokind = 'p'"),
)
