"""The schema of a company whose business logic lives in PostgreSQL, generated at any size."""

from __future__ import annotations

from collections.abc import Iterator

COLUMNS_OF_A_TABLE = 10
_KINDS = ("text", "integer", "numeric(12,2)", "timestamp with time zone", "jsonb", "boolean")


def company(tables: int) -> str:
    """For 1,000 tables: 10,000 columns, 3,000 indexes, 500 foreign keys, 200 views, 100 functions.

    A third of the indexes are those of keys. Views stand on tables and on each other.
    """
    return "".join(
        (
            *(_table(number) for number in range(tables)),
            *(_foreign_key(number) for number in range(1, tables, 2)),
            *(_view(number) for number in range(tables // 5)),
            *(_function(number) for number in range(tables // 10)),
        )
    )


def _table(number: int) -> str:
    name = f"item_{number}"
    columns = ",\n".join(f"  {line}" for line in _columns())
    return f"""CREATE TABLE {name} (
{columns}
);
CREATE INDEX {name}_name ON {name} (lower(name));
CREATE INDEX {name}_state ON {name} (state, made) WHERE state <> 'gone';
COMMENT ON TABLE {name} IS 'item number {number}';
"""


def _columns() -> Iterator[str]:
    yield "id integer PRIMARY KEY"
    yield "parent_id integer"
    yield "name text NOT NULL"
    yield "state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'open', 'gone'))"
    yield "made timestamp with time zone NOT NULL DEFAULT now()"
    for number in range(COLUMNS_OF_A_TABLE - 5):
        yield f"extra_{number} {_KINDS[number]}"


def _foreign_key(number: int) -> str:
    parent = f"item_{number - 1} (id)"
    return f"ALTER TABLE item_{number} ADD FOREIGN KEY (parent_id) REFERENCES {parent};\n"


def _view(number: int) -> str:
    """Every fifth stands on a table, the others on the view before."""
    source = f"item_{number}" if number % 5 == 0 else f"shown_{number - 1}"
    return (
        f"CREATE VIEW shown_{number} AS SELECT id, name, state, made FROM {source}"
        f" WHERE state <> 'gone' OR id > {number};\n"
    )


def _function(number: int) -> str:
    return f"""CREATE FUNCTION total_{number}(wanted integer, since date DEFAULT NULL)
RETURNS bigint LANGUAGE sql STABLE AS $body$
  SELECT count(*) FROM item_{number} WHERE parent_id = wanted AND made > coalesce(since, 'epoch')
$body$;
"""
