"""One file per rule; this registry equals the folder, and a test says so."""

from __future__ import annotations

from ci_runner.lint.rule import Rule
from ci_runner.lint.rules import (
    add_check_validates,
    add_fk_validates,
    add_required_column,
    add_unique_index,
    concurrently_in_transaction,
    create_index_blocking,
    drop_column,
    drop_schema,
    drop_table,
    non_linear_history,
    rename_column,
    rename_table,
    syntax_error,
    type_change_rewrite,
    volatile_default,
)

RULES: tuple[Rule, ...] = (
    add_check_validates.RULE,
    add_fk_validates.RULE,
    add_required_column.RULE,
    add_unique_index.RULE,
    concurrently_in_transaction.RULE,
    create_index_blocking.RULE,
    drop_column.RULE,
    drop_schema.RULE,
    drop_table.RULE,
    non_linear_history.RULE,
    rename_column.RULE,
    rename_table.RULE,
    syntax_error.RULE,
    type_change_rewrite.RULE,
    volatile_default.RULE,
)
