"""On a server that exists we make databases of our own and touch no other."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.existing import existing_postgres
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError

_PASSWORD = "s3cret word"
_NAMES = "SELECT datname FROM pg_database ORDER BY datname"
