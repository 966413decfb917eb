"""Functions and window functions."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import routines
from ci_runner.dialects.postgres.kind import Found, Kind, any_of
from ci_runner.schema.routines import Function


def _read(connection: Connection) -> Iterator[Found]:
    for prokind in "fw":
        for row in routines.rows(connection, prokind):
            found = Function(
                schema=row.schema,
                name=row.name,
                types=row.types,
                arguments=row.arguments,
                language=row.language,
                result=row.result,
                definition=row.definition,
                body=row.body,
                inputs=row.inputs,
                defaults=row.defaults,
                outputs=row.outputs,
                window=prokind == "w",
                comment=row.comment,
            )
            yield Found(found, (row.address,))


KIND = Kind(
    Function,
    _read,
    routines.create,
    routines.drop,
    routines.alter,
    prints=(routines.question("f"), routines.question("w")),
    names=routines.names,
    in_the_way=lambda *_: True,
    present=any_of("pg_proc", "x.oid >= 16384 AND x.prokind IN ('f', 'w')"),
)
