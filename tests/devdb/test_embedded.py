"""The embedded server makes databases that know nothing of each other."""

from __future__ import annotations

from ci_runner.devdb.embedded import embedded
from ci_runner.dialects.sqlite import DIALECT


def test_each_database_is_empty() -> None:
    with embedded(DIALECT) as server, server.database() as one, server.database() as other:
        one.execute("CREATE TABLE t (a)")

        assert 1 == len(DIALECT.inspect(one).objects)
        assert () == DIALECT.inspect(other).objects


def test_description_names_engine_and_place() -> None:
    with embedded(DIALECT) as server:
        assert server.description.startswith("SQLite 3.")
        assert server.description.endswith(", in process")
