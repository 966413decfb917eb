"""One file per kind of object; this registry equals the folder, and a test says so."""

from __future__ import annotations

from typing import Any

from ci_runner.dialects.postgres.kind import Kind
from ci_runner.dialects.postgres.kinds import (
    check,
    enum,
    foreign_key,
    index,
    namespace,
    primary_key,
    sequence,
    table,
    unique,
    view,
)

KINDS: tuple[Kind[Any], ...] = (
    namespace.KIND,
    enum.KIND,
    sequence.KIND,
    table.KIND,
    primary_key.KIND,
    unique.KIND,
    check.KIND,
    foreign_key.KIND,
    index.KIND,
    view.KIND,
)
