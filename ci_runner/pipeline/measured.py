"""Read the sizes of a real database's tables: the one command that looks at production."""

from __future__ import annotations

from datetime import UTC, datetime

from ci_runner.dialects import dialect
from ci_runner.errors import UsageError
from ci_runner.pipeline.sources import dialect_of_source, opened
from ci_runner.schema.sizes import Sizes


def measured(source: str) -> Sizes:
    """The sizes in the database behind `source`, a URL or a SQLite file. Nothing is written there.

    Raises UsageError for what is no database, DatabaseError for one that does not answer.
    """
    name = dialect_of_source(source)
    if name is None:
        raise UsageError(
            "the source of the sizes is no database",
            next_step="give postgres://..., sqlite://FILE or env:NAME",
        )
    engine = dialect(name)
    with opened(engine, source) as connection:
        tables = dict(engine.sizes(connection))
    taken = datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    return Sizes(name, f"{taken}Z", tables)
