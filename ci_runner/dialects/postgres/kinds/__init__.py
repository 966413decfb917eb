"""One file per kind of object; this registry equals the folder, and a test says so."""

from __future__ import annotations

from typing import Any

from ci_runner.dialects.postgres.kind import Kind
from ci_runner.dialects.postgres.kinds import (
    aggregate,
    check,
    column,
    enum,
    event_trigger,
    exclusion,
    foreign_key,
    function,
    index,
    language,
    namespace,
    primary_key,
    procedure,
    rule,
    sequence,
    table,
    transform,
    trigger,
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
    language.KIND,
    function.KIND,
    procedure.KIND,
    aggregate.KIND,
    transform.KIND,
    view.KIND,
    rule.KIND,
    trigger.KIND,
    event_trigger.KIND,
)
