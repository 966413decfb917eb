"""PostgreSQL 12 and newer."""

from __future__ import annotations

from ci_runner.dialects.postgres.dialect import PostgresDialect

DIALECT = PostgresDialect()
