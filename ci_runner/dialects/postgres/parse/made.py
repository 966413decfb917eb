"""What a statement would make, as the catalogue would show it, read from its text alone.

For statements that could not be run: design rules judge them by the same values as those that were.
Tables whose columns come from elsewhere (LIKE, AS, OF, PARTITION OF) are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Literal

from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.parse.nodes import (
    definition,
    inner,
    qualified,
    relation,
    strings,
    text,
    word,
)
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


def made(kind: str, node: Node, default_schema: str) -> tuple[Change, ...]:
    """The changes that one statement's text tells of, those that design rules ask for."""
    return tuple(_Reader(default_schema).statement(kind, node))


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

    def statement(self, kind: str, node: Node) -> Iterator[Change]:
        match kind:
            case "create_stmt":
                yield from self._create_table(node)
            case "alter_table_stmt" if word(node, "objtype") == "OBJECT_TABLE":
                table = self._table(relation(node.relation))
                for command in node.cmds:
                    yield from self._command(table, command.alter_table_cmd)
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

    def _create_table(self, node: Node) -> Iterator[Change]:
        temporary = node.relation.relpersistence == "t"
        if temporary or node.inh_relations or node.HasField("of_typename"):
            return
        elements: dict[str, list[Node]] = defaultdict(list)
        for each in node.table_elts:
            kind, element = inner(each)
            elements[kind].append(element)
        if "table_like_clause" in elements:
            return
        bare = self._table(relation(node.relation))
        definitions, constraints = elements["column_def"], elements["constraint"]
        keys = {
            name
            for each in constraints
            if word(each, "contype") == "CONSTR_PRIMARY"
            for name in strings(each.keys)
        }
        columns = tuple([self._column(bare, each, keys) for each in definitions])
        options = ("UNLOGGED",) if node.relation.relpersistence == "u" else ()
        key = "partitioned" if node.HasField("partspec") else ""
        yield _create(_table(bare.schema, bare.name, columns, options, partition_key=key))
        for each in definitions:
            yield from self._behind(bare, each)
        for each in constraints:
            yield from self._constraint(bare, each, ())

    def _command(self, table: Table, command: Node) -> Iterator[Change]:
        match word(command, "subtype"):
            case "AT_AddColumn":
                column = definition(command).column_def
                yield Create(self._column(table, column, set()))
                yield from self._behind(table, column)
            case "AT_AlterColumnType":
                kind, _ = _type(definition(command).column_def.type_name)
                old = Column(table.schema, table.name, command.name, "")
                yield Alter(old, Column(table.schema, table.name, command.name, kind))
            case "AT_AddConstraint":
                yield from self._constraint(table, definition(command).constraint, ())
            case _:
                pass

    def _column(self, table: Table, node: Node, keys: set[str]) -> Column:
        found = {word(each.constraint, "contype"): each.constraint for each in node.constraints}
        kind, serial = _type(node.type_name)
        name, default = node.colname, found.get("CONSTR_DEFAULT")
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

    def _behind(self, table: Table, column: Node) -> Iterator[Change]:
        """The constraints written behind a column."""
        name = (column.colname,)
        for each in column.constraints:
            yield from self._constraint(table, each.constraint, name)

    def _constraint(self, table: Table, node: Node, columns: tuple[str, ...]) -> Iterator[Change]:
        kind = word(node, "contype")
        if kind in _KEYS:
            keys = strings(node.keys) or columns
            yield _create(self._keyed(kind, table, node, keys, columns))

    def _keyed(
        self, kind: str, table: Table, node: Node, keys: tuple[str, ...], columns: tuple[str, ...]
    ) -> SchemaObject:
        at = (table.schema, table.name)
        match kind:
            case "CONSTR_PRIMARY":
                name = node.conname or f"{table.name}_pkey"
                return _primary_key(*at, name, keys, "PRIMARY KEY")
            case "CONSTR_UNIQUE":
                name = node.conname or "_".join((table.name, *keys, "key"))
                return Unique(*at, name, keys, "UNIQUE")
            case _:
                own = strings(node.fk_attrs) or columns
                there = self._table(relation(node.pktable)).identity
                said = "".join(
                    f" ON {event} {_ACTIONS[action]}"
                    for event, action in (
                        ("UPDATE", node.fk_upd_action),
                        ("DELETE", node.fk_del_action),
                    )
                    if action in _ACTIONS
                )
                name = node.conname or "_".join((table.name, *own, "fkey"))
                return _foreign_key(
                    *at, name, own, there, strings(node.pk_attrs), f"FOREIGN KEY{said}"
                )

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


def _type(node: Node) -> tuple[str, bool]:
    """The type as the server spells it, and whether it is one of the serials."""
    named = strings(node.names)
    name = named[-1] if named else ""
    length = ""
    if node.typmods:
        numbers = [each.a_const.ival.ival for each in node.typmods if each.HasField("a_const")]
        length = f"({','.join(map(str, numbers))})"
    suffix = "[]" if node.array_bounds else ""
    if name in _SERIAL and len(named) == 1:
        return f"{_SERIAL[name]}{suffix}", not suffix
    if name == "bpchar" and length:
        return f"character{length}{suffix}", False
    head, tail = _SPELLED.get(name, (name, ""))
    return f"{head}{length}{tail}{suffix}", False
