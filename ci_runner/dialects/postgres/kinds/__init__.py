"""One file per kind of object; this registry equals the folder, and a test says so."""

from __future__ import annotations

from typing import Any

from ci_runner.dialects.postgres.kind import Kind
from ci_runner.dialects.postgres.kinds import (
    check,
    column,
    composite_type,
    domain,
    domain_constraint,
    enum,
    foreign_key,
    index,
    namespace,
    primary_key,
    range_type,
    sequence,
    table,
    unique,
    view,
)

# In the order in which they are made where no dependency says another.
KINDS: tuple[Kind[Any], ...] = (
    namespace.KIND,
    enum.KIND,
    domain.KIND,
    domain_constraint.KIND,
    composite_type.KIND,
    range_type.KIND,
    sequence.KIND,
    table.KIND,
    column.KIND,
    primary_key.KIND,
    unique.KIND,
    check.KIND,
    index.KIND,
    foreign_key.KIND,
    view.KIND,
)
