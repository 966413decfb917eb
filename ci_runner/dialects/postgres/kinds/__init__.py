"""One file per kind of object; this registry equals the folder, and a test says so."""

from __future__ import annotations

from typing import Any

from ci_runner.dialects.postgres.kind import Kind
from ci_runner.dialects.postgres.kinds import (
    check,
    column,
    enum,
    exclusion,
    foreign_key,
    index,
    namespace,
    primary_key,
    sequence,
    table,
    unique,
    view,
)

# In the order in which they are made where no dependency says another.
KINDS: tuple[Kind[Any], ...] = (
    namespace.KIND,
    enum.KIND,
    sequence.KIND,
    table.KIND,
    column.KIND,
    primary_key.KIND,
    unique.KIND,
    check.KIND,
    exclusion.KIND,
    index.KIND,
    foreign_key.KIND,
    view.KIND,
)
