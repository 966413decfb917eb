"""One file per kind of object; this registry equals the folder, and a test says so."""

from __future__ import annotations

from typing import Any

from ci_runner.dialects.postgres.kind import Kind
from ci_runner.dialects.postgres.kinds import (
    access_method,
    cast,
    check,
    collation,
    column,
    composite_type,
    conversion,
    domain,
    domain_constraint,
    enum,
    foreign_key,
    index,
    namespace,
    operator,
    operator_class,
    operator_family,
    primary_key,
    range_type,
    sequence,
    table,
    text_search_configuration,
    text_search_dictionary,
    text_search_parser,
    text_search_template,
    unique,
    view,
)

# In the order in which they are made where no dependency says another.
KINDS: tuple[Kind[Any], ...] = (
    namespace.KIND,
    access_method.KIND,
    collation.KIND,
    enum.KIND,
    domain.KIND,
    domain_constraint.KIND,
    composite_type.KIND,
    range_type.KIND,
    cast.KIND,
    operator.KIND,
    operator_family.KIND,
    operator_class.KIND,
    conversion.KIND,
    text_search_parser.KIND,
    text_search_template.KIND,
    text_search_dictionary.KIND,
    text_search_configuration.KIND,
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
