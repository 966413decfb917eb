"""One file per kind of object; this registry equals the folder, and a test says so."""

from __future__ import annotations

from typing import Any

from ci_runner.dialects.postgres.kind import Kind
from ci_runner.dialects.postgres.kinds import (
    check,
    column,
    enum,
    extension,
    foreign_data_wrapper,
    foreign_key,
    foreign_server,
    index,
    materialized_view,
    namespace,
    policy,
    primary_key,
    publication,
    published_table,
    sequence,
    statistics,
    subscription,
    table,
    unique,
    user_mapping,
    view,
)

# In the order in which they are made where no dependency says another.
KINDS: tuple[Kind[Any], ...] = (
    namespace.KIND,
    extension.KIND,
    foreign_data_wrapper.KIND,
    foreign_server.KIND,
    user_mapping.KIND,
    enum.KIND,
    sequence.KIND,
    table.KIND,
    column.KIND,
    primary_key.KIND,
    unique.KIND,
    check.KIND,
    index.KIND,
    foreign_key.KIND,
    view.KIND,
    materialized_view.KIND,
    statistics.KIND,
    policy.KIND,
    publication.KIND,
    published_table.KIND,
    subscription.KIND,
)
