"""What a statement would make, as the catalogue would show it, read from its text alone.

For statements that could not be run: design rules judge them by the same values as those that were.
Tables whose columns come from elsewhere (LIKE, AS, OF, PARTITION OF) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.elements import (
    ColumnDefinition,
    Command,
    Constraint,
    Likeness,
    TypeName,
    type_of,
)
from ci_runner.dialects.postgres.parse.nodes import (
    definition,
    inner,
    qualified,
    relation,
    strings,
    text,
    word,
)
from ci_runner.dialects.postgres.parse.parsed import Parsed
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.schema.changes import Alter, Change, Create, Drop
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import (
    Column,
    Enum,
    ForeignKey,
    Index,
    PrimaryKey,
    SchemaObject,
    Table,
    Unique,
    View,
)
from ci_runner.schema.security import Policy

_SERIAL = {
    "serial": "integer",
    "serial4": "integer",
    "bigserial": "bigint",
    "serial8": "bigint",
    "smallserial": "smallint",
    "serial2": "smallint",
}
# The server's own spelling of a type, behind which a length goes.
_SPELLED = {
    "int2": ("smallint", ""),
    "int4": ("integer", ""),
    "int8": ("bigint", ""),
    "float4": ("real", ""),
    "float8": ("double precision", ""),
    "bool": ("boolean", ""),
    "varchar": ("character varying", ""),
    "varbit": ("bit varying", ""),
    "timestamp": ("timestamp", " without time zone"),
    "timestamptz": ("timestamp", " with time zone"),
    "time": ("time", " without time zone"),
    "timetz": ("time", " with time zone"),
    "char": ('"char"', ""),
}
_ACTIONS = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT", "r": "RESTRICT"}
_KEYS = frozenset({"CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_FOREIGN"})
_DROPPED = {"OBJECT_TABLE": "table", "OBJECT_VIEW": "view", "OBJECT_INDEX": "index"}


_column = quickly(Column)
_table = quickly(Table)
_foreign_key = quickly(ForeignKey)
_primary_key = quickly(PrimaryKey)
_index = quickly(Index)
_create = quickly(Create)


def made(statement: Parsed, default_schema: str) -> tuple[Change, ...]:
    """The changes that one statement's text tells of, those that design rules ask for."""
    return tuple(_Reader(default_schema).statement(statement))


_COMMANDS: Mapping[str, Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]] = {
    "all": "ALL",
    "select": "SELECT",
    "insert": "INSERT",
    "update": "UPDATE",
    "delete": "DELETE",
}


class _Reader:
    """Unqualified names are in `default`."""

    def __init__(self, default: str) -> None:
        self.default = default

    def statement(self, statement: Parsed) -> Iterator[Change]:
        node = statement.node
        match statement.kind:
            case "create_stmt":
                yield from self._create_table(statement)
            case "alter_table_stmt" if word(node, "objtype") == "OBJECT_TABLE":
                table = self._table(relation(node.relation))
                for command in statement.commands:
                    yield from self._command(table, command)
            case "index_stmt":
                yield _create(self._index(node))
            case "create_enum_stmt":
                schema, name = self._named(strings(node.type_name))
                yield Create(Enum(schema, name, strings(node.vals)))
            case "create_policy_stmt":
                yield Create(self._policy(node))
            case "drop_stmt" if word(node, "remove_type") in _DROPPED:
                yield from self._drop(_DROPPED[word(node, "remove_type")], node)
            case _:
                pass

    def _named(self, parts: tuple[str, ...]) -> tuple[str, str]:
        name = qualified(parts)
        return name.schema or self.default, name.name

    def _table(self, name: Target) -> Table:
        return _table(name.schema or self.default, name.name, ())

    def _create_table(self, statement: Parsed) -> Iterator[Change]:
        node, elements = statement.node, statement.elements
        persistence = node.relation.relpersistence
        if persistence == "t" or node.inh_relations or node.HasField("of_typename"):
            return
        if any(isinstance(each, Likeness) for each in elements):
            return
        bare = self._table(relation(node.relation))
        definitions = [each for each in elements if isinstance(each, ColumnDefinition)]
        constraints = [each for each in elements if isinstance(each, Constraint)]
        keys = {name for each in constraints if each.kind == "CONSTR_PRIMARY" for name in each.keys}
        columns = tuple([self._column(bare, each, keys) for each in definitions])
        options = ("UNLOGGED",) if persistence == "u" else ()
        key = "partitioned" if node.HasField("partspec") else ""
        yield _create(_table(bare.schema, bare.name, columns, options, partition_key=key))
        for column in definitions:
            yield from self._behind(bare, column)
        for each in constraints:
            if each.kind in _KEYS:
                yield self._keyed(bare, each, ())

    def _command(self, table: Table, done: Command) -> Iterator[Change]:
        if done.column is not None:
            yield _create(self._column(table, done.column, set()))
            yield from self._behind(table, done.column)
        elif done.constraint is not None and done.constraint.kind in _KEYS:
            yield self._keyed(table, done.constraint, ())
        elif done.action == "AT_AlterColumnType":
            kind, _ = _type(type_of(definition(done.node).column_def.type_name))
            old = Column(table.schema, table.name, done.node.name, "")
            yield Alter(old, Column(table.schema, table.name, done.node.name, kind))

    def _column(self, table: Table, written: ColumnDefinition, keys: set[str]) -> Column:
        found = written.by_kind()
        kind, serial = _type(written.type)
        name, default = written.name, found.get("CONSTR_DEFAULT")
        said = None if default is None else text(default.raw_expr)
        if serial:
            said = f"nextval('{table.schema}.{table.name}_{name}_seq'::regclass)"
        return _column(
            table.schema,
            table.name,
            name,
            kind,
            "CONSTR_NOTNULL" in found or "CONSTR_PRIMARY" in found or name in keys or serial,
            said,
            generated_kind="stored" if "CONSTR_GENERATED" in found else "",
            identity_kind="by default" if "CONSTR_IDENTITY" in found else "",
        )

    def _behind(self, table: Table, column: ColumnDefinition) -> Iterator[Change]:
        """The constraints written behind a column."""
        for each in column.constraints:
            if each.kind in _KEYS:
                yield self._keyed(table, each, (column.name,))

    def _keyed(self, table: Table, written: Constraint, columns: tuple[str, ...]) -> Create:
        keys, node = written.keys or columns, written.node
        at = (table.schema, table.name)
        match written.kind:
            case "CONSTR_PRIMARY":
                name = written.name or f"{table.name}_pkey"
                return _create(_primary_key(*at, name, keys, "PRIMARY KEY"))
            case "CONSTR_UNIQUE":
                name = written.name or "_".join((table.name, *keys, "key"))
                return _create(Unique(*at, name, keys, "UNIQUE"))
            case _:
                own = written.own or columns
                there = self._table(written.parent).identity
                said = "".join(
                    f" ON {event} {_ACTIONS[action]}"
                    for event, action in (
                        ("UPDATE", node.fk_upd_action),
                        ("DELETE", node.fk_del_action),
                    )
                    if action in _ACTIONS
                )
                name = written.name or "_".join((table.name, *own, "fkey"))
                key = _foreign_key(
                    *at, name, own, there, strings(node.pk_attrs), f"FOREIGN KEY{said}"
                )
                return _create(key)

    def _index(self, node: Node) -> Index:
        on = self._table(relation(node.relation))
        keys = tuple(each.index_elem.name or "(expression)" for each in node.index_params)
        return _index(
            on.schema,
            on.name,
            node.idxname or "_".join((on.name, *keys, "idx")),
            bool(node.unique),
            node.access_method,
            keys,
            tuple(each.index_elem.name for each in node.index_including_params),
            text(node.where_clause) if node.HasField("where_clause") else None,
            "",
        )

    def _policy(self, node: Node) -> Policy:
        roles = [each.role_spec for each in node.roles]
        everyone = any(word(each, "roletype") == "ROLESPEC_PUBLIC" for each in roles)
        return Policy(
            node.policy_name,
            self._table(relation(node.table)).identity,
            bool(node.permissive),
            _COMMANDS[node.cmd_name],
            () if everyone else tuple(each.rolename for each in roles),
            text(node.qual) if node.HasField("qual") else None,
            text(node.with_check) if node.HasField("with_check") else None,
        )

    def _drop(self, kind: str, node: Node) -> Iterator[Change]:
        for each in node.objects:
            _, content = inner(each)
            yield Drop(_gone(kind, *self._named(strings(content.items))))


def _gone(kind: str, schema: str, name: str) -> SchemaObject:
    """Something of which the text gives only the name."""
    match kind:
        case "index":
            return Index(schema, "", name, False, "", (), (), None, "")
        case "view":
            return View(schema, name, (), "")
        case _:
            return Table(schema, name, ())


@lru_cache(maxsize=4096)
def _type(written: TypeName) -> tuple[str, bool]:
    """The type as the server spells it, and whether it is one of the serials."""
    named = written.names
    name = named[-1] if named else ""
    length = ""
    if written.modifiers is not None:
        length = f"({','.join(map(str, written.modifiers))})"
    suffix = "[]" if written.dimensions else ""
    if name in _SERIAL and len(named) == 1:
        return f"{_SERIAL[name]}{suffix}", not suffix
    if name == "bpchar" and length:
        return f"character{length}{suffix}", False
    head, tail = _SPELLED.get(name, (name, ""))
    return f"{head}{length}{tail}{suffix}", False
